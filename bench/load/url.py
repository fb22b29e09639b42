"""Load on any address of this machine: what people use to check the generator against others."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult

from bench.configure.addresses import Place, answering, http_parts, numbers
from bench.errors import EnvironmentFailure, UsageError
from bench.load.distributed_generator import DistributedGenerator
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.load.messages import LoadCommand
from bench.load.worker_pool import WorkerPool
from bench.model.exchange import Request
from bench.model.load import Load
from bench.model.trial import Quantiles, WindowStats


GET = Request("GET", "/")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What `bench load` prints; its fields are the JSON object's, in this order."""

    requests: int
    errors: int  # of the whole visit, its first part included
    duration_s: float
    rate_rps: float
    offered_rps: float | None  # None: closed loop
    connections_opened: int
    generator_cpu_s: float
    latency_us: Quantiles | None
    service_time_us: Quantiles | None
    first_error: str | None
    errors_by_kind: Mapping[str, int]  # "status 404", "timeout", …


def load_url(
    url: str,
    load: Load,
    cpus: Sequence[int] = (),
    samples: Path | None = None,
    workers: int = 0,
    sent: Request = GET,
) -> LoadReport:
    """
    Send one request to an address under this load (its path is the address'), from a generator pinned to `cpus` (none: anywhere), or from several workers.

    UsageError if the address is not on this machine's loopback;
    EnvironmentFailure if nothing listens there or the generator dies.
    """
    parts = http_parts(url, "write it as http://127.0.0.1:8000/path", path=True)
    place = _listening(url, parts)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    visit = LoadRequest(place.host, place.port, path, 0, load, samples)
    chosen = (
        DistributedGenerator(cpus, WorkerPool(workers))
        if workers
        else LocustGenerator(cpus)
    )
    with chosen as generator:
        tally = generator.carry_out(LoadCommand(visit, replace(sent, path=path)))
    lost = [worker.name for worker in tally.workers if worker.lost]
    if lost:
        raise EnvironmentFailure(
            f"a part of the load was lost with {', '.join(lost)}",
            hint="drive the load again; was it killed for lack of memory, or this machine busy?",
        )
    return report_of(tally)


def report_of(tally: WindowStats) -> LoadReport:
    """The tally of a visit in the words of `bench load`."""
    seconds = tally.measure_s
    return LoadReport(
        requests=tally.requests,
        errors=sum(tally.errors.values()),
        duration_s=seconds,
        rate_rps=tally.requests / seconds,
        offered_rps=None if tally.offered is None else tally.offered / seconds,
        connections_opened=tally.connections_opened,
        generator_cpu_s=tally.generator_cpu_s,
        latency_us=tally.latency_us,
        service_time_us=tally.service_us,
        first_error=tally.first_error,
        errors_by_kind=dict(sorted(tally.errors.items(), key=lambda kind: -kind[1])),
    )


def _listening(url: str, parts: SplitResult) -> Place:
    """The first loopback address of the name where somebody listens."""
    everywhere = numbers(url, parts)
    for place in everywhere:
        # Every one of them: a name must not lead elsewhere at the second look.
        if not ipaddress.ip_address(place.host).is_loopback:
            raise UsageError(
                f"{parts.hostname!r} is {place.host}, which is not this machine's loopback",
                hint="load goes to 127.0.0.0/8 and ::1 only: it could be an attack elsewhere",
            )
    return answering(url, everywhere)
