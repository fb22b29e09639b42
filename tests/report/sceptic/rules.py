"""Every rule of a claim a second time."""

from collections.abc import Callable

from tests.report.published import Json
from tests.report.sceptic import costs, experiments
from tests.report.sceptic.arithmetic import Part, outcomes, overall


RULES: dict[str, Callable[[Json, Json], list[Part]]] = {
    "turns": experiments.turns,
    "scaling": experiments.scaling,
    "stress": experiments.stress,
    "fails-stress": experiments.stress,
    "predictions": experiments.predictions,
    "own-share": costs.own_share,
    "layers": costs.layers,
    "weight": costs.weight,
    "validators": costs.validators,
}
"""By the name in the claim; what each must hold, in the order in which it is told."""

OTHER_WAY_ROUND = {"supported": "refuted", "refuted": "supported"}


def judged(results: Json, claim: Json) -> tuple[str, list[str]]:
    """The outcome of a rule's claim, and that of everything that decides it."""
    if not results["profile"]["verdicts"]:
        return "not tested", []
    found = outcomes(RULES[claim["rule"]](results, claim))
    outcome = overall(found)
    if claim["rule"] == "fails-stress":
        found = [OTHER_WAY_ROUND.get(one, one) for one in found]
        outcome = OTHER_WAY_ROUND.get(outcome, outcome)
    if may_not_decide(results) and outcome != "not tested":
        outcome = "inconclusive"
    return outcome, found


def may_not_decide(results: Json) -> bool:
    """Whether something is wrong with the whole run."""
    return any(each["reason"]["scope"] == "run" for each in results["warnings"])
