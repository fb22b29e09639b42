"""Rules of their own, for claims that no order of ratios can decide."""

from collections.abc import Callable, Mapping

from bench.judge.court import Court
from bench.model.verdict import Claim, Rule, Verdict


RULES: Mapping[Rule, Callable[[Court, Claim], Verdict]] = {}
"""By the name that a claim's row gives."""
