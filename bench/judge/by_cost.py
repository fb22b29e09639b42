"""What every rule on costs has in common: outcomes to a verdict, and where costs are found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.judge.court import Court, forced_because
from bench.judge.decide import overall
from bench.judge.line import shared_line
from bench.model.cost import Cost
from bench.model.framework import CostPart, Role, Target
from bench.model.verdict import Claim, Finding, Outcome, Verdict


OTHER_MARGINS = (0.0, 0.1)
"""Margins at which a reader may want the verdict too."""

HOW = "bench run --profile cost"
"""The shortest run that holds what these rules need."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One thing that decides: its outcome at any margin is asked for together with the others'."""

    finding: Finding  # without its outcome
    sentence: str


def give(
    court: Court,
    claim: Claim,
    weighed: Sequence[Weighed],
    outcomes_at: Callable[[float], Sequence[Outcome]],
    beside: Sequence[Finding] = (),
) -> Verdict:
    """
    The verdict over everything that decides, all of which must hold.

    `outcomes_at` gives their outcomes at a margin, in their order; `beside`
    is shown and decides nothing.
    """
    forced = forced_because(court.analysis)

    def at(margin: float) -> tuple[Outcome, ...]:
        return tuple(_held_back(one, forced) for one in outcomes_at(margin))

    outcomes = at(claim.margin)
    outcome = overall(outcomes)
    own = [w for w, one in zip(weighed, outcomes, strict=True) if one is outcome]
    because = _told(own, claim, outcome) if own else "the claim compares nothing"
    if forced is not None and outcome is not Outcome.NOT_TESTED:
        because = f"no verdict, {forced}"
    elif outcome is Outcome.NOT_TESTED:
        because = f"{because}; {HOW} holds it"
    else:
        held = sum(one is Outcome.SUPPORTED for one in outcomes)
        because += f" ({held} of {len(outcomes)} comparisons hold)"
    findings = [
        replace(w.finding, outcome=one)
        for w, one in zip(weighed, outcomes, strict=True)
    ]
    return Verdict(
        claim=claim,
        outcome=outcome,
        because=because,
        parts=(),
        forced=forced if outcome is Outcome.INCONCLUSIVE else None,
        at_other_margins=tuple((each, overall(at(each))) for each in OTHER_MARGINS),
        findings=(*findings, *beside),
    )


def _told(own: Sequence[Weighed], claim: Claim, outcome: Outcome) -> str:
    """The sentence of the one that refutes hardest, or of the one nearest to the line."""
    line, fails = shared_line(claim), outcome is Outcome.REFUTED
    return min(own, key=lambda w: line.order(w.finding.estimate, fails)).sentence


def _held_back(outcome: Outcome, forced: str | None) -> Outcome:
    tested = outcome is not Outcome.NOT_TESTED
    return Outcome.INCONCLUSIVE if forced is not None and tested else outcome


def titled(court: Court, framework: str) -> str:
    """The name that readers know a framework by."""
    return court.titles.get(framework, framework)


def difference_of(
    court: Court, framework: str, workload: str, part: CostPart
) -> Cost | None:
    """What this part costs the framework's contestant: against its floor, or its isolating ablation."""
    contestant = court.contestants.get(framework)
    for cost in court.analysis.costs:
        here = contestant and (cost.target, cost.workload) == (contestant.id, workload)
        if here and cost.part is part and cost.less and cost.estimate:
            less = court.plan.target(cost.less)
            if less.role is Role.FLOOR or less.isolates == part:
                return cost
    return None


def whole_of(
    court: Court, target: Target, workload: str, experiment: str
) -> Cost | None:
    """All that a request costs a target, in the windows that this experiment is read from."""
    for cost in court.analysis.costs:
        found = (cost.target, cost.workload) == (target.id, workload)
        if found and cost.part is None and cost.experiment in (experiment, ""):
            return cost if cost.estimate else None
    return None
