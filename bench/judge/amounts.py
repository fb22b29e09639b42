"""Amounts of CPU time and of times more, as verdicts print them."""

from bench.judge.words import percent, times
from bench.model.estimate import Estimate


def amount(estimate: Estimate | None) -> str:
    """Microseconds with their interval: "58 µs (55 to 61)"."""
    if estimate is None:
        return "not measured"
    digits = 1 if estimate.high - estimate.low < 2 else 0
    point, low, high = (
        f"{value:,.{digits}f}".replace("-", "\u2212")
        for value in (estimate.point, estimate.low, estimate.high)
    )
    return f"{point} µs ({low} to {high})"


def as_ratio(estimate: Estimate | None) -> str:
    """A ratio with its interval: "1.92 times (1.80 to 2.05)"."""
    if estimate is None:
        return "no ratio can be bounded"
    point, low, high = (
        f"{value:.2f}".replace("-", "\u2212") if value < 9.995 else times(value)
        for value in (estimate.point, estimate.low, estimate.high)
    )
    return f"{point} times ({low} to {high})"


def line(margin: float) -> str:
    """The line that a lead must pass, in words."""
    return f"the margin of {percent(margin)}" if margin else "equality"


def beyond(estimate: Estimate | None, margin: float) -> str:
    """Where an interval stands beside its line."""
    if estimate is None:
        return "there is no interval to hold against the line"
    if estimate.low > 1 + margin:
        return f"all of the interval is beyond {line(margin)}"
    if estimate.high < 1:
        return "the other way round"
    if estimate.high < 1 + margin:
        return f"all of the interval is below {line(margin)}"
    return f"the interval holds {line(margin)}"
