"""Five rows read, changed and written back in one transaction."""

from collections.abc import Sequence
from typing import Any

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import read_json
from bench.workloads.world import chosen_ids, parameter, seeds


COUNT = 5


def requests(seed: int) -> Sequence[Request]:
    """Distinct seeds, so that each request writes other rows."""
    return [Request("POST", f"/updates?n={COUNT}&seed={one}") for one in seeds(seed)]


def check(request: Request, reply: Reply) -> str | None:
    """
    The chosen ids in ascending order, each with a number in range.

    The numbers themselves change with every write, so that no single answer
    can tell whether they are right; the contract suite reads them back.
    """
    rows, wrong = read_json(reply)
    if wrong:
        return wrong
    ids = chosen_ids(parameter(request, "n"), parameter(request, "seed"))
    if not isinstance(rows, list) or not all(_is_row(one) for one in rows):
        return "expected rows of id and randomNumber (1 to 10000) and nothing else"
    found = [one["id"] for one in rows]
    if found != sorted(ids):
        return f"expected ids {sorted(ids)}, got {found}"
    return None


def _is_row(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"id", "randomNumber"}:
        return False
    whole = all(type(number) is int for number in value.values())
    return whole and 1 <= value["randomNumber"] <= 10_000


WORKLOAD = Workload(
    name="db-write",
    title="Five rows changed in one transaction",
    why="Read five rows, change each, write them back in the database layer's own batch idiom, in one transaction.",
    requests=requests,
    check=check,
    uses_database=True,
    writes=True,
)
