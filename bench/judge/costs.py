"""
Questions about CPU time per request: what something adds, and what a validator costs.

`own-share`: every subject adds less to its bare server than every baseline
adds to its own. `layers` and `validators` show what a database layer costs
above its driver and what a validated request costs; no claim is judged by them.

Whether one difference is more than another is tested by Fieller, as a
difference may be zero or below in a round and has no logs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bench.analyse.costs import EXPERIMENTS
from bench.analyse.metrics import CPU
from bench.analyse.paired import paired, ratios
from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question, few
from bench.judge.ratios import excluded
from bench.model.cost import Cost
from bench.model.estimate import Comparison, Estimate
from bench.model.framework import CostPart, Role, Target
from bench.model.verdict import (
    Asked,
    Claim,
    Excluded,
    Exclusion,
    Finding,
    GroupKind,
)
from bench.stats import fieller


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two costs, paired by round: the claim is that the one is more than the other."""

    dearer: Cost
    cheaper: Cost

    @property
    def pairs(self) -> tuple[list[float], list[float]]:
        """The rounds that hold both."""
        both = [
            (more, less)
            for more, less in zip(self.dearer.rounds, self.cheaper.rounds, strict=True)
            if more is not None and less is not None
        ]
        return [more for more, _ in both], [less for _, less in both]

    @property
    def level(self) -> float:
        """Of its interval; that of the costs."""
        known = self.dearer.estimate or self.cheaper.estimate
        return known.level if known else 0.95

    @property
    def ratio(self) -> Estimate | None:
        """How many times; None where it cannot be bounded."""
        more, less = self.pairs
        if len(more) < 2:
            return None
        return fieller.ratio_of_means(more, less, self.level)

    @property
    def excluded(self) -> Excluded | None:
        """Why it may decide nothing; None where it may."""
        void = self.dearer.void or self.cheaper.void
        if void:
            return Excluded(Exclusion.VOID, void)
        return few(len(self.pairs[0]))


