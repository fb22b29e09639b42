"""
`validators`: a validated request costs every subject less than every baseline.

Asked twice: with the validator that each one usually has, and with one that
all of them have in some target of the run. Where both are the same set-ups,
it is asked once. What each validator costs stands beside it.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from bench.analyse.costs import EXPERIMENTS
from bench.analyse.metrics import CPU
from bench.analyse.paired import paired, ratios
from bench.judge.amounts import amount, as_ratio, beyond
from bench.judge.by_cost import Weighed, give, titled, whole_of
from bench.judge.court import Court
from bench.judge.decide import can_decide, decide
from bench.judge.own_share import shown
from bench.model.cost import Cost
from bench.model.estimate import Comparison
from bench.model.framework import CostPart, Role, Target
from bench.model.verdict import Claim, Finding, Verdict


def judge_validators(court: Court, claim: Claim) -> Verdict:
    """Whether every subject's validated request costs less, by each one's own validator and by a common one."""
    pairs = list(_pairs(court, claim))
    comparisons = [_comparison(court, *pair) for pair in pairs]
    weighed = [
        _weighed(court, claim, comparison, pair)
        for comparison, pair in zip(comparisons, pairs, strict=True)
    ]
    return give(
        court,
        claim,
        weighed,
        lambda margin: [outcome for outcome, _ in decide(comparisons, margin)],
        tuple(_beside(court, claim)),
    )


type _Pair = tuple[Target | str, Target | str, str]
"""Subject, baseline and workload; a name where the run holds no such target."""


def _pairs(court: Court, claim: Claim) -> Iterator[_Pair]:
    common = _common(court, claim)
    found: dict[tuple[str, str, str], _Pair] = {}
    for workload, subject, baseline in product(
        claim.workloads, claim.subjects, claim.baselines
    ):
        own = tuple(court.contestants.get(each, each) for each in (subject, baseline))
        same = tuple(
            common.get(each, f"{each} with a validator that all have")
            for each in (subject, baseline)
        )
        for ours, theirs in (own, same):
            key = (_id(ours), _id(theirs), workload)
            found.setdefault(key, (ours, theirs, workload))
    yield from found.values()


def _common(court: Court, claim: Claim) -> dict[str, Target]:
    """By framework, its target with a validator that every one of the claim has; empty if there is none."""
    frameworks = (*claim.subjects, *claim.baselines)
    having: dict[str, dict[str, Target]] = {}
    for target in court.plan.targets:
        stands = target.role in {Role.CONTESTANT, Role.ABLATION}
        if target.validator and stands and _version_on_trial(court, target):
            own = having.setdefault(target.validator, {})
            own.setdefault(target.framework, target)
    for found in having.values():
        if found.keys() >= set(frameworks):
            return found
    return {}


def _version_on_trial(court: Court, target: Target) -> bool:
    contestant = court.contestants.get(target.framework)
    return contestant is not None and contestant.version == target.version


def _comparison(
    court: Court, ours: Target | str, theirs: Target | str, workload: str
) -> Comparison:
    costs = [_whole(court, each, workload) for each in (ours, theirs)]
    less, more = (cost.rounds if cost else () for cost in costs)
    known = ratios(more, less) if less and more else ()
    return paired(
        (_id(ours), _id(theirs)), workload, CPU.metric.name, known, _level(costs)
    )


def _whole(court: Court, target: Target | str, workload: str) -> Cost | None:
    if isinstance(target, str):
        return None
    return whole_of(court, target, workload, EXPERIMENTS[CostPart.VALIDATION])


def _level(costs: Sequence[Cost | None]) -> float:
    known = [one.estimate.level for one in costs if one and one.estimate]
    return known[0] if known else 0.95


def _weighed(
    court: Court, claim: Claim, comparison: Comparison, pair: _Pair
) -> Weighed:
    ours, theirs = (_named(court, each) for each in pair[:2])
    workload = pair[2]
    what = f"CPU time per request on {workload}, as against {theirs}"
    estimate = comparison.advantage
    if estimate is None:
        text = f"this run holds no pair of {ours} and {theirs} on {workload}"
        return Weighed(
            Finding(comparison.subject, what, "not measured", None, text), text
        )
    told = beyond(estimate, claim.margin)
    if not can_decide(comparison):
        told = f"{estimate.n} pairs of rounds are left, too few"
    text = (
        f"{theirs} spends {as_ratio(estimate)} the CPU time of {ours} on "
        f"{workload}: {told}"
    )
    value = f"{theirs} takes {as_ratio(estimate)} as much"
    return Weighed(Finding(comparison.subject, what, value, None, told, estimate), text)


def _named(court: Court, target: Target | str) -> str:
    if isinstance(target, str):
        name, _, rest = target.partition(" ")
        return f"{titled(court, name)} {rest}".strip()
    name = titled(court, target.framework)
    # A run of before the table named validators does not say which it is.
    return f"{name} with {target.validator or 'its usual validator'}"


def _id(target: Target | str) -> str:
    return target if isinstance(target, str) else target.id


def _beside(court: Court, claim: Claim) -> Iterator[Finding]:
    """What every set-up costs in whole, and what each validator costs more than another."""
    for cost in court.analysis.costs:
        if cost.workload not in claim.workloads:
            continue
        if cost.part is CostPart.VALIDATION:
            yield shown(court, cost)
        elif cost.part is None and court.plan.target(cost.target).validator:
            named = court.plan.target(cost.target).validator
            what = f"CPU time per request in all, with {named}, on {cost.workload}"
            n = f"mean of {cost.known} rounds"
            value = amount(cost.estimate)
            yield Finding(cost.target, what, value, None, n, cost.estimate)
