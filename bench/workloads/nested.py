"""
Objects in objects, as deep as the path says: validation by depth.

The load is the deepest body, eight levels; the contract's vectors ask for a
wrong value of each kind at every level of every depth.
"""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json


type Level = dict[str, Any]

DEEPEST = 8
VARIANTS = 512
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")


def make_level(chance: random.Random, depth: int) -> Level:
    """A valid body of that many levels; the same chance, the same body."""
    level = {
        "name": f"{chance.choice(WORDS)}-{chance.randrange(100_000)}",
        "count": chance.randint(0, 1000),
        "ratio": round(chance.random(), 4),
        "active": chance.random() < 0.5,
        "tags": chance.sample(WORDS, 2),
    }
    if depth > 1:
        level["child"] = make_level(chance, depth - 1)
    return level


def summary(outermost: Level) -> dict[str, Any]:
    """What an application must answer to a valid body."""
    levels = list(_inwards(outermost))
    return {
        "depth": len(levels),
        "names": [level["name"] for level in levels],
        "total": sum(level["count"] for level in levels),
    }


def _inwards(level: Level | None) -> Iterator[Level]:
    while level is not None:
        yield level
        level = level.get("child")


def requests(seed: int) -> Sequence[Request]:
    """Distinct bodies of eight levels, about 0.8 kB."""
    chance = random.Random(seed)
    bodies = [make_level(chance, DEEPEST) for _ in range(VARIANTS)]
    return [
        Request(
            "POST",
            f"/nested/{DEEPEST}",
            json.dumps(body, separators=(",", ":")).encode(),
            "application/json",
        )
        for body in bodies
    ]


def check(request: Request, reply: Reply) -> str | None:
    """The depth, the names from outside inwards and the sum of the counts."""
    return wrong_json(reply, summary(json.loads(request.body or b"null")))


WORKLOAD = Workload(
    name="nested",
    title="Validate eight levels",
    why="Validating objects in objects, eight levels deep, with the validator that the framework's users reach for.",
    requests=requests,
    check=check,
)
