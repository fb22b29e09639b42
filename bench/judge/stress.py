"""
Who stands a stress: three kinds of question, each against a limit named beforehand.

Does it go on answering at about its capacity (at DECIDING shares of it), do
requests get their answers, and is it itself again after a surge? Each share,
the failed requests and the recovery are a group. `stress` claims that the
subjects stand all of it; `fails-stress` that they fail in one of them at
least. That response times grow past capacity is arithmetic, and decides nothing.

Source: the questions are those of overload as a state that may outlast its
cause; N. Bronson, A. Aghayev, A. Charapko and T. Zhu, Metastable failures in
distributed systems, 2021.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isclose, log

from bench.judge.context import JudgeContext
from bench.judge.engine import decide
from bench.judge.question import Group, Inquiry, Question, few, p_values
from bench.model.stress import Series, Step, Stress, Stressed
from bench.model.verdict import (
    Asked,
    Claim,
    Finding,
    GroupKind,
    Lacking,
    OtherOutcome,
    Outcome,
    Untested,
)
from bench.stats import interval


DECIDING = (0.7, 1.1, 1.5)
"""Shares of capacity: an ordinary busy hour, a little too much, and far too much."""
FAILED_SHARE = 0.01
"""Of the requests of a round, at whichever share most of them failed."""
BACK_TIMES = 2.0
"""Response times must be back after this many times the length of the surge; a
server that works at 70 % of its capacity meanwhile just manages it."""


def stands(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether the subjects stand it."""
    return _inquiry(context, claim, margin, fails=False)


def fails(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether they do not: the same questions, of which one that is failed is enough."""
    return _inquiry(context, claim, margin, fails=True)


def limit_s(stress: Stress) -> float:
    """How long after the surge response times may take to be back."""
    return BACK_TIMES * stress.surge.lasts_s


def _inquiry(
    context: JudgeContext, claim: Claim, margin: float, fails: bool
) -> Inquiry:
    stress = context.analysis.stress
    own = {name: _of(context, claim, name) for name in claim.subjects}
    missing = tuple(name for name, one in own.items() if one is None)
    if stress is None or missing:
        lacking = Untested(Lacking.EXPERIMENT, missing if stress else ())
        return Inquiry(untested=lacking)
    others = {name: _of(context, claim, name) for name in claim.baselines}
    rows: list[Question | Finding] = []
    for one in own.values():
        rows += questions(stress, one, margin) if one else ()
    found = _standing(rows)
    for one in own.values():
        rows += _shown(one) if one else ()
    for one in others.values():
        rows += _beside(stress, one, margin) if one else ()
    outcomes = tuple(
        OtherOutcome(name, _outcome(stress, one, margin, fails))
        for name, one in others.items()
        if one is not None
    )
    return _read(replace(found, rows=tuple(rows), others=outcomes), fails)


def _outcome(stress: Stress, one: Stressed, margin: float, fails: bool) -> Outcome:
    asked = _standing([*questions(stress, one, margin)])
    return decide(_read(asked, fails))[0].outcome


def _beside(stress: Stress, one: Stressed, margin: float) -> Iterator[Finding]:
    """What decides nothing: the others' answers to the same questions, and response times."""
    for each in questions(stress, one, margin):
        assert isinstance(each.evidence, Finding)
        yield each.evidence
    yield from _shown(one)


def _standing(rows: Sequence[Question | Finding]) -> Inquiry:
    asked = [row for row in rows if isinstance(row, Question)]
    keys = dict.fromkeys(each.group for each in asked)
    groups = tuple(Group(GroupKind.PART, key) for key in keys)
    return Inquiry(groups, tuple(asked), one_unit=False)


def _read(found: Inquiry, fails: bool) -> Inquiry:
    """The inquiry in the direction of the claim."""
    if not fails:
        return found
    return replace(
        found,
        rows=tuple(_opposite(row) for row in found.rows),
        one_group_suffices=True,
    )


def _opposite(row: Question | Finding) -> Question | Finding:
    if isinstance(row, Question):
        return row.opposite
    return row if row.line is None else replace(row, above=not row.above)


def questions(stress: Stress, one: Stressed, margin: float) -> Iterator[Question]:
    """What is asked of a target, in the order in which it is shown; above 0 are rounds in which it stood."""
    for share in DECIDING:
        step = next((s for s in one.steps if isclose(s.share, share)), None)
        kept = step.kept if step else Series((), None)
        finding = Finding(
            one.target,
            asked=Asked.STRESS_ANSWERED,
            at=share,
            estimate=kept.estimate,
            line=1 - margin,
        )
        slack = [log(k / (1 - margin)) for k in known(kept)]
        yield _question(f"answered at {share:.0%}", finding, slack, stress.level)
    worst = worst_failed(one.steps, min(DECIDING), stress.level)
    finding = Finding(
        one.target,
        asked=Asked.STRESS_FAILED,
        estimate=worst.estimate,
        line=FAILED_SHARE,
        above=False,
    )
    slack = [FAILED_SHARE - value for value in known(worst)]
    yield _question("failed requests", finding, slack, stress.level)
    back = one.recovery_s
    finding = Finding(
        one.target,
        asked=Asked.STRESS_RECOVERY,
        estimate=back.estimate,
        line=limit_s(stress),
        above=False,
    )
    slack = [log(limit_s(stress) / value) for value in known(back)]
    yield _question("recovery", finding, slack, stress.level)
    if 2 * len(one.failures) > len(stress.rounds):
        finding = Finding(
            one.target,
            asked=Asked.STRESS_GAVE_UP,
            amount=float(len(one.failures)),
            line=len(stress.rounds) / 2,
            above=False,
        )
        yield Question("gave up", finding, stress.level, (1.0,), (0.0,))


def _question(
    group: str, finding: Finding, slack: Sequence[float], level: float
) -> Question:
    if not slack:
        return Question(group, finding, level)
    why = few(len(slack))
    if why is not None:
        return Question(group, finding, level, (1.0,), (1.0,), excluded=why)
    return Question(group, finding, level, *p_values([slack], 0.0))


def _of(context: JudgeContext, claim: Claim, framework: str) -> Stressed | None:
    stress, target = context.analysis.stress, context.contestants.get(framework)
    if stress is None or target is None:
        return None
    for one in stress.targets:
        if one.target == target.id and one.workload in claim.workloads:
            return one
    return None


def _shown(one: Stressed) -> Iterator[Finding]:
    yield Finding(
        one.target, asked=Asked.STRESS_CAPACITY, estimate=one.capacity_rps.estimate
    )
    for step in one.steps:
        if not step.in_surge and 0.7 <= step.share < 1:
            yield Finding(
                one.target,
                asked=Asked.STRESS_P99,
                at=step.share,
                estimate=step.p99_ms.estimate,
            )


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
