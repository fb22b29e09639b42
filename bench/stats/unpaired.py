"""
The ratio of two series that were not measured side by side.

Assumes: within each series the values are independent and alike; between the
two nothing is, least of all their scatter.
Lies when: what moved both was the day, the kernel or the neighbours. So it is
for history, where a change is a reason to measure again, side by side.

Source: B. L. Welch, The generalization of "Student's" problem when several
different population variances are involved, 1947.
"""

from collections.abc import Sequence

import numpy as np

from bench.model.estimate import Estimate
from bench.stats import student
from bench.stats.interval import SMALLEST_ERROR


def log_ratio_unpaired(
    after: Sequence[float], before: Sequence[float], level: float
) -> Estimate:
    """exp(mean of `after` - mean of `before`), both in logs; `n` is the smaller number. ValueError below two of either."""
    if min(len(after), len(before)) < 2:
        raise ValueError("each series needs at least two rounds")
    shares = [float(np.var(s, ddof=1)) / len(s) for s in (after, before)]
    total = max(sum(shares), SMALLEST_ERROR**2)
    spread = sum(
        share**2 / (len(s) - 1)
        for share, s in zip(shares, (after, before), strict=True)
    )
    freedom = total**2 / spread if spread else len(after) + len(before) - 2
    half = student.quantile((1 + level) / 2, freedom) * float(np.sqrt(total))
    mean = float(np.mean(after) - np.mean(before))
    return Estimate(
        point=float(np.exp(mean)),
        low=float(np.exp(mean - half)),
        high=float(np.exp(mean + half)),
        level=level,
        n=min(len(after), len(before)),
    )
