"""
Verdicts on claims, from an analysed run.

In a claim on an order every subject leads every baseline, workload by workload.
A workload is a group. Beside the claim's own there are those that only a
longer run measures: further workloads, and a workload with the database layer
taken away, where each framework stands on its usual driver. They count where
they were measured and are not asked for where they were not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from bench.analyse.analysis import Analysis
from bench.judge.context import JudgeContext, RunEvidence, withheld_because
from bench.judge.engine import Judged, judged
from bench.judge.probe_results import judge_by_probes
from bench.judge.question import Group, Inquiry, Question, of_ratio
from bench.judge.rules import asks_of, at_other_margins
from bench.model.estimate import Comparison
from bench.model.framework import CostPart, Framework, Role, contestants
from bench.model.plan import Plan
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupKind,
    Lacking,
    MetricRow,
    Outcome,
    Untested,
    Verdict,
)


OTHER_MARGINS = (0.0, 0.1)
"""Margins at which a reader may want the verdict too."""


def judge(
    claims: Sequence[Claim],
    analysis: Analysis,
    plan: Plan,
    frameworks: Sequence[Framework],
    evidence: RunEvidence | None = None,
) -> tuple[Verdict, ...]:
    """
    A verdict for every claim, in their order; in values, without a sentence.

    A claim's framework is its contestant in the plan; of several versions the
    newest by the framework's own table.
    """
    context = JudgeContext(
        analysis, plan, contestants(plan.targets, frameworks), evidence or RunEvidence()
    )
    return tuple(_verdict(context, claim) for claim in claims)


def _verdict(context: JudgeContext, claim: Claim) -> Verdict:
    verdict = _judged(context, claim)
    if claim.shows is None or not context.plan.profile.verdicts:
        return verdict
    rows = asks_of(claim.shows)(context, claim, claim.margin).rows
    return replace(verdict, findings=tuple(map(_shown, rows)))


def _shown(row: Question | Evidence) -> Evidence:
    """What a rule found, without an outcome."""
    if isinstance(row, Evidence):
        return row
    return replace(row.finding, excluded=row.excluded)


def _judged(context: JudgeContext, claim: Claim) -> Verdict:
    if claim.not_measurable is not None:
        return Verdict(claim, Outcome.NOT_MEASURABLE)
    if claim.not_tested is not None:
        return Verdict(claim, Outcome.NOT_TESTED)
    if not context.plan.profile.verdicts:
        return Verdict(claim, Outcome.NOT_TESTED, untested=Untested(Lacking.VERDICTS))
    if claim.probe or claim.counts:
        return judge_by_probes(claim, context.evidence)
    if claim.rule is not None:
        asks, rule = asks_of(claim.rule), claim.rule
        judgement = _found(
            context,
            claim,
            lambda margin: asks(context, claim, margin),
            OTHER_MARGINS if at_other_margins(rule) else (),
        )
        return verdict_of(claim, judgement)
    rows = tuple(
        MetricRow(metric, row.parts, row.decision)
        for metric in claim.other_metrics
        for row in (_order(context, claim, metric),)
    )
    return replace(verdict_of(claim, _order(context, claim, claim.metric)), rows=rows)


def _order(context: JudgeContext, claim: Claim, metric: str) -> Judged:
    return _found(
        context,
        claim,
        lambda margin: order(context, claim, metric, margin),
        OTHER_MARGINS,
    )


def _found(
    context: JudgeContext,
    claim: Claim,
    ask: Callable[[float], Inquiry],
    other_margins: Sequence[float],
) -> Judged:
    withheld = withheld_because(context.analysis)
    return judged(ask, claim.margin, withheld, other_margins)


def verdict_of(claim: Claim, judgement: Judged) -> Verdict:
    decision, others = judgement.decision, judgement.asked.others
    tested = decision.outcome is not Outcome.NOT_TESTED
    return Verdict(
        claim,
        decision.outcome,
        parts=judgement.parts,
        at_other_margins=decision.at_other_margins,
        findings=judgement.findings,
        groups=decision.groups,
        holds_on=decision.holds_on,
        fails_on=decision.fails_on,
        strict=decision.strict,
        withheld_because=decision.withheld_because,
        untested=None
        if tested
        else judgement.asked.untested or Untested(Lacking.TRIALS),
        decided_by=decision.decided_by,
        others=others,
        others_too=(
            all(other.outcome is decision.outcome for other in others)
            if others and tested
            else None
        ),
    )


def order(context: JudgeContext, claim: Claim, metric: str, margin: float) -> Inquiry:
    """Whether every subject leads every baseline by more than the margin, in one metric."""
    groups: list[Group] = []
    questions: list[Question] = []
    for group, comparisons in _groups(context, claim, metric):
        groups.append(group)
        questions += [of_ratio(group.key, c, margin) for c in comparisons]
    return Inquiry(tuple(groups), tuple(questions))


def _groups(
    context: JudgeContext, claim: Claim, metric: str
) -> Iterator[tuple[Group, list[Comparison]]]:
    names = (*claim.subjects, *claim.baselines)
    usual = {name: context.id_of(name) for name in names}
    bare = {name: without_layer(context, name) or name for name in names}
    for workload in claim.workloads:
        group = Group(GroupKind.WORKLOAD, workload, workload)
        yield group, _pairs(context, claim, usual, workload, metric)
    for workload in claim.also_on:
        comparisons = _pairs(context, claim, usual, workload, metric)
        if all(comparison.advantage for comparison in comparisons):
            yield Group(GroupKind.WORKLOAD, workload, workload), comparisons
    for workload in claim.without_layer:
        comparisons = _pairs(context, claim, bare, workload, metric)
        if all(comparison.advantage for comparison in comparisons):
            yield Group(GroupKind.LAYER, f"{workload}+sql", workload), comparisons


def _pairs(
    context: JudgeContext,
    claim: Claim,
    targets: dict[str, str],
    workload: str,
    metric: str,
) -> list[Comparison]:
    return [
        context.comparison(targets[subject], targets[baseline], workload, metric)
        for subject, baseline in product(claim.subjects, claim.baselines)
    ]


def without_layer(context: JudgeContext, framework: str) -> str | None:
    """The target that is the framework's contestant without its database layer."""
    contestant = context.contestants.get(framework)
    for target in context.plan.targets:
        if (
            contestant is not None
            and target.role is Role.ABLATION
            and target.isolates == CostPart.DATABASE
            and target.same_release(contestant)
        ):
            return target.id
    return None
