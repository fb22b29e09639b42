"""Every claim that numbers decide, a second time."""

from collections.abc import Callable
from dataclasses import replace

from tests.report.published import Json
from tests.report.sceptic import costs, experiments, orders
from tests.report.sceptic.arithmetic import Again, Part, judged_by_group


RULES: dict[str, Callable[[Json, Json], list[Part]]] = {
    "turns": experiments.turns,
    "scaling": experiments.scaling,
    "stress": experiments.stress,
    "fails-stress": experiments.stress,
    "predictions": experiments.predictions,
    "own-share": costs.own_share,
    "weight": costs.weight,
}
"""By the name in the claim; what each must hold, in the order in which it is told."""

OTHER_WAY_ROUND = {
    "supported": "refuted",
    "refuted": "supported",
    "depends": "supported",
    "holds": "fails",
    "fails": "holds",
}


def judged(results: Json, claim: Json, metric: str = "") -> Again:
    """The outcome of a claim, of its groups, and of everything that decides it."""
    if not results["profile"]["verdicts"]:
        return Again("not tested")
    parts = parts_of(results, claim, metric)
    untested = claim["rule"] == "weight" and costs.lacks_time_per_request(claim, parts)
    found = judged_by_group(parts, untested)
    if claim["rule"] == "fails-stress":
        found = turned(found)
    if may_not_decide(results):
        return withheld(found)
    return found


def parts_of(results: Json, claim: Json, metric: str = "") -> list[Part]:
    """What must hold."""
    if claim["rule"]:
        return RULES[claim["rule"]](results, claim)
    if claim["counts"]:
        return orders.counted(results, claim)
    return orders.order(results, claim, metric or claim["metric"])


def turned(found: Again) -> Again:
    """One test that is failed is enough."""
    return Again(
        OTHER_WAY_ROUND.get(found.outcome, found.outcome),
        tuple((key, OTHER_WAY_ROUND.get(state, state)) for key, state in found.states),
        tuple(OTHER_WAY_ROUND.get(each, each) for each in found.outcomes),
    )


def withheld(found: Again) -> Again:
    """What a run says that may decide nothing."""
    states = tuple(
        (key, "not measured" if state == "not measured" else "open")
        for key, state in found.states
    )
    outcomes = tuple(
        each if each == "not tested" else "inconclusive" for each in found.outcomes
    )
    known = found.outcomes and "not tested" not in outcomes
    outcome = "inconclusive" if known else "not tested"
    return replace(
        found, outcome=outcome, states=states, outcomes=outcomes, strict=None
    )


def may_not_decide(results: Json) -> bool:
    """Whether something is wrong with the whole run."""
    return any(each["reason"]["scope"] == "run" for each in results["warnings"])
