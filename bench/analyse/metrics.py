"""What is measured: each metric's value in one window, and in one round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.model.estimate import Metric
from bench.model.trial import Window


MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric with the way from windows to its numbers; None means not measured."""

    metric: Metric
    of_window: Callable[[Window], float | None]
    of_round: Callable[[Sequence[Window]], float | None]


def _median_of(
    value: Callable[[Window], float | None],
) -> Callable[[Sequence[Window]], float | None]:
    def of_round(windows: Sequence[Window]) -> float | None:
        values = [v for v in map(value, windows) if v is not None]
        return median(values) if values else None

    return of_round


def _rate_rps(windows: Sequence[Window]) -> float | None:
    measured_s = sum(w.tally.measure_s for w in windows)
    return sum(w.tally.requests for w in windows) / measured_s if measured_s else None


def _server_cpu_us(windows: Sequence[Window]) -> float | None:
    known = [w for w in windows if w.server_cpu_ns is not None]
    requests = sum(w.tally.requests_total for w in known)
    used_ns = sum(w.server_cpu_ns or 0 for w in known)
    return used_ns / 1e3 / requests if requests else None


def _database_cpu_us(windows: Sequence[Window]) -> float | None:
    known = [w for w in windows if w.database_cpu_ns is not None]
    requests = sum(w.tally.requests_total for w in known)
    used_ns = sum(w.database_cpu_ns or 0 for w in known)
    return used_ns / 1e3 / requests if requests else None


def _generator_percent(windows: Sequence[Window]) -> float | None:
    measured_s = sum(w.tally.measure_s for w in windows)
    used_s = sum(w.tally.generator_cpu_s for w in windows)
    return 100 * used_s / measured_s if measured_s else None


def _p50_ms(window: Window) -> float | None:
    quantiles = window.tally.latency_us
    return quantiles.p50 / 1e3 if quantiles else None


def _p99_ms(window: Window) -> float | None:
    quantiles = window.tally.latency_us
    return quantiles.p99 / 1e3 if quantiles else None


def _memory_mib(window: Window) -> float | None:
    memory = window.server_memory_bytes
    return None if memory is None else memory / MEBIBYTE


def _of_one(
    of_round: Callable[[Sequence[Window]], float | None],
) -> Callable[[Window], float | None]:
    return lambda window: of_round([window])


THROUGHPUT = Measure(
    Metric("throughput", "Throughput", "requests/s", True),
    _of_one(_rate_rps),
    _rate_rps,
)
CPU = Measure(
    Metric("cpu", "Server CPU time per request", "µs", False),
    _of_one(_server_cpu_us),
    _server_cpu_us,
)
MEMORY = Measure(
    Metric("memory", "Memory under load (PSS)", "MiB", False),
    _memory_mib,
    _median_of(_memory_mib),
)
P50 = Measure(
    Metric("p50", "Closed-loop latency at saturation, median", "ms", False),
    _p50_ms,
    _median_of(_p50_ms),
)
P99 = Measure(
    Metric("p99", "Closed-loop latency at saturation, 99th percentile", "ms", False),
    _p99_ms,
    _median_of(_p99_ms),
)
DATABASE_CPU = Measure(
    Metric("database_cpu", "Database CPU time per request", "µs", False),
    _of_one(_database_cpu_us),
    _database_cpu_us,
)
GENERATOR = Measure(
    Metric("generator", "Generator CPU", "% of a core", False),
    _of_one(_generator_percent),
    _generator_percent,
)
MEASURES = (THROUGHPUT, CPU, MEMORY, P50, P99, DATABASE_CPU, GENERATOR)
"""Metrics that windows give, one value for each target and workload."""

COMPARED = (THROUGHPUT, CPU, MEMORY)
"""Metrics whose ratios are formed."""

STARTUP = Metric("startup", "Start to first right answer", "s", False)
IDLE_MEMORY = Metric("idle_memory", "Memory at rest (PSS)", "MiB", False)

METRICS = (*(measure.metric for measure in MEASURES), STARTUP, IDLE_MEMORY)

REQUESTS_FOR_P99 = 1000
"""In a round: below it fewer than ten requests lie beyond the 99th percentile."""
