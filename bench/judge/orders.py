"""
Claims on an order: every subject leads every baseline, workload by workload.

A workload is a group. Beside the claim's own there are those that only a
longer run measures: further workloads, and a workload with the database layer
taken away, where each framework stands on its usual driver. They count where
they were measured and are not asked for where they were not.
"""

from collections.abc import Iterator
from itertools import product

from bench.judge import ratios
from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question
from bench.model.estimate import Comparison
from bench.model.framework import CostPart, Role
from bench.model.verdict import Claim, GroupKind


def order(context: JudgeContext, claim: Claim, metric: str, margin: float) -> Inquiry:
    """Whether every subject leads every baseline by more than the margin, in one metric."""
    groups: list[Group] = []
    questions: list[Question] = []
    for group, comparisons in _groups(context, claim, metric):
        groups.append(group)
        questions += [ratios.question(group.key, c, margin) for c in comparisons]
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
        found = _pairs(context, claim, usual, workload, metric)
        if all(each.advantage for each in found):
            yield Group(GroupKind.WORKLOAD, workload, workload), found
    for workload in claim.without_layer:
        found = _pairs(context, claim, bare, workload, metric)
        if all(each.advantage for each in found):
            yield Group(GroupKind.LAYER, f"{workload}+sql", workload), found


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
