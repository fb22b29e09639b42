"""One row by its primary key: what the framework's database layer costs."""

import random
from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json
from bench.workloads.world import ROWS, VARIANTS, row


def requests(seed: int) -> Sequence[Request]:
    """Distinct ids out of the whole table."""
    ids = random.Random(seed).sample(range(1, ROWS + 1), VARIANTS)
    return [Request("GET", f"/db/{world_id}") for world_id in ids]


def check(request: Request, reply: Reply) -> str | None:
    """The row of that id, as the seed made it."""
    world_id = int(request.path.rpartition("/")[2])
    return wrong_json(reply, row(world_id))


WORKLOAD = Workload(
    name="db-read",
    title="One row from the database",
    why="One SELECT by primary key through the database layer that the framework's users reach for.",
    requests=requests,
    check=check,
    uses_database=True,
)
