"""A generator that sends nothing: scripted figures at once, for tests of what lies around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from bench.errors import EnvironmentFailure
from bench.load.generator import LoadRequest, beside
from bench.load.samples import Samples, quantiles, write_samples
from bench.model.trial import WindowStats
from bench.stats.sketch import sketch


@dataclass(frozen=True, slots=True)
class Script:
    """
    What a server would show.

    The n-th visit to the server has its rate multiplied by the n-th of
    `factors`, again and again in turn, so that noise can be scripted too;
    latency stays as it is.
    """

    rate_rps: float = 1000.0
    latency_us: float = 1000.0
    factors: Sequence[float] = (1.0,)
    errors: Mapping[str, int] = field(default_factory=dict)
    cpu_us_per_request: float = 10.0  # of the generator
    late_share: float = 0.0
    missing_in_locust: int = 0  # how far Locust's own count falls short
    closes_connections: bool = False
    dies_at_visit: int | None = None  # from 1
    slower_beside: float = 1.0  # how many times, when another workload is beside it


class FakeGenerator:
    """
    Answers every visit at once from the script of its port, or from `otherwise`.

    The same visits give the same tallies. What it was asked is in `visits`
    and `forgotten`, in order.
    """

    def __init__(
        self,
        scripts: Mapping[int, Script] | None = None,
        otherwise: Script | None = None,
    ) -> None:
        self.scripts = dict(scripts or {})
        self.otherwise = Script() if otherwise is None else otherwise
        self.visits: list[LoadRequest] = []
        self.forgotten: list[tuple[str, int]] = []
        self.entered = False
        self._connected: dict[tuple[str, int], int] = {}

    def __enter__(self) -> Self:
        """Nothing is started."""
        self.entered = True
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is ended."""
        self.entered = False

    def visit(self, order: LoadRequest) -> WindowStats:
        """The scripted tally; EnvironmentFailure where the script lets the generator die."""
        if not self.entered:
            raise EnvironmentFailure("the generator was asked before it was started")
        self.visits.append(order)
        script = self.scripts.get(order.port, self.otherwise)
        server = (order.host, order.port)
        turn = sum((visit.host, visit.port) == server for visit in self.visits)
        if turn == script.dies_at_visit:
            raise EnvironmentFailure(
                "the generator process ended in its work (scripted)"
            )
        other = beside(order)
        if other is not None:
            slower_us = script.latency_us * script.slower_beside
            script = replace(script, latency_us=slower_us)
        samples = _samples(script, order, turn)
        if order.samples is not None:
            write_samples(order.samples, samples)
        tally = self._tally(script, order, samples)
        if other is None:
            return tally
        theirs = self._tally(script, other, _samples(script, other, turn))
        return replace(tally, beside=theirs)

    def forget(self, host: str, port: int) -> None:
        """The next visit to that server opens its connections again."""
        self.forgotten.append((host, port))
        self._connected.pop((host, port), None)

    def _tally(
        self, script: Script, order: LoadRequest, samples: Samples
    ) -> WindowStats:
        load, count = order.load, len(samples.latency_ns)
        measure_s = load.measure_s
        total = count
        if order.requests_limit is None and measure_s > 0:
            total = round(count * load.duration_s / measure_s)
        latency = quantiles(samples.latency_ns)
        return WindowStats(
            requests=count,
            requests_total=total,
            measure_s=measure_s,
            errors=dict(script.errors),
            first_error=next(iter(script.errors), None),
            connections_opened=self._opened(script, order, total),
            retried=0,
            latency_us=latency,
            service_us=latency,
            per_second=_per_second(count, measure_s),
            generator_cpu_s=count * script.cpu_us_per_request / 1e6,
            late_sends=round(count * script.late_share),
            offered=None if load.rate_rps is None else round(load.rate_rps * measure_s),
            locust_requests=total - script.missing_in_locust,
            latency_sketch=sketch(samples.latency_ns) if load.is_open else None,
        )

    def _opened(self, script: Script, order: LoadRequest, total: int) -> int:
        if script.closes_connections:
            return total
        server, clients = (order.host, order.port), order.load.clients
        before = self._connected.get(server, 0)
        self._connected[server] = max(before, clients)
        return max(0, clients - before)


def _samples(script: Script, order: LoadRequest, turn: int) -> Samples:
    """Evenly spaced sends; latencies from half to one and a half times the scripted one."""
    factor = script.factors[(turn - 1) % len(script.factors)]
    rate_rps = script.rate_rps * factor
    if order.load.rate_rps is not None:
        rate_rps = min(rate_rps, order.load.rate_rps)
    count = order.requests_limit
    if count is None:
        count = round(rate_rps * order.load.measure_s)
    sent_ns = np.arange(count) * (order.load.measure_s * 1e9 / max(count, 1))
    spread = 0.5 + (np.arange(count) % 101) / 100
    latency_ns = (script.latency_us * 1000 * spread).astype(np.int64)
    return Samples(sent_ns.astype(np.int64), latency_ns, latency_ns)


def _per_second(count: int, measure_s: float) -> tuple[int, ...]:
    seconds = max(1, -int(-measure_s // 1))
    edges = [round(count * min(1.0, n / measure_s)) for n in range(1, seconds + 1)]
    return tuple(
        after - before for before, after in zip([0, *edges], edges, strict=False)
    )
