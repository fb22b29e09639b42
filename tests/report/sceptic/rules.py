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
    again = judged_by_group(parts, untested)
    if claim["rule"] == "fails-stress":
        again = turned(again)
    if may_not_decide(results):
        return withheld(again)
    return again


def parts_of(results: Json, claim: Json, metric: str = "") -> list[Part]:
    """What must hold."""
    if claim["rule"]:
        return RULES[claim["rule"]](results, claim)
    if claim["counts"]:
        return orders.counted(results, claim)
    return orders.order(results, claim, metric or claim["metric"])


def turned(again: Again) -> Again:
    """One test that is failed is enough."""
    return Again(
        OTHER_WAY_ROUND.get(again.outcome, again.outcome),
        tuple((key, OTHER_WAY_ROUND.get(state, state)) for key, state in again.states),
        tuple(OTHER_WAY_ROUND.get(outcome, outcome) for outcome in again.outcomes),
    )


def withheld(again: Again) -> Again:
    """What a run says that may decide nothing."""
    states = tuple(
        (key, "not measured" if state == "not measured" else "open")
        for key, state in again.states
    )
    outcomes = tuple(
        outcome if outcome == "not tested" else "inconclusive"
        for outcome in again.outcomes
    )
    all_tested = again.outcomes and "not tested" not in outcomes
    outcome = "inconclusive" if all_tested else "not tested"
    return replace(
        again, outcome=outcome, states=states, outcomes=outcomes, strict=None
    )


def may_not_decide(results: Json) -> bool:
    """Whether something is wrong with the whole run."""
    return any(warning["reason"]["scope"] == "run" for warning in results["warnings"])
