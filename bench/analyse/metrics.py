"""What is measured: each metric's value in one window, and in one round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.model.estimate import Metric
from bench.model.trial import Window


MEBIBYTE = 2**20

type OfRound = Callable[[Sequence[Window]], float | None]
"""From a round's windows to their number; None: not measured."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric with the way from windows to its number."""

    metric: Metric
    of_round: OfRound
    compared: bool = False  # whether its ratios are formed
    reason: str | None = None  # why a round may have none
    requests: int = 0  # in a round below which it has none

    def of_window(self, window: Window) -> float | None:
        """That of one window alone, however few requests it holds."""
        return self.of_round([window])


def _median_of(value: Callable[[Window], float | None]) -> OfRound:
    def of_round(windows: Sequence[Window]) -> float | None:
        values = [v for v in map(value, windows) if v is not None]
        return median(values) if values else None

    return of_round


def _per_request_us(used_ns: Callable[[Window], int | None]) -> OfRound:
    """CPU time of the windows that were told it, over their requests."""

    def of_round(windows: Sequence[Window]) -> float | None:
        measured = [(used, w) for w in windows if (used := used_ns(w)) is not None]
        requests = sum(w.tally.requests_total for _, w in measured)
        return sum(used for used, _ in measured) / 1e3 / requests if requests else None

    return of_round


def _rate_rps(windows: Sequence[Window]) -> float | None:
    measured_s = sum(w.tally.measure_s for w in windows)
    return sum(w.tally.requests for w in windows) / measured_s if measured_s else None


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


REQUESTS_FOR_P99 = 1000
"""In a round: below it fewer than ten requests lie beyond the 99th percentile."""

THROUGHPUT = Measure(
    Metric("throughput", "Throughput", "requests/s", True), _rate_rps, compared=True
)
CPU = Measure(
    Metric("cpu", "Server CPU time per request", "µs", False),
    _per_request_us(lambda window: window.server_cpu_ns),
    compared=True,
)
MEMORY = Measure(
    Metric("memory", "Memory under load (PSS)", "MiB", False),
    _median_of(_memory_mib),
    compared=True,
)
P50 = Measure(
    Metric("p50", "Closed-loop latency at saturation, median", "ms", False),
    _median_of(_p50_ms),
)
P99 = Measure(
    Metric("p99", "Closed-loop latency at saturation, 99th percentile", "ms", False),
    _median_of(_p99_ms),
    reason=f"fewer than {REQUESTS_FOR_P99} requests in a round",
    requests=REQUESTS_FOR_P99,
)
DATABASE_CPU = Measure(
    Metric("database_cpu", "Database CPU time per request", "µs", False),
    _per_request_us(lambda window: window.database_cpu_ns),
)
GENERATOR = Measure(
    Metric("generator", "Generator CPU", "% of a core", False), _generator_percent
)
MEASURES = (THROUGHPUT, CPU, MEMORY, P50, P99, DATABASE_CPU, GENERATOR)
"""Metrics that windows give, one value for each target and workload."""

COMPARED = tuple(measure for measure in MEASURES if measure.compared)
"""Metrics whose ratios are formed."""

STARTUP = Metric("startup", "Start to first right answer", "s", False)
IDLE_MEMORY = Metric("idle_memory", "Memory at rest (PSS)", "MiB", False)

METRICS = (*(measure.metric for measure in MEASURES), STARTUP, IDLE_MEMORY)
