"""Rules of their own, for claims that no order of ratios can decide."""

from collections.abc import Callable, Mapping

from bench.judge.court import Court
from bench.judge.own_share import judge_layers, judge_own_share
from bench.judge.predictions import judge_predictions
from bench.judge.scaling import judge_scaling
from bench.judge.stress import fails_stress, stands_stress
from bench.judge.turns import judge_turns
from bench.judge.validators import judge_validators
from bench.judge.weight import judge_weight
from bench.model.verdict import Claim, Rule, Verdict


RULES: Mapping[Rule, Callable[[Court, Claim], Verdict]] = {
    Rule.TURNS: judge_turns,
    Rule.SCALING: judge_scaling,
    Rule.STRESS: stands_stress,
    Rule.FAILS_STRESS: fails_stress,
    Rule.PREDICTIONS: judge_predictions,
    Rule.OWN_SHARE: judge_own_share,
    Rule.WEIGHT: judge_weight,
    Rule.LAYERS: judge_layers,
    Rule.VALIDATORS: judge_validators,
}
"""By the name that a claim's row gives."""
