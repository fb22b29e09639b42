"""Rules of their own, for claims that no order of ratios can decide."""

from collections.abc import Callable, Mapping

from bench.judge.court import Court
from bench.judge.scaling import judge_scaling
from bench.judge.stress import fails_stress, stands_stress
from bench.judge.turns import judge_turns
from bench.model.verdict import Claim, Rule, Verdict


RULES: Mapping[Rule, Callable[[Court, Claim], Verdict]] = {
    Rule.TURNS: judge_turns,
    Rule.SCALING: judge_scaling,
    Rule.STRESS: stands_stress,
    Rule.FAILS_STRESS: fails_stress,
}
"""By the name that a claim's row gives."""
