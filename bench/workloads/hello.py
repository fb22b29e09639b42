"""
The least a framework can do: route a GET and send thirteen bytes.

Measures the toll that every request pays. Says nothing about work.
"""

from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import shown, wrong_status


BODY = b"Hello, World!"


def requests(seed: int) -> Sequence[Request]:
    """Always the same one: there is nothing to vary, and nothing worth caching."""
    return [Request("GET", "/hello")]


def check(request: Request, reply: Reply) -> str | None:
    """Exactly these bytes, as UTF-8 text."""
    if wrong := wrong_status(reply):
        return wrong
    kind = reply.headers.get("content-type", "").replace(" ", "").lower()
    if kind != "text/plain;charset=utf-8":
        return f"expected text/plain; charset=utf-8, got {kind!r}"
    if reply.body != BODY:
        return f"expected {BODY!r}, got {shown(reply.body)}"
    return None


WORKLOAD = Workload(
    name="hello",
    title="Hello, World!",
    why="The toll that every request pays: server, routing, thirteen bytes of text.",
    requests=requests,
    check=check,
    floor=True,
)
