"""
What reads or changes rows through the framework's database layer.

The table `world` is known by formula; apps/database/seed.sql says the same in SQL.
"""

import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import read_json, wrong_json


ROWS = 10_000
SUM = 50_047_160
VARIANTS = 1024
COUNT_READ, COUNT_LISTED, COUNT_WRITTEN = 20, 50, 5


def number(world_id: int) -> int:
    """The number that the seed gives to that row."""
    return (world_id * 2654435761 % 2**32) % 10_000 + 1


def row(world_id: int) -> dict[str, int]:
    """The row as the contract shows it, as long as nobody wrote."""
    return {"id": world_id, "randomNumber": number(world_id)}


def chosen_ids(count: int, seed: int) -> list[int]:
    """The distinct ids that the contract derives from a seed, in its order."""
    return [(seed * 7919 + k * 104729) % ROWS + 1 for k in range(count)]


def parameter(request: Request, name: str) -> int:
    """A whole number out of the request's own query."""
    return int(parse_qs(urlsplit(request.path).query)[name][0])


def _distinct(seed: int, numbers: range) -> list[int]:
    """So that each request asks for other rows."""
    return random.Random(seed).sample(numbers, VARIANTS)


def _seeded(seed: int, method: str, route: str, count: int) -> Sequence[Request]:
    return [
        Request(method, f"{route}?n={count}&seed={own}")
        for own in _distinct(seed, range(1_000_000))
    ]


def _asked_ids(request: Request) -> list[int]:
    return chosen_ids(parameter(request, "n"), parameter(request, "seed"))


def _one(request: Request, reply: Reply) -> str | None:
    """The row of that id, as the seed made it."""
    return wrong_json(reply, row(int(request.path.rpartition("/")[2])))


def _many(request: Request, reply: Reply) -> str | None:
    """The rows that the seed names, in its order, as the seed of the table made them."""
    return wrong_json(reply, [row(world_id) for world_id in _asked_ids(request)])


def _listed(request: Request, reply: Reply) -> str | None:
    """The rows from the beginning on, ordered by id, as the seed made them."""
    start, limit = parameter(request, "start"), parameter(request, "limit")
    end = min(start + limit, ROWS + 1)
    return wrong_json(reply, [row(world_id) for world_id in range(start, end)])


def _written(request: Request, reply: Reply) -> str | None:
    """
    The chosen ids in ascending order, each with a number in range.

    The numbers themselves change with every write, so that no single answer
    can tell whether they are right; the contract suite reads them back.
    """
    rows, wrong = read_json(reply)
    if wrong:
        return wrong
    if not isinstance(rows, list) or not all(map(_is_row, rows)):
        return "expected rows of id and randomNumber (1 to 10000) and nothing else"
    answered, asked = (
        [answered_row["id"] for answered_row in rows],
        sorted(_asked_ids(request)),
    )
    return None if answered == asked else f"expected ids {asked}, got {answered}"


def _is_row(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"id", "randomNumber"}:
        return False
    whole = all(type(number) is int for number in value.values())
    return whole and 1 <= value["randomNumber"] <= 10_000


DB_READ = Workload(
    name="db-read",
    title="One row from the database",
    why="One SELECT by primary key through the database layer that the framework's users reach for.",
    requests=lambda seed: [
        Request("GET", f"/db/{own}") for own in _distinct(seed, range(1, ROWS + 1))
    ],
    check=_one,
    uses_database=True,
)
DB_MANY = Workload(
    name="db-many",
    title="Twenty queries, one after another",
    why="Twenty single-row SELECTs: the cost of a query through the database layer, twenty times over the toll of a request.",
    requests=lambda seed: _seeded(seed, "GET", "/queries", COUNT_READ),
    check=_many,
    uses_database=True,
)
DB_LIST = Workload(
    name="db-list",
    title="A page of fifty rows",
    why="One SELECT of fifty rows: what it costs to make objects of rows, and JSON of objects.",
    requests=lambda seed: [
        Request("GET", f"/worlds?start={own}&limit={COUNT_LISTED}")
        for own in _distinct(seed, range(1, ROWS - COUNT_LISTED + 2))
    ],
    check=_listed,
    uses_database=True,
)
DB_WRITE = Workload(
    name="db-write",
    title="Five rows changed in one transaction",
    why="Read five rows, change each, write them back in the database layer's own batch idiom, in one transaction.",
    requests=lambda seed: _seeded(seed, "POST", "/updates", COUNT_WRITTEN),
    check=_written,
    uses_database=True,
    writes=True,
)
