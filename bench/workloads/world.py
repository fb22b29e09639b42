"""
The table `world` as the seed makes it, by formula.

Source: apps/database/seed.sql, which says the same in SQL.
"""

import random
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from bench.model.exchange import Request


ROWS = 10_000
SUM = 50_047_160
VARIANTS = 1024


def number(world_id: int) -> int:
    """The number that the seed gives to that row."""
    return (world_id * 2654435761 % 2**32) % 10_000 + 1


def row(world_id: int) -> dict[str, int]:
    """The row as the contract shows it, as long as nobody wrote."""
    return {"id": world_id, "randomNumber": number(world_id)}


def chosen_ids(count: int, seed: int) -> list[int]:
    """The distinct ids that the contract derives from a seed, in its order."""
    return [(seed * 7919 + k * 104729) % ROWS + 1 for k in range(count)]


def seeds(seed: int, count: int = VARIANTS) -> Sequence[int]:
    """Distinct values for the parameter `seed`, by the seed of the run."""
    return random.Random(seed).sample(range(1_000_000), count)


def parameter(request: Request, name: str) -> int:
    """A whole number out of the request's own query."""
    return int(parse_qs(urlsplit(request.path).query)[name][0])
