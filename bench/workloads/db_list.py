"""Fifty rows by one SELECT: making objects of rows, and JSON of objects."""

import random
from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json
from bench.workloads.world import ROWS, VARIANTS, parameter, row


LIMIT = 50


def requests(seed: int) -> Sequence[Request]:
    """Pages of fifty rows from distinct beginnings."""
    last = ROWS - LIMIT + 1
    starts = random.Random(seed).sample(range(1, last + 1), VARIANTS)
    return [Request("GET", f"/worlds?start={one}&limit={LIMIT}") for one in starts]


def check(request: Request, reply: Reply) -> str | None:
    """The rows from the beginning on, ordered by id, as the seed made them."""
    start, limit = (
        parameter(request, "start"),
        parameter(request, "limit"),
    )
    end = min(start + limit, ROWS + 1)
    return wrong_json(reply, [row(world_id) for world_id in range(start, end)])


WORKLOAD = Workload(
    name="db-list",
    title="A page of fifty rows",
    why="One SELECT of fifty rows: what it costs to make objects of rows, and JSON of objects.",
    requests=requests,
    check=check,
    uses_database=True,
)
