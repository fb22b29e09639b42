"""
Student's t intervals over rounds, for ratios and for single series.

Assumes: rounds are independent and alike (every server was started afresh,
the order was drawn anew), and what is common to a round has been paired away.
On logs a mean difference is a ratio, and the interval of a positive quantity
cannot fall below zero.

Lies when: rounds are not independent (all of A, then all of B: 55-90 %
coverage); two rounds happen to agree by chance and n is 2 or 3 (the interval
is honest on average only); the scatter is exactly zero, where it has no width.

Sources: W. S. Gosset ("Student"), The probable error of a mean, 1908.
Coverage under machine noise was simulated before it was chosen: 94-99 % for
n = 5..15, where bootstraps over rounds reach 75-93 %.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bench.model.estimate import Estimate, RoundSeries, values_of
from bench.stats import student
from bench.stats.interleaved import Floats


SMALLEST_ERROR = 1e-12
"""Standard errors below this (logs) count as this: identical rounds must not divide by zero."""


def log_ratio(
    subject: Sequence[float], baseline: Sequence[float], level: float
) -> Estimate:
    """
    How many times the baseline the subject is, paired by round.

    The two series are positive and in the same order of rounds; the point is
    the geometric mean of the per-round ratios. ValueError below two pairs.
    """
    if len(subject) != len(baseline):
        raise ValueError("pairs need as many subjects as baselines")
    return from_logs(np.log(_positive(subject)) - np.log(_positive(baseline)), level)


type Mean = Callable[[Sequence[float], float], Estimate]


def mean(
    rounds: Sequence[float | None], level: float, kind: Mean | None = None
) -> Estimate | None:
    """
    The mean of the rounds that have a value; None below two.

    It is geometric where all values are positive, and else arithmetic, unless
    one of the two is named.
    """
    values = values_of(rounds)
    if len(values) < 2:
        return None
    usual = geometric_mean if min(values) > 0 else arithmetic_mean
    return (kind or usual)(values, level)


def over_rounds(
    rounds: Sequence[float | None], level: float, kind: Mean | None = None
) -> RoundSeries:
    """A series with this mean."""
    return RoundSeries(tuple(rounds), mean(rounds, level, kind))


def geometric_mean(values: Sequence[float], level: float) -> Estimate:
    """The typical value of a positive series over rounds; ValueError below two values."""
    return from_logs(np.log(_positive(values)), level)


def arithmetic_mean(values: Sequence[float], level: float) -> Estimate:
    """The mean of a series that may hold zeros; ValueError below two values."""
    series = np.asarray(values, dtype=np.float64)
    mean, half = _mean_and_half_width(series, level)
    return Estimate(mean, mean - half, mean + half, level, len(series))


def median_by_counting(values: Sequence[float]) -> Estimate:
    """
    The median, with the second least and the second most: no shape is assumed.

    The truth lies outside where at most one of n values is on one side of it:
    the level is 1 - 2 (n + 1) / 2^n, 96.09 % of nine. ValueError below six.

    Source: the sign test's interval, W. J. Conover, Practical Nonparametric
    Statistics, 1999, section 3.2.
    """
    ordered, n = sorted(values), len(values)
    if n < 6:
        raise ValueError("the second least of fewer than six values is no bound")
    level = 1 - 2 * (n + 1) / 2**n
    middle = float(np.median(ordered))
    return Estimate(middle, ordered[1], ordered[-2], level, n)


def from_logs(logs: Sequence[float] | Floats, level: float) -> Estimate:
    """The estimate of exp(mean) from one log value for each round; ValueError below two."""
    series = np.asarray(logs, dtype=np.float64)
    mean, half = _mean_and_half_width(series, level)
    # Two rounds that have nothing in common: an interval without an end.
    with np.errstate(over="ignore"):
        return Estimate(
            point=float(np.exp(mean)),
            low=float(np.exp(mean - half)),
            high=float(np.exp(mean + half)),
            level=level,
            n=len(series),
        )


def scatter(logs: Sequence[float] | Floats) -> float:
    """Standard deviation between rounds (n - 1), in logs: 0.03 is about 3 %."""
    return float(np.asarray(logs, dtype=np.float64).std(ddof=1))


def p_not_above(logs: Sequence[float] | Floats, margin: float) -> float:
    """
    One-sided p of "the ratio is at most 1 + margin".

    Small: the lead exceeds the margin.
    """
    return student.above(_t_value(logs, margin), len(logs) - 1)


def p_not_below(logs: Sequence[float] | Floats, margin: float) -> float:
    """
    One-sided p of "the ratio is at least 1 + margin".

    Small: there is no lead of that size.
    """
    return student.below(_t_value(logs, margin), len(logs) - 1)


def p_no_difference(logs: Sequence[float] | Floats) -> float:
    """Two-sided p of "the ratio is 1"."""
    return 2 * student.above(abs(_t_value(logs, 0.0)), len(logs) - 1)


def t_quantile(probability: float, n: int) -> float:
    """The quantile of Student's t for n rounds (n - 1 degrees of freedom)."""
    return student.quantile(probability, n - 1)


def _t_value(logs: Sequence[float] | Floats, margin: float) -> float:
    series = np.asarray(logs, dtype=np.float64)
    if len(series) < 2:
        raise ValueError("a test needs at least two rounds")
    error = max(scatter(series) / np.sqrt(len(series)), SMALLEST_ERROR)
    return float((series.mean() - np.log1p(margin)) / error)


def _mean_and_half_width(series: Floats, level: float) -> tuple[float, float]:
    n = len(series)
    if n < 2:
        raise ValueError("an interval needs at least two rounds")
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")
    half = t_quantile((1 + level) / 2, n) * scatter(series) / np.sqrt(n)
    return float(series.mean()), float(half)


def _positive(values: Sequence[float]) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if not (series > 0).all():
        raise ValueError("logs need positive numbers")
    return series
