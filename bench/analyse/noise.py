"""The twin: one target entered twice, so that the run knows its own noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from bench.analyse import reasons
from bench.model.estimate import Comparison
from bench.model.framework import Role, Target
from bench.stats import holm


JUDGED = ("throughput", "cpu")
"""Metrics that carry verdicts; the twin is tested on these."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What the twin showed: its comparisons with Holm-adjusted p-values."""

    comparisons: tuple[Comparison, ...]
    adjusted: tuple[float, ...]

    @property
    def passed(self) -> bool | None:
        """Whether the target may be the same as itself; None without a test."""
        if not self.adjusted:
            return None
        return min(self.adjusted) >= reasons.TWIN_P

    @property
    def worst(self) -> Comparison:
        """The comparison that looks least like "the same"."""
        return self.comparisons[self.adjusted.index(min(self.adjusted))]


def noise(targets: Sequence[Target], comparisons: Sequence[Comparison]) -> Noise:
    """Test every twin against its original, on every workload and judged metric."""
    twins = {target.id for target in targets if target.role is Role.TWIN}
    own = tuple(
        c
        for c in comparisons
        if c.subject in twins and c.metric in JUDGED and c.p_value is not None
    )
    return Noise(own, holm.adjusted([c.p_value or 0.0 for c in own]))


def resolution(noise_found: Noise, metric: str) -> float | None:
    """
    How far from 1 the twin's intervals reach on a metric, as a ratio above 1.

    The printed noise floor: what one set-up looked like beside itself.
    """
    reach = [
        max(c.advantage.high, 1 / c.advantage.low if c.advantage.low else inf)
        for c in noise_found.comparisons
        if c.metric == metric and c.advantage is not None
    ]
    return max(reach, default=None)
