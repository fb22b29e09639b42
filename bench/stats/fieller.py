"""
How many times one mean is another, where both are differences.

What a framework adds to its server is a difference, and so is what another one
adds. Their ratio has no logs of its own in a round where one of them comes out
at or below zero, and the mean of such ratios has no expectation. So nothing is
divided: that `dearer` is more than `ratio` times `cheaper` is the statement
that the mean of `dearer - ratio * cheaper` is above zero, which Student's t
over rounds can test. The interval is every ratio that this test would not
reject.

Assumes: rounds are independent and alike; the two are paired by round, and may
depend on each other in any way.
Lies when: rounds are few and skewed, as every t does. Where the denominator
cannot be told from zero there is no interval, and none is given.

Source: E. C. Fieller, Some problems in interval estimation, 1954.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from bench.model.estimate import Estimate
from bench.stats import student
from bench.stats.interleaved import Floats
from bench.stats.interval import SMALLEST_ERROR, t_quantile


def p_not_above(
    dearer: Sequence[float], cheaper: Sequence[float], ratio: float
) -> float:
    """One-sided p of "`dearer` is at most `ratio` times `cheaper`"; small: it is more."""
    return student.above(_t_value(dearer, cheaper, ratio), len(dearer) - 1)


def p_not_below(
    dearer: Sequence[float], cheaper: Sequence[float], ratio: float
) -> float:
    """One-sided p of "`dearer` is at least `ratio` times `cheaper`"; small: it is less."""
    return student.below(_t_value(dearer, cheaper, ratio), len(dearer) - 1)


def ratio_of_means(
    dearer: Sequence[float], cheaper: Sequence[float], level: float
) -> Estimate | None:
    """
    The mean of `dearer` over that of `cheaper`, paired by round.

    None where the mean of `cheaper` is not above zero at this level: then no
    ratio can be ruled out. ValueError below two rounds.
    """
    above, below, n = _pair(dearer, cheaper)
    t = t_quantile((1 + level) / 2, n)
    spread = np.atleast_2d(np.cov(above, below, ddof=1)) * t**2 / n
    y, x = float(above.mean()), float(below.mean())
    a = x * x - float(spread[1, 1])
    if x <= 0 or a <= 0:
        return None
    b = x * y - float(spread[0, 1])
    c = y * y - float(spread[0, 0])
    reach = sqrt(max(b * b - a * c, 0.0))
    return Estimate(y / x, (b - reach) / a, (b + reach) / a, level, n)


def _t_value(dearer: Sequence[float], cheaper: Sequence[float], ratio: float) -> float:
    above, below, n = _pair(dearer, cheaper)
    contrast = above - ratio * below
    scale = max(float(np.abs(above).max()), SMALLEST_ERROR)
    error = max(float(contrast.std(ddof=1)) / sqrt(n), scale * SMALLEST_ERROR)
    return float(contrast.mean()) / error


def _pair(
    dearer: Sequence[float], cheaper: Sequence[float]
) -> tuple[Floats, Floats, int]:
    if len(dearer) != len(cheaper):
        raise ValueError("pairs need as many of the one as of the other")
    if len(dearer) < 2:
        raise ValueError("an interval needs at least two rounds")
    return (
        np.asarray(dearer, dtype=np.float64),
        np.asarray(cheaper, dtype=np.float64),
        len(dearer),
    )
