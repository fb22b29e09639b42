"""
How numbers stand in the sentence of a verdict.

A ratio of 1.5 or more is "1.8 times", a smaller one "12 % more". Two
significant digits at most, and whole per cent where the interval is wider
than that. A promise is rounded down, a bound of a difference up.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor, isfinite

from bench.model.estimate import Estimate
from bench.model.verdict import Evidence, Part


TIMES_FROM = 1.5
"""From here on people think in "times"; below it in per cent."""


def times(ratio: float) -> str:
    """A ratio of 1.5 or more with two significant digits."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{float(f'{ratio:.2g}'):.0f}"


def bound(ratio: float) -> str:
    """An end of the interval of a ratio."""
    return times(ratio) if ratio >= TIMES_FROM else f"{ratio:.2f}"


def at_least(ratio: float) -> str:
    """A lower bound, rounded down to three significant digits."""
    if not isfinite(ratio):
        return str(ratio)
    places = 2 if ratio < 9.995 else 1
    return f"{floor(ratio * 10**places + 1e-9) / 10**places:.{places}f}"


def percent(share: float, fine: bool = False) -> str:
    """A share as per cent: whole, or with one decimal where it is below 1 or the interval carries it."""
    fine = fine or 0 < share < 0.005
    return f"{100 * share:.1f} %" if fine else f"{100 * share:.0f} %"


def percent_up_to(share: float) -> str:
    """A share rounded away from zero to a tenth of a per cent: a promise must not be rounded down."""
    return f"{ceil(round(1000 * share, 6)) / 10:g} %"


def as_times(estimate: Estimate | None) -> str:
    """A ratio with its interval: "1.92 times (1.80 to 2.05)"."""
    if estimate is None:
        return "no ratio can be bounded"
    return estimate.spelled(
        lambda x: _minus(f"{x:.2f}") if x < 9.995 else times(x), " times"
    )


def microseconds(estimate: Estimate | None) -> str:
    """Microseconds with their interval: "58 µs (55 to 61)"."""
    if estimate is None:
        return "not measured"
    digits = 1 if estimate.high - estimate.low < 2 else 0
    return spanned(estimate, digits, " µs")


def share(estimate: Estimate, digits: int = 0) -> str:
    """A share with its interval: "98 % (96 to 100 %)"."""
    low, high = (
        f"{100 * max(0.0, x):.{digits}f}" for x in (estimate.low, estimate.high)
    )
    return f"{100 * estimate.point:.{digits}f} % ({low} to {high} %)"


def spanned(estimate: Estimate, digits: int, unit: str = "") -> str:
    """A number with its interval: "7.9 ms (7.7 to 8.0)"."""
    return estimate.spelled(lambda x: _minus(f"{x:,.{digits}f}"), unit)


def at_once(estimate: Estimate) -> str:
    """A number near one with its interval: two decimals below 2, else one."""
    return spanned(estimate, 2 if estimate.point < 2 else 1)


def under_way(estimate: Estimate, clients: int | None) -> str:
    """
    Requests at once; never more than there are clients.

    Throughput times the response time of a lone request may come out above
    them: alone, a request finds a colder machine and takes a little longer.
    """
    if clients is not None and estimate.low >= clients:
        return f"all {clients}"
    if clients is None or estimate.high <= clients:
        return at_once(estimate)
    most = replace(estimate, point=min(estimate.point, clients), high=float(clients))
    return at_once(most)


def in_this_run(decided: Part | Evidence) -> str:
    """What is so near its line that another run may say otherwise is said of this one."""
    return " in this run" if decided.near_line else ""


def joined(names: Sequence[str], word: str = "and") -> str:
    """A list as a sentence says it: "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def _minus(number: str) -> str:
    return number.replace("-", "\u2212")
