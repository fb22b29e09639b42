"""
How verdicts are worded: rules, not taste.

A ratio of 1.5 or more is "1.8 times", a smaller one "12 % more". Two
significant digits at most, and whole per cent where the interval is wider
than that. No adjective that the interval does not carry; the one that is
allowed, "practically equal", needs the whole interval inside the margin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

from bench.model.estimate import Comparison, Estimate


TIMES_FROM = 1.5
"""From here on people think in "times"; below it in per cent."""


@dataclass(frozen=True, slots=True)
class Named:
    """A comparison with the names that readers know its two sides by."""

    comparison: Comparison
    subject: str
    baseline: str
    margin: float


_SENTENCES = {
    "throughput": ("{leader} answers {size} {many} requests per second {than} {other}", "as many", "more", "fewer"),
    "cpu": ("{other} spends {size} {many} CPU time per request {than} {leader}", "as much", "more", "less"),
    "memory": ("{other} holds {size} {many} memory {than} {leader}", "as much", "more", "less"),
}  # fmt: skip
_WHAT = {
    "throughput": "requests per second",
    "cpu": "CPU time per request",
    "memory": "memory",
}


def inverted(estimate: Estimate) -> Estimate:
    """The same ratio seen from the other side."""
    return Estimate(
        1 / estimate.point,
        1 / estimate.high,
        1 / estimate.low if estimate.low else inf,
        estimate.level,
        estimate.n,
    )


def times(ratio: float) -> str:
    """A ratio of 1.5 or more with two significant digits."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{float(f'{ratio:.2g}'):.0f}"


def percent(share: float, fine: bool = False) -> str:
    """A share as per cent: whole, or with one decimal where it is below 1 or the interval carries it."""
    fine = fine or 0 < share < 0.005
    return f"{100 * share:.1f} %" if fine else f"{100 * share:.0f} %"


def joined(names: Sequence[str]) -> str:
    """A list as a sentence says it: "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def percent_up_to(share: float) -> str:
    """A share rounded away from zero to a tenth of a per cent: a promise must not be rounded down."""
    return f"{ceil(round(1000 * share, 6)) / 10:g} %"


def sentence(named: Named) -> str:
    """Who leads whom, by how much, with the interval."""
    comparison = named.comparison
    estimate = comparison.advantage
    if estimate is None:
        return f"{named.subject} and {named.baseline} were not both measured on {comparison.workload}"
    leader, other = named.subject, named.baseline
    if estimate.point < 1:
        leader, other, estimate = other, leader, inverted(estimate)
    pattern, as_many, more, less = _SENTENCES[comparison.metric]
    if estimate.point >= TIMES_FROM:
        size, many, than = f"{times(estimate.point)} times", as_many, "as"
        interval = f"{_bound(estimate.low)} to {_bound(estimate.high)} times"
    else:
        fine = estimate.high - estimate.low < 0.02
        size, many, than = percent(estimate.point - 1, fine), more, "than"
        interval = _percent_interval(estimate, fine, more, less)
    text = pattern.format(leader=leader, other=other, size=size, many=many, than=than)
    return f"{text} on {comparison.workload} ({interval})"


def _bound(ratio: float) -> str:
    return times(ratio) if ratio >= TIMES_FROM else f"{ratio:.2f}"


def _percent_interval(estimate: Estimate, fine: bool, more: str, less: str) -> str:
    high = percent(estimate.high - 1, fine)
    if estimate.low < 1:
        return f"{percent(1 - estimate.low, fine)} {less} to {high} {more}"
    return f"{percent(estimate.low - 1, fine)} to {high}"


def supported(named: Named) -> str:
    """The lead exceeds the margin."""
    return f"{sentence(named)}: {_more_than(named)}"


def _more_than(named: Named) -> str:
    if named.margin == 0:
        return "the interval excludes equality"
    return f"all of the interval is beyond the margin of {percent(named.margin)}"


def reversed_(named: Named) -> str:
    """The other one leads."""
    return f"{sentence(named)}: the other way round"


def tie(named: Named) -> str:
    """The interval lies inside the margin on both sides."""
    estimate = named.comparison.advantage
    if estimate is None:
        return sentence(named)
    reach = max(estimate.high, 1 / estimate.low) - 1
    return (
        f"{named.subject} and {named.baseline} are practically equal on "
        f"{named.comparison.workload}: at most {percent_up_to(reach)} apart in "
        f"{_WHAT[named.comparison.metric]}"
    )


def not_material(named: Named) -> str:
    """A lead as large as the margin is ruled out."""
    return (
        f"{sentence(named)}: {named.subject} does not lead by {percent(named.margin)}"
    )


def undecided(named: Named, more_rounds: int | None, comparisons: int) -> str:
    """What this run could have seen, and what it would take."""
    comparison = named.comparison
    estimate = comparison.advantage
    text = f"{sentence(named)}: {_why_open(named, comparisons)}"
    if estimate is None or comparison.smallest_detectable is None:
        return text
    could = comparison.smallest_detectable - 1
    text += (
        f"; {estimate.n} rounds could have seen a difference of {percent_up_to(could)}"
    )
    if more_rounds is None:
        return text
    total = estimate.n + more_rounds
    return f"{text}, about {total} in all would decide"


def _why_open(named: Named, comparisons: int) -> str:
    estimate = named.comparison.advantage
    line = f"the margin of {percent(named.margin)}" if named.margin else "equality"
    if estimate is not None and estimate.high < 1 + named.margin:
        return f"below {line}, but not clearly enough for {comparisons} comparisons at once"
    return f"the interval holds {line}"
