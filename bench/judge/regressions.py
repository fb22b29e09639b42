"""
Old against new in one run: has it become slower, and is that confirmed?

An alarm: the slowdown's lower bound lies above 1 + margin, after Holm over
everything that was compared. A regression: an alarm that a second, independent
set of rounds repeats, tested for the alarmed comparisons alone. Each stage errs
in at most 2.5 % of comparisons that lie exactly on the margin, so both
together in less than one of a thousand.

The second set is another run. The two halves of one run may take its place
where that is asked for: servers are started afresh in each round, so the halves
share no round's luck, but they share what the whole run has in common (its
machine's hour, its environment on disk), which only another run can forget.

Absolute figures and memory decide nothing here.
Source of the rule and of the error of each stage: Holm 1979; the margins were
set against the noise of paired rounds as simulated on a recorded trace.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import inf, log

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.judge.context import forced_because
from bench.model.estimate import Comparison, Estimate
from bench.stats import holm, interval, power


MARGINS = {"cpu": 0.03, "throughput": 0.05}
"""The slowdown that is let pass, by metric: what paired rounds cannot see anyway."""
ERROR = 0.025
"""Of each stage, one-sided: the share of a 95 % interval that lies below it."""


class Change(StrEnum):
    """What became of one comparison."""

    SLOWER = "slower"  # alarmed and confirmed
    ALARM = "alarm, to be confirmed"  # nothing to confirm it by
    NOT_CONFIRMED = "an alarm that was not repeated"
    FASTER = "faster"  # the same rule, mirrored
    NONE = "no change shown"
    NOT_TESTED = "not tested"


class Gate(StrEnum):
    """What became of the whole."""

    REGRESSION = "regression"
    BROKEN = (
        "not measured twice"  # the new version did not start or answer, in two runs
    )
    ALARM = "alarm, to be confirmed"
    NOT_MEASURED = "not measured"  # in one of two runs, or in the only one
    CANNOT_TELL = "cannot tell"
    CLEAR = "no regression"


class Confirmation(StrEnum):
    """By which rounds an alarm is confirmed."""

    SECOND_RUN = "second run"
    HALVES = "halves"  # the first half of the rounds alarms, the second confirms
    TOO_SHORT = "too short"  # halves were asked for, and have too few rounds
    NONE = "none"


@dataclass(frozen=True, slots=True)
class JudgedRegression:
    """One workload and metric: how much slower the new one is, over all rounds of the run."""

    workload: str
    metric: str
    margin: float
    slowdown: Estimate | None  # above 1 the new one is slower
    # The slowdown that these rounds would have found four times in five, all
    # stages together; None: not tested.
    found_from: float | None
    change: Change
    because: str | None = None  # why it was not tested


@dataclass(frozen=True, slots=True)
class Unfit:
    """A run that may decide nothing; `second` is the one that confirms."""

    second: bool
    because: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Old against new."""

    base: str
    new: str
    gate: Gate
    changes: tuple[JudgedRegression, ...] = ()
    confirmation: Confirmation = Confirmation.NONE
    second: str | None = None  # the run that confirms
    unfit: Unfit | None = None
    missing: tuple[str, ...] = ()  # why a version was not measured, run by run

    def those(self, change: Change) -> tuple[JudgedRegression, ...]:
        """The comparisons of which this became."""
        return tuple(each for each in self.changes if each.change is change)


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
    within_run: bool = False,
    margins: Mapping[str, float] = MARGINS,
) -> Judgement:
    """
    Compare two target ids of a run.

    `margins` are the slowdowns that are let pass, by metric.

    `second` is the name and analysis of a run that confirms; without one,
    `within_run` lets the second half of the rounds confirm the first.
    A run that may decide nothing (its twin differs from itself, too few rounds,
    too many void windows) gives no judgement but CANNOT_TELL.
    """
    keys = list(product(workloads, margins))
    stages = [_stages(analysis, second, base, new, key, within_run) for key in keys]
    changes = tuple(_changes(keys, stages, margins))
    unfit = _unfit(analysis, second)
    return Judgement(
        base,
        new,
        Gate.CANNOT_TELL if unfit else _gate(changes),
        changes,
        _confirmation(second, stages, within_run),
        second[0] if second else None,
        unfit,
    )


