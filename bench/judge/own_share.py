"""
Claims on what something adds, by differences of CPU time per request.

`own-share`: every subject adds less to its bare server than every baseline
adds to its own. `layers`: every subject's database layer costs more above its
driver than every baseline's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bench.judge.amounts import amount, as_ratio, beyond
from bench.judge.by_cost import Weighed, difference_of, give, titled
from bench.judge.contrasts import Contrast, decide_contrasts
from bench.judge.court import Court
from bench.model.cost import Cost
from bench.model.framework import CostPart
from bench.model.verdict import Claim, Finding, Verdict


@dataclass(frozen=True, slots=True)
class _Wording:
    part: CostPart
    what: str  # is compared
    adds: str  # "adds to its bare server"
    other: str  # the same of the one that it is held against
    missing: str


_OWN = _Wording(
    CostPart.FRAMEWORK,
    "CPU time above its bare server",
    "adds to its bare server",
    "what {other} adds",
    "not measured beside a bare server",
)
_LAYER = _Wording(
    CostPart.DATABASE,
    "CPU time of its database layer",
    "spends on its database layer",
    "what {other} spends",
    "not measured beside the driver alone",
)

_Pair = tuple[str, str, str]  # the dearer framework, the cheaper one, the workload


def judge_own_share(court: Court, claim: Claim) -> Verdict:
    """Whether every subject adds less than every baseline, on every workload of the claim."""
    pairs = [
        (baseline, subject, workload) for workload, subject, baseline in _asked(claim)
    ]
    return _judge(court, claim, pairs, _OWN)


def judge_layers(court: Court, claim: Claim) -> Verdict:
    """Whether every subject's layer costs more than every baseline's, on every workload of the claim."""
    pairs = [
        (subject, baseline, workload) for workload, subject, baseline in _asked(claim)
    ]
    return _judge(court, claim, pairs, _LAYER)


def _asked(claim: Claim) -> Iterator[tuple[str, str, str]]:
    yield from product(claim.workloads, claim.subjects, claim.baselines)


def _judge(
    court: Court, claim: Claim, pairs: list[_Pair], wording: _Wording
) -> Verdict:
    contrasts = [_contrast(court, pair, wording.part) for pair in pairs]
    weighed = [
        _weighed(court, claim, pair, one, wording)
        for pair, one in zip(pairs, contrasts, strict=True)
    ]
    return give(
        court,
        claim,
        weighed,
        lambda margin: decide_contrasts(contrasts, margin),
        tuple(_amounts(court, wording)),
    )


def _contrast(court: Court, pair: _Pair, part: CostPart) -> Contrast | None:
    dearer, cheaper, workload = pair
    more = difference_of(court, dearer, workload, part)
    less = difference_of(court, cheaper, workload, part)
    return Contrast(more, less) if more and less else None


def _weighed(
    court: Court, claim: Claim, pair: _Pair, one: Contrast | None, wording: _Wording
) -> Weighed:
    dearer, cheaper, workload = pair
    names = [titled(court, each) for each in (dearer, cheaper)]
    target = court.contestants.get(dearer)
    subject = target.id if target else dearer
    what = f"{wording.what} on {workload}, against {names[1]}"
    if one is None:
        lacking = [
            name
            for name, each in zip(names, (dearer, cheaper), strict=True)
            if difference_of(court, each, workload, wording.part) is None
        ]
        text = f"on {workload} this run has {' and '.join(lacking)} {wording.missing}"
        return Weighed(Finding(subject, what, "not measured", None, text), text)
    ratio = one.ratio
    told = one.excluded or beyond(ratio, claim.margin)
    text = (
        f"{names[0]} {wording.adds} {amount(one.dearer.estimate)} of CPU time per "
        f"request on {workload}, {names[1]} {amount(one.cheaper.estimate)}: "
        f"{as_ratio(ratio)}, {told}"
    )
    return Weighed(Finding(subject, what, as_ratio(ratio), None, told, ratio), text)


def _amounts(court: Court, wording: _Wording) -> Iterator[Finding]:
    """Every such difference of the run, deciding or not."""
    for cost in court.analysis.costs:
        if cost.part is wording.part and cost.less is not None:
            yield shown(court, cost)


def shown(court: Court, cost: Cost) -> Finding:
    """A difference as evidence: what is above what, and by how much."""
    less = court.plan.target(cost.less or "")
    n = f"mean of {cost.known} rounds"
    why = f"{cost.void}; {n}" if cost.void else n
    what = f"CPU time per request above {less.title}, on {cost.workload}"
    return Finding(cost.target, what, amount(cost.estimate), None, why, cost.estimate)
