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

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.judge.context import withheld_because
from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import Withheld
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
    because: Withheld


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
        return tuple(
            regression for regression in self.changes if regression.change is change
        )


@dataclass(frozen=True, slots=True)
class SecondRun:
    """The run that confirms."""

    id: str
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class _Stages:
    """Log slowdowns of one comparison, for the alarm and for its confirmation."""

    workload: str
    metric: str
    margin: float
    comparison: Comparison | None
    alarm: tuple[float, ...]
    second: tuple[float, ...] | None  # None: there is nothing to confirm by


def judge_change(
    analysis: Analysis,
    base: str,
    new: str,
    workloads: Sequence[str],
    second: SecondRun | None = None,
    within_run: bool = False,
    margins: Mapping[str, float] = MARGINS,
) -> Judgement:
    """
    Compare two target ids of a run.

    `margins` are the slowdowns that are let pass, by metric.

    `second` is a run that confirms; without one, `within_run` lets the second half of the rounds confirm the first.
    A run that may decide nothing (its twin differs from itself, too few rounds,
    too many void windows) gives no judgement but CANNOT_TELL.
    """
    stages = []
    for workload, (metric, margin) in product(workloads, margins.items()):
        comparison = slowdown(analysis, base, new, workload, metric)
        alarm, confirming = _known(comparison), None
        if second is not None:
            again = slowdown(second.analysis, base, new, workload, metric)
            # A second run that cannot tell confirms nothing and clears nobody.
            confirming = _known(again) or None
        elif within_run and len(alarm) >= 2 * reasons.FEWEST_ROUNDS:
            half = len(alarm) // 2
            alarm, confirming = alarm[:half], alarm[half:]
        stages.append(_Stages(workload, metric, margin, comparison, alarm, confirming))
    changes = tuple(_changes(stages))
    unfit = _unfit(analysis, second)
    return Judgement(
        base,
        new,
        Gate.CANNOT_TELL if unfit else _gate(changes),
        changes,
        _confirmation(second, stages, within_run),
        second.id if second else None,
        unfit,
    )


def _unfit(analysis: Analysis, second: SecondRun | None) -> Unfit | None:
    if (because := withheld_because(analysis)) is not None:
        return Unfit(False, because)
    because = withheld_because(second.analysis) if second is not None else None
    return Unfit(True, because) if because is not None else None


def slowdown(
    analysis: Analysis, base: str, new: str, workload: str, metric: str
) -> Comparison | None:
    """How many times better the old one is, from the comparison of either direction."""
    comparison = analysis.comparison(base, new, workload, metric)
    if comparison is not None:
        return comparison
    other = analysis.comparison(new, base, workload, metric)
    return other and other.turned


def _known(comparison: Comparison | None) -> tuple[float, ...]:
    """The log slowdown of each round, none if it may decide nothing."""
    if comparison is None or comparison.void is not None:
        return ()
    logs = comparison.logs
    return tuple(logs) if len(logs) >= reasons.FEWEST_ROUNDS else ()


def _changes(stages: Sequence[_Stages]) -> Iterator[JudgedRegression]:
    slower = _found(stages, lambda log: log)
    faster = _found(stages, lambda log: -log)
    for i, stage in enumerate(stages):
        change, because = slower[i] or Change.NONE, None
        if not stage.alarm:
            change, because = Change.NOT_TESTED, _untested(stage.comparison)
        elif slower[i] is None and faster[i] is Change.SLOWER:
            change = Change.FASTER
        yield JudgedRegression(
            stage.workload,
            stage.metric,
            margin=stage.margin,
            slowdown=stage.comparison.advantage if stage.comparison else None,
            found_from=_found_from(stage, len(stages)),
            change=change,
            because=because,
        )


def _found(
    stages: Sequence[_Stages], towards: Callable[[float], float]
) -> list[Change | None]:
    """Who is alarmed, and of these who is confirmed; Holm in each stage over those it tests."""

    def beyond(logs: Sequence[float] | None, margin: float) -> float:
        if logs is None or len(logs) < 2:
            return 1.0
        return interval.p_not_above([towards(x) for x in logs], margin)

    alarms = holm.adjusted([beyond(stage.alarm, stage.margin) for stage in stages])
    alarmed = [i for i, p in enumerate(alarms) if p <= ERROR]
    second = holm.adjusted(
        [beyond(stages[i].second, stages[i].margin) for i in alarmed]
    )
    changes: list[Change | None] = [None] * len(stages)
    for i, p in zip(alarmed, second, strict=True):
        if stages[i].second is None:
            changes[i] = Change.ALARM
        else:
            changes[i] = Change.SLOWER if p <= ERROR else Change.NOT_CONFIRMED
    return changes


def _found_from(stage: _Stages, comparisons: int) -> float | None:
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
    return power.found_by_all(stage.margin, tests)


def _untested(comparison: Comparison | None) -> str:
    if comparison is None or comparison.advantage is None:
        return "this run holds no pair of trials"
    if comparison.void is not None:
        return comparison.void
    n = comparison.advantage.n
    return f"{n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"


def _gate(changes: Sequence[JudgedRegression]) -> Gate:
    kinds = {regression.change for regression in changes}
    if Change.SLOWER in kinds:
        return Gate.REGRESSION
    if Change.ALARM in kinds:
        return Gate.ALARM
    return Gate.CLEAR if kinds - {Change.NOT_TESTED} else Gate.CANNOT_TELL


def _confirmation(
    second: SecondRun | None, stages: Sequence[_Stages], within_run: bool
) -> Confirmation:
    if second is not None:
        return Confirmation.SECOND_RUN
    if any(stage.second is not None for stage in stages):
        return Confirmation.HALVES
    return Confirmation.TOO_SHORT if within_run else Confirmation.NONE
