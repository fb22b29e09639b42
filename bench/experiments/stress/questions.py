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

from bench.experiments.stress.model import (
    FAILS,
    STANDS,
    Stress,
    Stressed,
    StressEvidence,
    StressStep,
)
from bench.judge.context import JudgeContext
from bench.judge.engine import decide
from bench.judge.question import Group, Inquiry, Question, by_rounds
from bench.judge.rules import Questions
from bench.model.estimate import Estimate, RoundSeries, values_of
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupKind,
    Lacking,
    OtherOutcome,
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
    return _inquiry(context, claim, margin)


def fails(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether they do not: the same questions, of which one that is failed is enough."""
    return _inquiry(context, claim, margin, opposite=True)


def limit_s(stress: Stress) -> float:
    """How long after the surge response times may take to be back."""
    return BACK_TIMES * stress.surge.lasts_s


def _inquiry(
    context: JudgeContext, claim: Claim, margin: float, opposite: bool = False
) -> Inquiry:
    stress: Stress | None = context.analysis.found["stress"]
    names = (*claim.subjects, *claim.baselines)
    played = {
        name: stressed for name in names if (stressed := _of(context, claim, name))
    }
    missing = tuple(name for name in claim.subjects if name not in played)
    if stress is None or missing:
        lacking = Untested(Lacking.EXPERIMENT, missing if stress else ())
        return Inquiry(untested=lacking)
    asked = {
        n: [*questions(stress, stressed, margin)] for n, stressed in played.items()
    }
    beside: list[Evidence] = []
    others: list[OtherOutcome] = []
    for name, stressed in played.items():
        if name not in claim.subjects:
            beside += [question.finding for question in asked[name]]
            decision, _ = decide(_standing(asked[name], opposite))
            others.append(OtherOutcome(name, decision.outcome))
        beside += _shown(stressed)
    own = _standing([q for name in claim.subjects for q in asked[name]], opposite)
    return replace(own, rows=(*own.rows, *beside), others=tuple(others))


def _standing(asked: Sequence[Question], opposite: bool) -> Inquiry:
    keys = dict.fromkeys(question.group for question in asked)
    groups = tuple(Group(GroupKind.PART, key) for key in keys)
    return Inquiry(groups, tuple(asked), one_unit=False, opposite=opposite)


def questions(stress: Stress, stressed: Stressed, margin: float) -> Iterator[Question]:
    """What is asked of a target, in the order in which it is shown; above 0 are rounds in which it stood."""

    def finding(asked: str, estimate: Estimate | None, line: float) -> Evidence:
        return Evidence(stressed.target, asked=asked, estimate=estimate, line=line)

    for share in DECIDING:
        step = next((s for s in stressed.steps if isclose(s.share, share)), None)
        kept = step.kept if step else RoundSeries((), None)
        answered = finding(StressEvidence.STRESS_ANSWERED, kept.estimate, 1 - margin)
        slack = [log(k / (1 - margin)) for k in values_of(kept.rounds)]
        yield by_rounds(
            f"answered at {share:.0%}", replace(answered, at=share), [slack]
        )
    worst = worst_failed(stressed.steps, min(DECIDING), stress.level)
    failed = finding(StressEvidence.STRESS_FAILED, worst.estimate, FAILED_SHARE)
    slack = [FAILED_SHARE - value for value in values_of(worst.rounds)]
    yield by_rounds("failed requests", replace(failed, above=False), [slack])
    limit = limit_s(stress)
    back = finding(StressEvidence.STRESS_RECOVERY, stressed.recovery_s.estimate, limit)
    slack = [log(limit / value) for value in values_of(stressed.recovery_s.rounds)]
    yield by_rounds("recovery", replace(back, above=False), [slack])
    rounds, lost = len(stress.rounds), len(stressed.failures)
    if 2 * lost > rounds:
        gone = finding(StressEvidence.STRESS_GAVE_UP, None, rounds / 2)
        gone = replace(gone, amount=float(lost), above=False)
        yield Question("gave up", gone, stress.level, (1.0,), (0.0,))


def _of(context: JudgeContext, claim: Claim, framework: str) -> Stressed | None:
    stress: Stress | None = context.analysis.found["stress"]
    target = context.contestants.get(framework)
    if stress is None or target is None:
        return None
    for stressed in stress.targets:
        if stressed.target == target.id and stressed.workload in claim.workloads:
            return stressed
    return None


def _shown(stressed: Stressed) -> Iterator[Evidence]:
    yield Evidence(
        stressed.target,
        asked=StressEvidence.STRESS_CAPACITY,
        estimate=stressed.capacity_rps.estimate,
    )
    for step in stressed.steps:
        if not step.in_surge and 0.7 <= step.share < 1:
            yield Evidence(
                stressed.target,
                asked=StressEvidence.STRESS_P99,
                at=step.share,
                estimate=step.p99_ms.estimate,
            )


def worst_failed(
    steps: Sequence[StressStep], asked_from: float, level: float
) -> RoundSeries:
    """
    The largest share of failed requests in each round that has every step from that share on.

    A step below it counts where it is known: a few requests that were sent late
    void its windows, and what it would have shown is asked again above it.
    """
    worst: list[float | None] = []
    for at in range(min((len(step.failed.rounds) for step in steps), default=0)):
        row = [(step.share, step.failed.rounds[at]) for step in steps]
        lacks = any(value is None for share, value in row if share >= asked_from)
        there = values_of(value for _, value in row)
        worst.append(max(there) if there and not lacks else None)
    return interval.over_rounds(worst, level, interval.arithmetic_mean)


QUESTIONS = Questions({STANDS: stands, FAILS: fails})
