"""The workload of `bench load URL`: one path, any 2xx is right."""

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload


def get_path(path: str) -> Workload:
    """GET the path again and again; the body is read to its end but not looked at."""

    def check(request: Request, reply: Reply) -> str | None:
        return None if 200 <= reply.status < 300 else f"status {reply.status}"

    return Workload(
        name=path,
        title=path,
        why="What an address of this machine answers, under load.",
        requests=lambda seed: (Request("GET", path),),
        check=check,
    )
