"""What the rounds of a stress say together, as numbers and in words."""

from collections.abc import Sequence

from bench.analyse.words import per_cent
from bench.model.stress import Series, Step
from bench.stats import interval


def known(series: Series) -> list[float]:
    """The values of the rounds that have one."""
    return [value for value in series.rounds if value is not None]


def worst_failed(steps: Sequence[Step], asked_from: float, level: float) -> Series:
    """
    The largest share of failed requests in each round that has every step from that share on.

    A step below it counts where it is known: a few requests that were sent late
    void its windows, and what it would have shown is asked again above it.
    """
    worst: list[float | None] = []
    for at in range(min((len(step.failed.rounds) for step in steps), default=0)):
        row = [(step.share, step.failed.rounds[at]) for step in steps]
        lacks = any(value is None for share, value in row if share >= asked_from)
        there = [value for _, value in row if value is not None]
        worst.append(max(there) if there and not lacks else None)
    series = Series(tuple(worst), None)
    if len(known(series)) < 2:
        return series
    return Series(series.rounds, interval.arithmetic_mean(known(series), level))


def percent(series: Series, digits: int = 0) -> str:
    """A share with its interval, as "98 % (96 to 100 %)"."""
    if series.estimate is None:
        return "not measured"
    e = series.estimate
    low, high = (f"{100 * max(0.0, x):.{digits}f}" for x in (e.low, e.high))
    return f"{per_cent(e.point, digits)} ({low} to {high} %)"


def seconds(series: Series) -> str:
    """A time with its interval, as "0.31 (0.25 to 0.40) s"."""
    return f"{plain(series, 2)} s"


def plain(series: Series, digits: int) -> str:
    """A number with its interval, without a unit."""
    if series.estimate is None:
        return "not measured"
    e = series.estimate
    return f"{e.point:,.{digits}f} ({e.low:,.{digits}f} to {e.high:,.{digits}f})"
