"""What an open loop tells: names of its metrics, and each one's value in a round."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import median

from bench.analyse.metrics import CPU, REQUESTS_FOR_P99, Measure
from bench.model.estimate import Metric
from bench.model.load import Basis, Load
from bench.model.plural import per_cent
from bench.model.trial import Sketch, Window
from bench.stats import sketch


LEVELS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
TITLES = {
    "p50": "Median response time",
    "p90": "90th percentile response time",
    "p99": "99th percentile response time",
    "p999": "99.9th percentile response time",
}
NEEDED = {"p50": 10, "p90": 100, "p99": REQUESTS_FOR_P99, "p999": 50_000}
"""Requests in a round below which a quantile would be a few unlucky requests."""
COMPARED = ("p50", "p99")
"""Quantiles whose ratios are formed."""


def measures(load: Load) -> tuple[Measure, ...]:
    """Everything that is told of one open load."""
    return (
        Measure(_metric(load, "rate", "Offered rate", "requests/s"), _rate_rps),
        *(_quantile(load, name) for name in LEVELS),
        Measure(
            _metric(
                load,
                "service_p99",
                "99th percentile response time from the actual send",
                "ms",
            ),
            _service_p99_ms,
            requests=NEEDED["p99"],
        ),
        # At saturation a server costs the least per request that it can; most
        # servers are paid for at less.
        Measure(
            _metric(load, "cpu", CPU.metric.title, CPU.metric.unit),
            CPU.of_round,
            compared=True,
        ),
        Measure(
            _metric(load, "late", "Sends more than 5 ms late", "% of sends"),
            _late_percent,
        ),
    )


def metric_name(what: str, load_name: str) -> str:
    """How a metric of an open load is called in files: open_p99@equal-70."""
    return f"open_{what}@{load_name.removeprefix('open-')}"


def load_words(load: Load) -> str:
    """The load in words."""
    if load.share is None:
        return f"open loop at {load.rate_rps or 0:,.0f} requests/s"
    if load.basis is Basis.OWN:
        return f"open loop at {per_cent(load.share)} of its own capacity"
    return f"open loop at one rate for all ({per_cent(load.share)} of the slowest)"


def round_sketch(windows: Sequence[Window]) -> Sketch | None:
    """All requests of a round's windows; None if none was kept."""
    kept = (w.tally.latency_sketch for w in windows)
    whole = _together(tuple(part for part in kept if part))
    return whole if whole.counts else None


@lru_cache(maxsize=64)  # every quantile asks for those of the same rounds
def _together(parts: tuple[Sketch, ...]) -> Sketch:
    return sketch.together(parts)


def quantile_ms(windows: Sequence[Window], name: str) -> float | None:
    """That of all requests of a round's windows; None where they are too few for it."""
    return sketch_quantile_ms(round_sketch(windows), name)


def sketch_quantile_ms(whole: Sketch | None, name: str) -> float | None:
    """The same of a sketch."""
    if whole is None or sketch.count(whole) < NEEDED[name]:
        return None
    return sketch.quantile_ns(whole, LEVELS[name]) / 1e6


def _quantile(load: Load, name: str) -> Measure:
    return Measure(
        _metric(load, name, TITLES[name], "ms"),
        lambda windows: quantile_ms(windows, name),
        compared=name in COMPARED,
        reason=f"fewer than {NEEDED[name]:,} requests in a round",
    )


def _metric(load: Load, what: str, title: str, unit: str) -> Metric:
    words = f"{title}, {load_words(load)}"
    return Metric(metric_name(what, load.name), words, unit, what == "rate")


def _rate_rps(windows: Sequence[Window]) -> float | None:
    rates = [w.rate_rps for w in windows if w.rate_rps is not None]
    return median(rates) if rates else None


def _service_p99_ms(windows: Sequence[Window]) -> float | None:
    p99s_ms = [w.tally.service_us.p99 / 1e3 for w in windows if w.tally.service_us]
    return median(p99s_ms) if p99s_ms else None


def _late_percent(windows: Sequence[Window]) -> float | None:
    offered = sum(w.tally.offered or 0 for w in windows)
    return 100 * sum(w.tally.late_sends for w in windows) / offered if offered else None
