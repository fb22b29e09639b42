"""
Who leads on one workload, in words that the intervals carry.

A lead counts if the whole interval lies beyond the margin; a tie is said
where the whole interval lies within it. Between the two, a pair whose interval
excludes equality is said to be at most so far apart, any other not told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from bench.model.estimate import Estimate
from bench.report.numbers import at_least, percent
from bench.report.view import View, joined, lower_first


class Kind(StrEnum):
    """What the comparisons of one workload add up to."""

    LEADER = "leader"
    LAST = "last"
    TIE = "tie"
    UNCLEAR = "unclear"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Standing:
    """The kind, and one sentence for it."""

    kind: Kind
    sentence: str


def standing(view: View, workload: str, metric: str) -> Standing:
    """Who leads among the contestants; every pair must have been compared."""
    ids = [target.id for target in view.contestants]
    pairs: dict[tuple[str, str], Estimate] = {}
    for one in ids:
        for other in ids:
            found = view.advantage(one, other, workload, metric)
            if one != other and found is not None:
                pairs[one, other] = found
    compared = [one for one in ids if any(one == subject for subject, _ in pairs)]
    if len(compared) < 2:
        return Standing(Kind.NOT_COMPARED, "Not compared in this run.")
    return _standing(view, compared, pairs, metric)


def _standing(
    view: View,
    ids: list[str],
    pairs: dict[tuple[str, str], Estimate],
    metric: str,
) -> Standing:
    line = 1 + view.margin
    for one in ids:
        ahead = [pairs.get((one, other)) for other in ids if other != one]
        if all(each is not None and each.low > line for each in ahead):
            return _leader(view, one, ids, pairs, metric)
    for one in ids if len(ids) > 2 else ():
        behind = [pairs.get((other, one)) for other in ids if other != one]
        if all(each is not None and each.low > line for each in behind):
            return _last(view, one, ids, pairs)
    names = joined([view.label(one) for one in ids])
    if all(_tie(pairs.get((a, b)), line) for a in ids for b in ids if a != b):
        return Standing(Kind.TIE, f"No practical difference between {names}.")
    told = [
        f"{view.label(a)} is ahead of {view.label(b)}"
        for a in ids
        for b in ids
        if a != b and (found := pairs.get((a, b))) and found.low > line
    ]
    if told:
        return Standing(Kind.UNCLEAR, f"No clear leader, but {joined(told)}.")
    return Standing(Kind.UNCLEAR, f"No clear leader: this run cannot order {names}.")


def _leader(
    view: View,
    one: str,
    ids: list[str],
    pairs: dict[tuple[str, str], Estimate],
    metric: str,
) -> Standing:
    others = [other for other in ids if other != one]
    nearest = min(others, key=lambda other: pairs[one, other].low)
    least = at_least(pairs[one, nearest].low)
    return Standing(
        Kind.LEADER, f"{lead(view, one, nearest, metric, f'at least {least}')}."
    )


def _last(
    view: View, one: str, ids: list[str], pairs: dict[tuple[str, str], Estimate]
) -> Standing:
    others = [other for other in ids if other != one]
    line = 1 + view.margin
    found = [pairs.get((a, b)) for a in others for b in others if a != b]
    how = apart(found, line)
    names = joined([view.label(other) for other in others])
    return Standing(Kind.LAST, f"{names} are {how}; {view.label(one)} is behind.")


def apart(estimates: Sequence[Estimate | None], line: float) -> str:
    """
    How targets stand to each other, from their ratios in both directions.

    A lead that may be smaller than the line is not a leader's, but it is no
    reason to say that two were not told apart.
    """
    known = [each for each in estimates if each is not None]
    if all(_tie(each, line) for each in estimates):
        return "practically equal"
    if len(known) < len(estimates) or any(e.low <= 1 <= e.high for e in known):
        return "not told apart"
    reach = max(each.high for each in known) - 1
    return f"at most {percent(ceil(round(100 * reach, 6)) / 100)} apart"


def lead(view: View, ahead: str, behind: str, metric: str, times: str) -> str:
    """A lead in the terms of its metric: "A reaches 2.2 times B's throughput"."""
    chosen = view.metric(metric)
    title = lower_first(chosen.title)
    if chosen.higher_is_better:
        return (
            f"{view.label(ahead)} reaches {times} times {view.label(behind)}’s {title}"
        )
    return f"{view.label(behind)} needs {times} times {view.label(ahead)}’s {title}"


def _tie(estimate: Estimate | None, line: float) -> bool:
    return estimate is not None and estimate.low > 1 / line and estimate.high < line
