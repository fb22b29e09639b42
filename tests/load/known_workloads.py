"""Workloads for the known server: the name is the path, `post:` before it makes it a POST."""

import json
from collections.abc import Sequence

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload


VARIANTS = 8


class Broken(BaseException):
    """What no check raises and nobody expects."""


def workload(name: str) -> Workload:
    """Eight distinct requests for `name`, a path of the known server with its query."""
    method, path = ("POST", name[5:]) if name.startswith("post:") else ("GET", name)

    def requests(seed: int) -> Sequence[Request]:
        joint = "&" if "?" in path else "?"
        body = b"{}" if method == "POST" else None
        kind = "application/json" if method == "POST" else None
        return [
            Request(method, f"/{path}{joint}n={seed * 1000 + n}", body, kind)
            for n in range(VARIANTS)
        ]

    def check(request: Request, reply: Reply) -> str | None:
        if "explode" in request.path:
            raise Broken("the check itself is broken")
        if reply.status != 200:
            return f"status {reply.status}"
        asked = int(request.path.rsplit("n=", 1)[1])
        answered = json.loads(reply.body)["n"]
        return None if answered == asked else f"{answered} where {asked} was asked for"

    return Workload(name, name, "known", requests, check)
