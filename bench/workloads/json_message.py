"""A small object, built and serialised for every request."""

from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_json


def requests(seed: int) -> Sequence[Request]:
    """Always the same one."""
    return [Request("GET", "/json")]


def check(request: Request, reply: Reply) -> str | None:
    """Exactly this object."""
    return wrong_json(reply, {"message": "Hello, World!"})


WORKLOAD = Workload(
    name="json",
    title="A small JSON object",
    why="What a framework's own way of making JSON adds to the toll.",
    requests=requests,
    check=check,
    floor=True,
)
