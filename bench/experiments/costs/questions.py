"""
Questions about CPU time per request: what something adds, and what a validator costs.

`own-share`: every subject adds less to its bare server than every baseline
adds to its own. `layers` and `validators` show what a database layer costs
above its driver and what a validated request costs; no claim is judged by them.

Whether one difference is more than another is tested by Fieller, as a
difference may be zero or below in a round and has no logs.

`weight`: every subject is heavier than every baseline in all that weighs.

By kind of cost: CPU time per request, on each workload of the claim; time from
the start to the first answer; memory, at rest and under load. Each question is
an ordinary comparison, paired by round. Time per request is the core of it: a
run that did not measure it on every workload of the claim gives no verdict,
nor one in which all of it is void.
Import time is counted, not timed over rounds: it stands beside them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from bench.analyse.comparisons import paired, ratios
from bench.analyse.metrics import CPU, IDLE_MEMORY, MEMORY, STARTUP
from bench.experiments.costs.analyse import EXPERIMENTS
from bench.experiments.costs.model import (
    LAYERS,
    OWN_SHARE,
    VALIDATORS,
    WEIGHT,
    Cost,
    CostsEvidence,
)
from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question, all_void, few, of_ratio
from bench.judge.rules import Questions
from bench.model.estimate import Comparison, Metric
from bench.model.framework import CostPart, Role, Target
from bench.model.verdict import (
    Claim,
    Evidence,
    Excluded,
    Exclusion,
    GroupKind,
    Lacking,
    Untested,
)
from bench.stats import fieller


IMPORT = "import_cpu_ms"
"""The count that stands beside the verdict."""

_METRICS: dict[str, Metric] = {
    CostsEvidence.CPU: CPU.metric,
    CostsEvidence.STARTUP: STARTUP,
    CostsEvidence.IDLE_MEMORY: IDLE_MEMORY,
    CostsEvidence.MEMORY: MEMORY.metric,
}


class _Pair(NamedTuple):
    """Two frameworks, or two targets, of which the first is claimed to be the dearer one."""

    dearer: str
    cheaper: str
    workload: str


def own_share(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether every subject adds less than every baseline, on every workload of the claim."""
    pairs = [_Pair(b, s, w) for w, s, b in _asked(claim)]
    asked, part = CostsEvidence.OWN_SHARE, CostPart.FRAMEWORK
    return _contrasts(context, pairs, asked, part, claim, margin)


