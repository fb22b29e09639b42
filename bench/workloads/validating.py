"""
What mostly validates: a nested order, a long one, and objects in objects.

Measures the validator that the framework's users reach for more than the
framework. Every variant has another answer, so that none can be kept.
"""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import encoded, posted, wrong_json


type Order = dict[str, Any]
type Level = dict[str, Any]

VARIANTS = 512
LONG_ITEMS = 500
# Few, since each takes some 100 kB here and several milliseconds to check once.
LONG_VARIANTS = 32
DEEPEST = 8
CITIES = ("London", "Nairobi", "Lima", "Oslo", "Hanoi", "Accra", "Quito", "Perth")
NAMES = ("Ada Byron", "Grace Okafor", "Linus Berg", "Mei Tanaka", "Omar Haddad")
COLOURS = ("black", "white", "red", "green", "blue")
TAGS = ("gift", "fragile", "sale", "new", "heavy", "bulk")
UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PHRASES = (
    "please leave it with the neighbours if nobody is at home",
    "the old one was scratched, so do look at both sides first",
    "goes together with the order of last week, in one parcel",
    "a replacement for the part that came without its screws",
)
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")


def make_order(chance: random.Random, items: int = 10) -> Order:
    """A valid order of about 1.8 kB with ten items; the same chance, the same order."""
    name = chance.choice(NAMES)
    return {
        "order_id": f"ORD-{chance.randrange(1_000_000):06}",
        "placed_on": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "customer": {
            "name": name,
            "email": f"{name.split()[0].lower()}{chance.randrange(1000)}@example.org",
            "address": {
                "street": f"{chance.randint(1, 200)} Long Meadow Lane",
                "city": chance.choice(CITIES),
                "postcode": f"{chance.randrange(100_000):05}",
                "geo": {
                    "lat": round(chance.uniform(-90, 90), 4),
                    "lon": round(chance.uniform(-180, 180), 4),
                },
            },
        },
        "items": [_item(chance) for _ in range(items)],
        "coupon": chance.choice((None, "WELCOME10", "WINTER26")),
    }


def _item(chance: random.Random) -> Order:
    return {
        "sku": f"{chance.choice(UPPER)}{chance.choice(UPPER)}{chance.randrange(10_000):04}",
        "qty": chance.randint(1, 12),
        "unit_cents": chance.randint(50, 20_000),
        "tags": chance.sample(TAGS, 2),
        "options": [
            {"key": "colour", "value": chance.choice(COLOURS)},
            {"key": "engraving", "value": chance.choice(("", "Happy birthday!"))},
        ],
    }


def receipt(order: Order) -> dict[str, Any]:
    """What an application must answer to a valid order."""
    items = order["items"]
    return {
        "order_id": order["order_id"],
        "city": order["customer"]["address"]["city"],
        "n_items": len(items),
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in items),
    }


def make_long_order(chance: random.Random, items: int = LONG_ITEMS) -> Order:
    """A valid order of about 115 kB with 500 items, each with a note."""
    order = make_order(chance, items)
    for item in order["items"]:
        item["note"] = f"{chance.choice(PHRASES)} ({chance.randrange(1000)})"
    return order


def long_receipt(order: Order) -> dict[str, Any]:
    """What an application must answer to a valid order."""
    lines = [
        {
            "sku": item["sku"],
            "note": item["note"],
            "qty": item["qty"],
            "line_cents": item["qty"] * item["unit_cents"],
        }
        for item in order["items"]
    ]
    return {**receipt(order), "lines": lines}


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


def _sent(request: Request) -> Any:
    return json.loads(request.body or b"null")


def _orders(seed: int) -> Sequence[Request]:
    chance = random.Random(seed)
    orders: dict[str, bytes] = {}
    while len(orders) < VARIANTS:
        order = make_order(chance)
        orders.setdefault(order["order_id"], encoded(order))
    return [posted("/validate", body) for body in orders.values()]


def _order(request: Request, reply: Reply) -> str | None:
    """The number, the city, the count and the total of the order that was sent."""
    return wrong_json(reply, receipt(_sent(request)))


def _long_orders(seed: int) -> Sequence[Request]:
    chance = random.Random(seed)
    orders = [make_long_order(chance) for _ in range(LONG_VARIANTS)]
    return [posted("/large", encoded(order)) for order in orders]


def _long_order(request: Request, reply: Reply) -> str | None:
    """The receipt of the order that was sent, with a line for each item."""
    return wrong_json(reply, long_receipt(_sent(request)))


def _levels(seed: int) -> Sequence[Request]:
    chance = random.Random(seed)
    bodies = [make_level(chance, DEEPEST) for _ in range(VARIANTS)]
    return [posted(f"/nested/{DEEPEST}", encoded(body)) for body in bodies]


def _level(request: Request, reply: Reply) -> str | None:
    """The depth, the names from outside inwards and the sum of the counts."""
    return wrong_json(reply, summary(_sent(request)))


VALIDATE = Workload(
    name="validate",
    title="Validate a nested order",
    why="Parsing and validating 1.8 kB of nested JSON with the validator that the framework's users reach for.",
    requests=_orders,
    check=_order,
)
LARGE = Workload(
    name="large",
    title="Validate 500 items",
    why="Validating a body of about 115 kB and answering with a line for each of its 500 items.",
    requests=_long_orders,
    check=_long_order,
)
NESTED = Workload(
    name="nested",
    title="Validate eight levels",
    why="Validating objects in objects, eight levels deep, with the validator that the framework's users reach for.",
    requests=_levels,
    check=_level,
)
