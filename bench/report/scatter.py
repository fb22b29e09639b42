"""How far the rounds lay apart, and what so many of them could have seen."""

from collections.abc import Sequence
from math import exp, isfinite, log

from bench.model.estimate import Comparison
from bench.report.numbers import THIN
from bench.stats import interval


NONE = "–"


def scatter_text(rounds: Sequence[float | None]) -> str:
    """
    The standard deviation between rounds as per cent, a dash where there is none.

    Taken on logs, as the intervals are; of a series that holds a zero there is none.
    """
    logs = [log(r) for r in rounds if r is not None and r > 0 and isfinite(r)]
    known = sum(each is not None for each in rounds)
    if len(logs) < 2 or len(logs) < known:
        return NONE
    return _percent(exp(interval.scatter(logs)) - 1)


def seen_text(pair: Comparison) -> str:
    """The smallest difference that these rounds find four times in five, as per cent."""
    if pair.smallest_detectable is None or not isfinite(pair.smallest_detectable):
        return NONE
    return _percent(pair.smallest_detectable - 1)


def _percent(share: float) -> str:
    """Two significant digits; a run of identical rounds is not "0 %"."""
    percent = 100 * share
    if percent < 0.01:
        return f"<0.01{THIN}%"
    places = 2 if percent < 0.1 else 1 if percent < 10 else 0
    return f"{percent:,.{places}f}{THIN}%"
