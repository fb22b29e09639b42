"""Twenty rows, one SELECT each, one after another: what a single query costs."""

from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json
from bench.workloads.world import chosen_ids, parameter, row, seeds


COUNT = 20


def requests(seed: int) -> Sequence[Request]:
    """Distinct seeds, so that each request reads other rows."""
    return [Request("GET", f"/queries?n={COUNT}&seed={one}") for one in seeds(seed)]


def check(request: Request, reply: Reply) -> str | None:
    """The rows that the seed names, in its order, as the seed of the table made them."""
    ids = chosen_ids(parameter(request, "n"), parameter(request, "seed"))
    return wrong_json(reply, [row(world_id) for world_id in ids])


WORKLOAD = Workload(
    name="db-many",
    title="Twenty queries, one after another",
    why="Twenty single-row SELECTs: the cost of a query through the database layer, twenty times over the toll of a request.",
    requests=requests,
    check=check,
    uses_database=True,
)
