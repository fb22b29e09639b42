"""What each rule asks, for claims that no order of ratios can decide."""

from collections.abc import Callable, Mapping

from bench.judge import costs, predictions, scaling, stress, turns, weight
from bench.judge.context import JudgeContext
from bench.judge.question import Inquiry
from bench.model.verdict import Claim, Rule


type Asks = Callable[[JudgeContext, Claim, float], Inquiry]
"""The questions of a claim at a margin."""

RULES: Mapping[Rule, Asks] = {
    Rule.TURNS: turns.turns,
    Rule.SCALING: scaling.scaling,
    Rule.STRESS: stress.stands,
    Rule.FAILS_STRESS: stress.fails,
    Rule.PREDICTIONS: predictions.predictions,
    Rule.OWN_SHARE: costs.own_share,
    Rule.WEIGHT: weight.weight,
    Rule.LAYERS: costs.layers,
    Rule.VALIDATORS: costs.validators,
}
"""By the name that a claim's row gives."""

AT_OTHER_MARGINS = (Rule.OWN_SHARE, Rule.WEIGHT)
"""Rules of which a reader may want the verdict at other margins too, as of every order."""
