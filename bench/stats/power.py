"""
What so many rounds could have seen, and how many it would take.

Assumes: further rounds scatter as these did, normal on the log scale.
Lies when: the scatter was estimated from few rounds (at n = 6 it may be wrong
by a factor of two either way), so read both as orders of size.

Sources: the usual sum of two t quantiles, for example D. G. Altman, Practical
Statistics for Medical Research, 1991, chapter 15; with t instead of normal
quantiles because n is small. The power of a t test itself is that of the
noncentral t distribution, N. L. Johnson and B. L. Welch, Applications of the
non-central t-distribution, 1940.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p, prod, sqrt

from scipy.special import nctdtr

from bench.stats import student
from bench.stats.interval import SMALLEST_ERROR, t_quantile


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


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the tests that a slowdown must pass: so many rounds of this scatter (logs) at this one-sided error."""

    rounds: int
    scatter: float
    error: float


def found_by_all(margin: float, stages: Sequence[Stage]) -> float:
    """
    The ratio that every stage finds to be above 1 + margin, all of them together with 80 % power.

    The stages are independent one-sided t tests of logs. ValueError without
    any, or where one has fewer than two rounds.
    """
    if not stages or min(stage.rounds for stage in stages) < 2:
        raise ValueError("a test needs at least two rounds")
    low, high = 0.0, 1.0
    while _power(stages, high) < POWER and high < LARGEST_LOG:
        high *= 2
    while high - low > 1e-9 * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if _power(stages, middle) < POWER else (low, middle)
    return exp(min(log1p(margin) + high, LARGEST_LOG))


def _power(stages: Sequence[Stage], beyond: float) -> float:
    """How often all stages find a slowdown that lies so far (a log) beyond the margin."""
    return prod(
        1
        - float(
            nctdtr(
                stage.rounds - 1,
                beyond * sqrt(stage.rounds) / max(stage.scatter, SMALLEST_ERROR),
                student.quantile(1 - stage.error, stage.rounds - 1),
            )
        )
        for stage in stages
    )


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
