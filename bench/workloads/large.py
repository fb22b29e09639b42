"""
A large body and a large answer: an order of five hundred items.

What a framework costs is lost in it; what its validator and its way of making
JSON cost for each item is what is left.
"""

import json
import random
from collections.abc import Sequence
from typing import Any

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json
from bench.workloads.orders import Order, make_order, receipt


ITEMS = 500
# Few, since each takes some 100 kB here and several milliseconds to check once.
VARIANTS = 32
PHRASES = (
    "please leave it with the neighbours if nobody is at home",
    "the old one was scratched, so do look at both sides first",
    "goes together with the order of last week, in one parcel",
    "a replacement for the part that came without its screws",
)


def make_long_order(chance: random.Random, items: int = ITEMS) -> Order:
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


def requests(seed: int) -> Sequence[Request]:
    """Distinct orders of about 115 kB."""
    chance = random.Random(seed)
    orders = [make_long_order(chance) for _ in range(VARIANTS)]
    return [
        Request(
            "POST",
            "/large",
            json.dumps(order, separators=(",", ":")).encode(),
            "application/json",
        )
        for order in orders
    ]


def check(request: Request, reply: Reply) -> str | None:
    """The receipt of the order that was sent, with a line for each item."""
    return wrong_json(reply, long_receipt(json.loads(request.body or b"null")))


WORKLOAD = Workload(
    name="large",
    title="Validate 500 items",
    why="Validating a body of about 115 kB and answering with a line for each of its 500 items.",
    requests=requests,
    check=check,
)