def own_share(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether every subject adds less than every baseline, on every workload of the claim."""
    pairs = [(b, s, w) for w, s, b in _asked(claim)]
    return _contrasts(
        context, pairs, (Asked.OWN_SHARE, CostPart.FRAMEWORK), claim, margin
    )


def layers(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether every subject's layer costs more than every baseline's, on every workload of the claim."""
    pairs = [(s, b, w) for w, s, b in _asked(claim)]
    return _contrasts(context, pairs, (Asked.LAYER, CostPart.DATABASE), claim, margin)


def _asked(claim: Claim) -> Iterator[tuple[str, str, str]]:
    yield from product(claim.workloads, claim.subjects, claim.baselines)


def _contrasts(
    context: JudgeContext,
    pairs: list[tuple[str, str, str]],
    what: tuple[Asked, CostPart],
    claim: Claim,
    margin: float,
) -> Inquiry:
    asked, part = what
    groups = tuple(Group(GroupKind.WORKLOAD, work, work) for work in claim.workloads)
    rows: list[Question | Finding] = []
    for dearer, cheaper, workload in pairs:
        more, less = (
            difference_of(context, each, workload, part) for each in (dearer, cheaper)
        )
        one = Contrast(more, less) if more and less else None
        finding = Finding(
            context.id_of(dearer),
            estimate=one.ratio if one else None,
            asked=asked,
            against=context.id_of(cheaper),
            workload=workload,
            line=1 + margin,
        )
        rows.append(_question(finding, one, margin))
    rows += [
        added(cost)
        for cost in context.analysis.costs
        if cost.part is part and cost.less is not None
    ]
    return Inquiry(groups, tuple(rows))


def _question(finding: Finding, one: Contrast | None, margin: float) -> Question:
    group = finding.workload or ""
    if one is None:
        return Question(group, finding)
    why = one.excluded
    if why is not None:
        return Question(group, finding, one.level, (1.0,), (1.0,), excluded=why)
    holds = fieller.p_not_above(*one.pairs, 1 + margin)
    fails = fieller.p_not_below(*one.pairs, 1 + margin)
    return Question(group, finding, one.level, (holds,), (fails,))


def difference_of(
    context: JudgeContext, framework: str, workload: str, part: CostPart
) -> Cost | None:
    """What this part costs the framework's contestant: against its bare server, or its isolating ablation."""
    contestant = context.contestants.get(framework)
    for cost in context.analysis.costs:
        here = contestant and (cost.target, cost.workload) == (contestant.id, workload)
        if here and cost.part is part and cost.less and cost.estimate:
            less = context.plan.target(cost.less)
            if less.role is Role.FLOOR or less.isolates == part:
                return cost
    return None


def added(cost: Cost) -> Finding:
    """A difference as evidence: what is above what, and by how much."""
    why = Excluded(Exclusion.VOID, cost.void) if cost.void else None
    return Finding(
        cost.target,
        estimate=cost.estimate,
        asked=Asked.ADDED,
        against=cost.less,
        workload=cost.workload,
        excluded=why,
    )


def validators(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """
    Whether a validated request costs every subject less than every baseline.

    Asked with the validator that each one usually has, and with one that all of
    them have in some target of the run. What each validator costs stands beside it.
    """
    rows: list[Question | Finding] = []
    for ours, theirs, workload in _validated(context, claim):
        comparison = _costs_less(context, (ours, theirs), workload)
        finding = Finding(
            ours,
            estimate=comparison.advantage,
            asked=Asked.VALIDATED,
            against=theirs,
            workload=workload,
            line=1 + margin,
            excluded=excluded(comparison),
        )
        rows.append(finding)
    rows += _beside_validators(context, claim)
    return Inquiry(rows=tuple(rows))


def _validated(context: JudgeContext, claim: Claim) -> Iterator[tuple[str, str, str]]:
    common = _common(context, claim)
    seen: set[tuple[str, str, str]] = set()
    for workload, subject, baseline in product(
        claim.workloads, claim.subjects, claim.baselines
    ):
        own = (context.id_of(subject), context.id_of(baseline), workload)
        pairs = [own]
        if common:
            pairs.append((common[subject].id, common[baseline].id, workload))
        for pair in pairs:
            if pair not in seen:
                seen.add(pair)
                yield pair


def _common(context: JudgeContext, claim: Claim) -> dict[str, Target]:
    """By framework, its target with a validator that every one of the claim has; empty if there is none."""
    frameworks = {*claim.subjects, *claim.baselines}
    having: dict[str, dict[str, Target]] = {}
    for target in context.plan.targets:
        stands = target.role in {Role.CONTESTANT, Role.ABLATION}
        contestant = context.contestants.get(target.framework)
        same = contestant is not None and contestant.version == target.version
        if target.validator and stands and same:
            own = having.setdefault(target.validator, {})
            own.setdefault(target.framework, target)
    return next((each for each in having.values() if each.keys() >= frameworks), {})


def _costs_less(
    context: JudgeContext, pair: tuple[str, str], workload: str
) -> Comparison:
    costs = [_whole(context, each, workload) for each in pair]
    less, more = (cost.rounds if cost else () for cost in costs)
    known = ratios(more, less) if less and more else ()
    levels = [one.estimate.level for one in costs if one and one.estimate]
    return paired(pair, workload, CPU.metric.name, known, (levels or [0.95])[0])


def _whole(context: JudgeContext, target: str, workload: str) -> Cost | None:
    """All that a request costs a target, in the windows that tell validators apart."""
    experiments = (EXPERIMENTS[CostPart.VALIDATION], "")
    for cost in context.analysis.costs:
        if (cost.target, cost.workload, cost.part) == (target, workload, None) and (
            cost.experiment in experiments
        ):
            return cost if cost.estimate else None
    return None


def _beside_validators(context: JudgeContext, claim: Claim) -> Iterator[Finding]:
    """What every set-up costs in whole, and what each validator costs more than another."""
    for cost in context.analysis.costs:
        if cost.workload not in claim.workloads:
            continue
        if cost.part is CostPart.VALIDATION:
            yield added(cost)
        elif cost.part is None and context.plan.target(cost.target).validator:
            yield Finding(
                cost.target,
                estimate=cost.estimate,
                asked=Asked.WHOLE,
                workload=cost.workload,
            )