def _unfit(analysis: Analysis, second: tuple[str, Analysis] | None) -> Unfit | None:
    if (because := forced_because(analysis)) is not None:
        return Unfit(False, because)
    if second is not None and (because := forced_because(second[1])) is not None:
        return Unfit(True, because)
    return None


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
    within_run: bool,
) -> _Stages:
    comparison = slowdown(analysis, base, new, *key)
    rounds = _known(comparison)
    if second is not None:
        again = _known(slowdown(second[1], base, new, *key))
        # A second run that cannot tell confirms nothing and clears nobody.
        return _Stages(comparison, rounds, again or None)
    half = len(rounds) // 2
    if not within_run or half < reasons.FEWEST_ROUNDS:
        return _Stages(comparison, rounds, None)
    return _Stages(comparison, rounds[:half], rounds[half:])


def _known(comparison: Comparison | None) -> tuple[float, ...]:
    """The log slowdown of each round, none if it may decide nothing."""
    if comparison is None or comparison.void is not None:
        return ()
    found = tuple(log(ratio) for ratio in comparison.rounds if ratio is not None)
    return found if len(found) >= reasons.FEWEST_ROUNDS else ()


def _changes(
    keys: Sequence[tuple[str, str]],
    stages: Sequence[_Stages],
    margins: Mapping[str, float],
) -> list[JudgedRegression]:
    own = [margins[metric] for _, metric in keys]
    slower = _found(stages, own, lambda x: x)
    faster = _found(stages, own, lambda x: -x)
    return [
        _judged(key, own[i], stage, slower[i], faster[i], len(keys))
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
            found[i] = Change.ALARM
        else:
            found[i] = Change.SLOWER if p <= ERROR else Change.NOT_CONFIRMED
    return found


def _judged(
    key: tuple[str, str],
    margin: float,
    stage: _Stages,
    slower: Change | None,
    faster: Change | None,
    comparisons: int,
) -> JudgedRegression:
    comparison = stage.comparison
    change, because = slower or Change.NONE, None
    if not stage.alarm:
        change = Change.NOT_TESTED
        because = _untested(comparison)
    elif slower is None and faster is Change.SLOWER:
        change = Change.FASTER
    return JudgedRegression(
        *key,
        margin=margin,
        slowdown=comparison.advantage if comparison else None,
        found_from=_found_from(stage, margin, comparisons),
        change=change,
        because=because,
    )


def _found_from(stage: _Stages, margin: float, comparisons: int) -> float | None:
    """
    The slowdown that is found four times in five where nothing else became slower.

    Then it must pass Holm's hardest step in the alarm, and is alone in the second stage.
    """
    if not stage.alarm:
        return None
    # A difference between the halves is scatter, too: both have that of the whole run.
    whole = interval.scatter(_known(stage.comparison))
    tests = [power.Stage(len(stage.alarm), whole, ERROR / comparisons)]
    if stage.second is not None:
        same_run = len(stage.alarm) < len(_known(stage.comparison))
        scatter = whole if same_run else interval.scatter(stage.second)
        tests.append(power.Stage(len(stage.second), scatter, ERROR))
    return power.found_by_all(margin, tests)


def _untested(comparison: Comparison | None) -> str:
    if comparison is None or comparison.advantage is None:
        return "this run holds no pair of trials"
    if comparison.void is not None:
        return comparison.void
    n = comparison.advantage.n
    return f"{n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"


def _gate(changes: Sequence[JudgedRegression]) -> Gate:
    found = {each.change for each in changes}
    if Change.SLOWER in found:
        return Gate.REGRESSION
    if Change.ALARM in found:
        return Gate.ALARM
    return Gate.CLEAR if found - {Change.NOT_TESTED} else Gate.CANNOT_TELL


def _confirmation(
    second: tuple[str, Analysis] | None, stages: Sequence[_Stages], within_run: bool
) -> Confirmation:
    if second is not None:
        return Confirmation.SECOND_RUN
    if any(stage.second is not None for stage in stages):
        return Confirmation.HALVES
    return Confirmation.TOO_SHORT if within_run else Confirmation.NONE