def layers(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether every subject's layer costs more than every baseline's, on every workload of the claim."""
    pairs = [_Pair(s, b, w) for w, s, b in _asked(claim)]
    asked, part = CostsEvidence.LAYER, CostPart.DATABASE
    return _contrasts(context, pairs, asked, part, claim, margin)


def costs_of(context: JudgeContext) -> tuple[Cost, ...]:
    """All that the run told."""
    costs: tuple[Cost, ...] = context.analysis.found["costs"]
    return costs


def _asked(claim: Claim) -> Iterator[tuple[str, str, str]]:
    yield from product(claim.workloads, claim.subjects, claim.baselines)


def _contrasts(
    context: JudgeContext,
    pairs: Sequence[_Pair],
    asked: CostsEvidence,
    part: CostPart,
    claim: Claim,
    margin: float,
) -> Inquiry:
    """Whether the first of each pair is the dearer one."""
    groups = tuple(Group(GroupKind.WORKLOAD, work, work) for work in claim.workloads)
    rows: list[Question | Evidence] = []
    for dearer, cheaper, workload in pairs:
        finding = Evidence(
            context.id_of(dearer),
            asked=asked,
            against=context.id_of(cheaper),
            workload=workload,
            line=1 + margin,
        )
        costs = (difference_of(context, x, workload, part) for x in (dearer, cheaper))
        rows.append(_contrast(finding, *costs))
    rows += [
        added(cost)
        for cost in costs_of(context)
        if cost.part is part and cost.less is not None
    ]
    return Inquiry(groups, tuple(rows))


def _contrast(finding: Evidence, more: Cost | None, less: Cost | None) -> Question:
    """Two costs, paired by round: whether the one is more than the other by the finding's line."""
    group, line = finding.workload or "", finding.line or 1.0
    if more is None or less is None or more.estimate is None:
        return Question(group, finding)
    both = [
        (more_us, less_us)
        for more_us, less_us in zip(more.rounds, less.rounds, strict=True)
        if more_us is not None and less_us is not None
    ]
    pair, level = ([x for x, _ in both], [y for _, y in both]), more.estimate.level
    ratio = fieller.ratio_of_means(*pair, level) if len(both) > 1 else None
    void = more.void or less.void
    why = Excluded(Exclusion.VOID, void) if void else few(len(both))
    evidence = replace(finding, estimate=ratio)
    if why is not None:
        return Question(group, evidence, level, (1.0,), (1.0,), excluded=why)
    holds, fails = fieller.p_not_above(*pair, line), fieller.p_not_below(*pair, line)
    return Question(group, evidence, level, (holds,), (fails,))


def difference_of(
    context: JudgeContext, framework: str, workload: str, part: CostPart
) -> Cost | None:
    """What this part costs the framework's contestant: against its bare server, or its isolating ablation."""
    contestant = context.contestants.get(framework)
    for cost in costs_of(context):
        here = contestant and (cost.target, cost.workload) == (contestant.id, workload)
        if here and cost.part is part and cost.less and cost.estimate:
            less = context.plan.target(cost.less)
            if less.role is Role.FLOOR or less.isolates == part:
                return cost
    return None


def added(cost: Cost) -> Evidence:
    """A difference as evidence: what is above what, and by how much."""
    why = Excluded(Exclusion.VOID, cost.void) if cost.void else None
    return Evidence(
        cost.target,
        estimate=cost.estimate,
        asked=CostsEvidence.ADDED,
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
    rows: list[Question | Evidence] = []
    for theirs, ours, workload in _validated(context, claim):
        comparison = _costs_less(context, ours, theirs, workload)
        rows.append(
            Evidence(
                ours,
                estimate=comparison.advantage,
                asked=CostsEvidence.VALIDATED,
                against=theirs,
                workload=workload,
                line=1 + margin,
                excluded=of_ratio("", comparison, margin).excluded,
            )
        )
    rows += _beside_validators(context, claim)
    return Inquiry(rows=tuple(rows))


def _validated(context: JudgeContext, claim: Claim) -> Iterable[_Pair]:
    common = _common(context, claim)
    pairs = []
    for workload, subject, baseline in _asked(claim):
        usual = context.id_of(baseline), context.id_of(subject)
        pairs.append(_Pair(*usual, workload))
        if common:
            alike = common[baseline].id, common[subject].id
            pairs.append(_Pair(*alike, workload))
    return dict.fromkeys(pairs)


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
    return next(
        (targets for targets in having.values() if targets.keys() >= frameworks), {}
    )


def _costs_less(
    context: JudgeContext, ours: str, theirs: str, workload: str
) -> Comparison:
    costs = [_whole(context, target, workload) for target in (ours, theirs)]
    less, more = (cost.rounds if cost else () for cost in costs)
    advantages = ratios(more, less) if less and more else ()
    levels = [cost.estimate.level for cost in costs if cost and cost.estimate]
    level = (levels or [0.95])[0]
    return paired(ours, theirs, workload, CPU.metric.name, advantages, level)


def _whole(context: JudgeContext, target: str, workload: str) -> Cost | None:
    """All that a request costs a target, in the windows that tell validators apart."""
    experiments = (EXPERIMENTS[CostPart.VALIDATION], "")
    for cost in costs_of(context):
        if (cost.target, cost.workload, cost.part) == (target, workload, None) and (
            cost.experiment in experiments
        ):
            return cost if cost.estimate else None
    return None


def _beside_validators(context: JudgeContext, claim: Claim) -> Iterator[Evidence]:
    """What every set-up costs in whole, and what each validator costs more than another."""
    for cost in costs_of(context):
        if cost.workload not in claim.workloads:
            continue
        if cost.part is CostPart.VALIDATION:
            yield added(cost)
        elif cost.part is None and context.plan.target(cost.target).validator:
            yield Evidence(
                cost.target,
                estimate=cost.estimate,
                asked=CostsEvidence.WHOLE,
                workload=cost.workload,
            )


def weight(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether every subject weighs more than every baseline by all of them."""
    groups = (
        *(
            Group(GroupKind.WORKLOAD, workload, workload)
            for workload in claim.workloads
        ),
        Group(GroupKind.COST, "startup"),
        Group(GroupKind.COST, "memory"),
    )
    rows = [
        _question(context, subject, baseline, kind, margin)
        for kind in _weighed(claim)
        for subject, baseline in product(claim.subjects, claim.baselines)
    ]
    # Without all of it, void or not, nothing is said of the claim.
    core = [row for row in rows if row.group in claim.workloads]
    missing = {row.group for row in core if not row.measured}
    lacking = tuple(workload for workload in claim.workloads if workload in missing)
    return Inquiry(
        groups,
        (*rows, *_imports(context, claim)),
        Untested(Lacking.TRIALS, lacking) if lacking else None,
        all_void(core),
    )


class _Weight(NamedTuple):
    """Something in which one framework may weigh more than another."""

    asked: CostsEvidence
    group: str
    workload: str | None = None  # None: of the target as a whole


def _weighed(claim: Claim) -> Iterator[_Weight]:
    for workload in claim.workloads:
        yield _Weight(CostsEvidence.CPU, workload, workload)
    yield _Weight(CostsEvidence.STARTUP, "startup")
    yield _Weight(CostsEvidence.IDLE_MEMORY, "memory")
    for workload in claim.workloads:
        yield _Weight(CostsEvidence.MEMORY, "memory", workload)


def _question(
    context: JudgeContext, subject: str, baseline: str, kind: _Weight, margin: float
) -> Question:
    heavy, light = context.id_of(subject), context.id_of(baseline)
    comparison = _lighter(context, light, heavy, kind)
    finding = Evidence(
        heavy,
        estimate=comparison.advantage,
        asked=kind.asked,
        against=light,
        workload=kind.workload,
        line=1 + margin,
    )
    return of_ratio(kind.group, comparison, margin, finding)


def _lighter(
    context: JudgeContext, light: str, heavy: str, kind: _Weight
) -> Comparison:
    """How many times lighter the first is: above 1 the claim's subject weighs more."""
    metric = _METRICS[kind.asked].name
    if kind.workload is not None:
        return context.comparison(light, heavy, kind.workload, metric)
    series = {
        quantity.target: quantity.rounds
        for quantity in context.analysis.quantities
        if quantity.metric == metric and quantity.workload is None
    }
    less, more = (series.get(target, ()) for target in (light, heavy))
    advantages = ratios(more, less) if less and more else ()
    return paired(light, heavy, "", metric, advantages, context.analysis.level)


def _imports(context: JudgeContext, claim: Claim) -> Iterator[Evidence]:
    exhibits = context.evidence.exhibits
    if exhibits is None:
        return
    for framework in (*claim.subjects, *claim.baselines):
        count = exhibits.count(framework, IMPORT)
        if count is not None and count.value is not None:
            yield Evidence(
                context.id_of(framework), asked=CostsEvidence.IMPORT, amount=count.value
            )


QUESTIONS = Questions(
    {OWN_SHARE: own_share, WEIGHT: weight, LAYERS: layers, VALIDATORS: validators},
    at_other_margins=(OWN_SHARE, WEIGHT),
)
