"""
A request that only waits, as for another service.

How it waits is the style of the handler: a sync view blocks its thread, an
async one gives way. Shows how many requests a deployment holds at once.
"""

from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json


MILLISECONDS = 50


def requests(seed: int) -> Sequence[Request]:
    """Always the same wait: a mixture would measure the mixture."""
    return [Request("GET", f"/io?ms={MILLISECONDS}")]


def check(request: Request, reply: Reply) -> str | None:
    """An answer at all; how long it took is for the clock."""
    return wrong_json(reply, {"ok": True})


WORKLOAD = Workload(
    name="wait",
    title="Waiting 50 ms for another service",
    why="How many requests a deployment holds at once while each of them only waits.",
    requests=requests,
    check=check,
)
