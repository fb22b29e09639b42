"""Rules of their own, for claims that no order of ratios can decide."""

from collections.abc import Callable, Mapping

from bench.judge.court import Court
from bench.judge.stress import fails_stress, stands_stress
from bench.model.verdict import Claim, Rule, Verdict


RULES: Mapping[Rule, Callable[[Court, Claim], Verdict]] = {
    Rule.STRESS: stands_stress,
    Rule.FAILS_STRESS: fails_stress,
}
"""By the name that a claim's row gives."""
