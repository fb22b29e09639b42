"""
Old against new in one run: has it become slower, and is that confirmed?

An alarm: the slowdown's lower bound lies above 1 + margin, after Holm over
everything that was compared. A regression: an alarm that a second, independent
set of rounds repeats, tested for the alarmed comparisons alone. Each stage errs
in at most 2.5 % of comparisons that lie exactly on the margin, so both
together in less than one of a thousand.

The second set is another run where one is given; else the second half of the
rounds, the first half alone giving the alarm. Rounds are the unit: servers are
started afresh in each, so two halves share no round's luck. What a whole run
has in common (its machine's hour, its environment on disk) only another run
can forget, which is why one may be given.

Absolute figures and memory decide nothing here.
Source of the rule and of the error of each stage: Holm 1979; the margins were
set against the noise of paired rounds as simulated on a recorded trace.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import inf, log

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.judge.court import forced_because
from bench.model.estimate import Comparison, Estimate
from bench.stats import holm, interval


MARGINS = {"cpu": 0.03, "throughput": 0.05}
"""The slowdown that is let pass, by metric: what paired rounds cannot see anyway."""
ERROR = 0.025
"""Of each stage, one-sided: the share of a 95 % interval that lies below it."""


class Change(StrEnum):
    """What became of one comparison."""

    SLOWER = "slower"  # alarmed and confirmed
    SUSPECTED = "slower, not confirmed yet"  # alarmed, nothing to confirm it by
    NOT_CONFIRMED = "an alarm that was not repeated"
    FASTER = "faster"  # the same rule, mirrored
    NONE = "no change shown"
    NOT_TESTED = "not tested"


class Gate(StrEnum):
    """What became of the whole."""

    REGRESSION = "regression"
    BROKEN = "not measured"  # the new version did not start or answer
    SUSPECTED = "suspected"
    CLEAR = "no regression"
    UNFIT = "machine unfit"


@dataclass(frozen=True, slots=True)
class Judged:
    """One workload and metric: how much slower the new one is, over all rounds of the run."""

    workload: str
    metric: str
    margin: float
    slowdown: Estimate | None  # above 1 the new one is slower
    smallest_detectable: float | None
    change: Change
    because: str | None = None  # why it was not tested


@dataclass(frozen=True, slots=True)
class Judgement:
    """Old against new."""

    base: str
    new: str
    gate: Gate
    because: str
    changes: tuple[Judged, ...]
    confirmed_by: str  # in words: what the second stage looked at


@dataclass(frozen=True, slots=True)
class _Stages:
    """Log slowdowns of one comparison, for the alarm and for its confirmation."""

    comparison: Comparison | None
    alarm: tuple[float, ...]
    second: tuple[float, ...] | None  # None: there is nothing to confirm by


def judge_change(
    analysis: Analysis,
    base: str,
    new: str,
    workloads: Sequence[str],
    second: tuple[str, Analysis] | None = None,
) -> Judgement:
    """
    Compare two target ids of a run; `second` is the name and analysis of a run that confirms.

    A run that may decide nothing (its twin differs from itself, too few rounds,
    too many void windows) gives no judgement but UNFIT.
    """
    runs = [("this run", analysis), *([second] if second else [])]
    keys = list(product(workloads, MARGINS))
    stages = [_stages(analysis, second, base, new, key) for key in keys]
    changes = tuple(_changes(keys, stages))
    confirmed_by = _confirmed_by(second, stages)
    for name, each in runs:
        forced = forced_because(each)
        if forced is not None:
            because = f"{name} decides nothing: {forced}"
            return Judgement(base, new, Gate.UNFIT, because, changes, confirmed_by)
    gate, because = _gate(changes)
    return Judgement(base, new, gate, because, changes, confirmed_by)


def slowdown(
    analysis: Analysis, base: str, new: str, workload: str, metric: str
) -> Comparison | None:
    """How many times better the old one is, from the comparison of either direction."""
    found = analysis.comparison(base, new, workload, metric)
    if found is not None:
        return found
    other = analysis.comparison(new, base, workload, metric)
    return None if other is None else _turned(other)


def _turned(of: Comparison) -> Comparison:
    estimate = of.advantage
    return Comparison(
        subject=of.baseline,
        baseline=of.subject,
        workload=of.workload,
        metric=of.metric,
        advantage=estimate
        and Estimate(
            1 / estimate.point,
            1 / estimate.high,
            1 / estimate.low if estimate.low else inf,
            estimate.level,
            estimate.n,
        ),
        rounds=tuple(None if ratio is None else 1 / ratio for ratio in of.rounds),
        smallest_detectable=of.smallest_detectable,
        p_value=of.p_value,
        doubts=of.doubts,
        void=of.void,
    )


def _stages(
    analysis: Analysis,
    second: tuple[str, Analysis] | None,
    base: str,
    new: str,
    key: tuple[str, str],
) -> _Stages:
    comparison = slowdown(analysis, base, new, *key)
    rounds = _known(comparison)
    if second is not None:
        again = _known(slowdown(second[1], base, new, *key))
        # A second run that cannot tell confirms nothing and clears nobody.
        return _Stages(comparison, rounds, again or None)
    half = len(rounds) // 2
    if half < reasons.FEWEST_ROUNDS:
        return _Stages(comparison, rounds, None)
    return _Stages(comparison, rounds[:half], rounds[half:])


def _known(comparison: Comparison | None) -> tuple[float, ...]:
    """The log slowdown of each round, none if it may decide nothing."""
    if comparison is None or comparison.void is not None:
        return ()
    found = tuple(log(ratio) for ratio in comparison.rounds if ratio is not None)
    return found if len(found) >= reasons.FEWEST_ROUNDS else ()


def _changes(
    keys: Sequence[tuple[str, str]], stages: Sequence[_Stages]
) -> list[Judged]:
    margins = [MARGINS[metric] for _, metric in keys]
    slower = _found(stages, margins, lambda x: x)
    faster = _found(stages, margins, lambda x: -x)
    return [
        _judged(key, stage, slower[i], faster[i])
        for i, (key, stage) in enumerate(zip(keys, stages, strict=True))
    ]


def _found(
    stages: Sequence[_Stages],
    margins: Sequence[float],
    towards: Callable[[float], float],
) -> list[Change | None]:
    """Who is alarmed, and of these who is confirmed; Holm in each stage over those it tests."""

    def beyond(logs: Sequence[float], margin: float) -> float:
        if len(logs) < 2:
            return 1.0
        return interval.p_not_above([towards(x) for x in logs], margin)

    alarms = holm.adjusted(
        [beyond(s.alarm, m) for s, m in zip(stages, margins, strict=True)]
    )
    alarmed = [i for i, p in enumerate(alarms) if p <= ERROR]
    second = holm.adjusted(
        [beyond(stages[i].second or (), margins[i]) for i in alarmed]
    )
    found: list[Change | None] = [None] * len(stages)
    for i, p in zip(alarmed, second, strict=True):
        if stages[i].second is None:
            found[i] = Change.SUSPECTED
        else:
            found[i] = Change.SLOWER if p <= ERROR else Change.NOT_CONFIRMED
    return found


def _judged(
    key: tuple[str, str], stage: _Stages, slower: Change | None, faster: Change | None
) -> Judged:
    comparison = stage.comparison
    change, because = slower or Change.NONE, None
    if not stage.alarm:
        change = Change.NOT_TESTED
        because = _untested(comparison)
    elif slower is None and faster is Change.SLOWER:
        change = Change.FASTER
    return Judged(
        *key,
        margin=MARGINS[key[1]],
        slowdown=comparison.advantage if comparison else None,
        smallest_detectable=comparison.smallest_detectable if comparison else None,
        change=change,
        because=because,
    )


def _untested(comparison: Comparison | None) -> str:
    if comparison is None or comparison.advantage is None:
        return "this run holds no pair of trials"
    if comparison.void is not None:
        return comparison.void
    n = comparison.advantage.n
    return f"{n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"


def _gate(changes: Sequence[Judged]) -> tuple[Gate, str]:
    def tell(which: Change) -> list[str]:
        return [f"{c.workload} ({c.metric})" for c in changes if c.change is which]

    slower, suspected = tell(Change.SLOWER), tell(Change.SUSPECTED)
    if slower:
        return Gate.REGRESSION, f"slower beyond the margin, twice: {', '.join(slower)}"
    if suspected:
        return (
            Gate.SUSPECTED,
            f"slower beyond the margin: {', '.join(suspected)}; one look is no proof, "
            "measure again and confirm",
        )
    tested = [c for c in changes if c.change is not Change.NOT_TESTED]
    if not tested:
        return Gate.UNFIT, next(
            (c.because for c in changes if c.because), "nothing was compared"
        )
    untested = len(changes) - len(tested)
    rest = f"; {untested} could not be tested" if untested else ""
    return Gate.CLEAR, f"none of {len(tested)} comparisons shows a slowdown twice{rest}"


def _confirmed_by(
    second: tuple[str, Analysis] | None, stages: Sequence[_Stages]
) -> str:
    if second is not None:
        return f"run {second[0]}"
    if any(stage.second is not None for stage in stages):
        return "the second half of the rounds, the first half gives the alarm"
    return f"nothing: fewer than {2 * reasons.FEWEST_ROUNDS} rounds, and no second run"
