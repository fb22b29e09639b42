"""
What so many rounds could have seen, and how many it would take.

Assumes: further rounds scatter as these did, normal on the log scale.
Lies when: the scatter was estimated from few rounds (at n = 6 it may be wrong
by a factor of two either way), so read both as orders of size.

Source: the usual sum of two t quantiles, for example D. G. Altman, Practical
Statistics for Medical Research, 1991, chapter 15; with t instead of normal
quantiles because n is small.
"""

from math import exp, log1p, sqrt

from bench.stats.interval import t_quantile


POWER = 0.8
"""How often a difference of the printed size would be found."""

LARGEST_LOG = 700.0
"""Its exponential is still a number; nobody asks for a difference of that size."""
TOO_MANY = 200
"""More rounds than this are no advice."""


def smallest_detectable(scatter: float, n: int, level: float) -> float:
    """
    The ratio above 1 that n rounds of this scatter find with 80 % power.

    `scatter` is the standard deviation of the log ratios between rounds.
    """
    return exp(min(_reach(n, level) * scatter, LARGEST_LOG))


def rounds_needed(
    log_point: float, margin: float, scatter: float, level: float
) -> int | None:
    """
    About how many rounds in all would tell this ratio from 1 + margin.

    None: more than TOO_MANY, or the point lies on the line itself.
    """
    distance = abs(log_point - log1p(margin))
    for n in range(2, TOO_MANY + 1):
        if _reach(n, level) * scatter <= distance:
            return n
    return None


def _reach(n: int, level: float) -> float:
    return (t_quantile((1 + level) / 2, n) + t_quantile(POWER, n)) / sqrt(n)
