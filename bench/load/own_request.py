"""The workload of `bench load URL`: one request, any 2xx is right."""

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload


def repeated(request: Request) -> Workload:
    """Send it again and again; the answer's body is read to its end but not looked at."""

    def check(asked: Request, reply: Reply) -> str | None:
        return None if 200 <= reply.status < 300 else f"status {reply.status}"

    return Workload(
        name=request.path,
        title=request.path,
        why="What an address of this machine answers, under load.",
        requests=lambda seed: (request,),
        check=check,
    )
