"""Workloads with nothing to vary: the toll of a request, a small answer, and waiting."""

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import shown, wrong_json, wrong_status, wrong_type


BODY = b"Hello, World!"
WAIT_MS = 50


def _hello(request: Request, reply: Reply) -> str | None:
    """Exactly these bytes, as UTF-8 text."""
    if wrong := wrong_status(reply) or wrong_type(reply, "text/plain"):
        return wrong
    if reply.body != BODY:
        return f"expected {BODY!r}, got {shown(reply.body)}"
    return None


HELLO = Workload(
    name="hello",
    title="Hello, World!",
    why="The toll that every request pays: server, routing, thirteen bytes of text.",
    requests=lambda seed: [Request("GET", "/hello")],
    check=_hello,
    floor=True,
)
JSON = Workload(
    name="json",
    title="A small JSON object",
    why="What a framework's own way of making JSON adds to the toll.",
    requests=lambda seed: [Request("GET", "/json")],
    check=lambda request, reply: wrong_json(reply, {"message": "Hello, World!"}),
    floor=True,
)
# How it waits is the style of the handler: a sync view blocks its thread, an
# async one gives way. One wait for all: a mixture would measure the mixture.
WAIT = Workload(
    name="wait",
    title="Waiting 50 ms for another service",
    why="How many requests a deployment holds at once while each of them only waits.",
    requests=lambda seed: [Request("GET", f"/io?ms={WAIT_MS}")],
    # An answer at all; how long it took is for the clock.
    check=lambda request, reply: wrong_json(reply, {"ok": True}),
)
