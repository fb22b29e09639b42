"""
A nested order: parse it, validate it four levels deep, answer a sum over it.

Measures the validator that the framework's users reach for, more than the
framework. Every variant has another answer, so that none can be kept.
"""

import json
import random
from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json
from bench.workloads.orders import make_order, receipt


VARIANTS = 512


def requests(seed: int) -> Sequence[Request]:
    """Distinct orders of about 1.8 kB."""
    chance = random.Random(seed)
    orders: dict[str, bytes] = {}
    while len(orders) < VARIANTS:
        order = make_order(chance)
        body = json.dumps(order, separators=(",", ":")).encode()
        orders.setdefault(order["order_id"], body)
    return [
        Request("POST", "/validate", body, "application/json")
        for body in orders.values()
    ]


def check(request: Request, reply: Reply) -> str | None:
    """The number, the city, the count and the total of the order that was sent."""
    return wrong_json(reply, receipt(json.loads(request.body or b"null")))


WORKLOAD = Workload(
    name="validate",
    title="Validate a nested order",
    why="Parsing and validating 1.8 kB of nested JSON with the validator that the framework's users reach for.",
    requests=requests,
    check=check,
)
