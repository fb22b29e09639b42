"""Load workers: how many, where they are awaited, and what they must have in common with us."""

import os
from collections.abc import Iterator

from bench.cli.record import joining_facts
from bench.configure.addresses import is_near
from bench.errors import UsageError
from bench.load.joining import Credentials, token_of_run
from bench.load.worker_pool import WorkerPool
from bench.model.plan import Plan
from bench.model.plural import plural


LISTEN = "BENCH_LOAD_LISTEN"
"""HOST:PORT of this machine, where workers of other machines join."""

_EXAMPLE = f"export {LISTEN}=192.168.1.10:5557"


def refuse_impossible(engine: str, here: int, elsewhere: int) -> None:
    """UsageError where servers of that engine could not be reached by such workers."""
    if engine == "compose" and here + elsewhere:
        raise UsageError(
            "load workers are processes, and cannot reach servers in containers",
            "use --engine local, or leave out --load-workers",
        )
    if engine == "local" and elsewhere:
        raise UsageError(
            "servers of the local engine listen on this machine's loopback: workers elsewhere cannot reach them",
            "--load-workers N starts some here; those elsewhere are for servers that stand already",
        )
    if elsewhere:
        _listening_place()
        token_of_run()


def worker_pool_of(plan: Plan) -> WorkerPool | None:
    """Who sends; None: one process, without a master."""
    if plan.load_elsewhere:
        host, port = _listening_place()
        return WorkerPool(plan.load_workers, plan.load_elsewhere, host, port)
    return WorkerPool(plan.load_workers) if plan.load_workers else None


def credentials_of(worker_pool: WorkerPool) -> Credentials | None:
    """What workers elsewhere show; None: those here need nothing that anybody must type."""
    return (
        Credentials(token_of_run(), joining_facts()) if worker_pool.elsewhere else None
    )


def invitation(worker_pool: WorkerPool) -> Iterator[str]:
    """What to type on the other machines, a line each; nothing if nobody is awaited."""
    if worker_pool.elsewhere:
        yield f"waiting for {worker_pool.elsewhere} load workers from elsewhere; on each of their machines:"
        yield f"  python -m bench worker --master {worker_pool.host} --port {worker_pool.port}"


def worker_pool_line(plan: Plan) -> str:
    """Who sends, in the words of the plan."""
    cores = len(plan.pinning.load)
    here = f"{plan.load_workers} here on {plural(cores, 'core')}"
    more = f", {plan.load_elsewhere} from elsewhere" if plan.load_elsewhere else ""
    crowded = ", which they share" if plan.load_workers > cores else ""
    return f"workers {here}{crowded}{more}: each sends its part of every window"


def _listening_place() -> tuple[str, int]:
    text = os.environ.get(LISTEN, "")
    host, _, port = text.rpartition(":")
    wrong = not port.isdecimal() or not 0 < int(port) < 65536
    if wrong or ":" in host or not is_near(host):
        raise UsageError(
            f"{LISTEN} is {text!r}: workers elsewhere join at an IPv4 address of this machine, in numbers and of a private network, and a port",
            _EXAMPLE,
        )
    return host, int(port)
