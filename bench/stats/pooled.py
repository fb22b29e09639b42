"""
One figure of several runs, each with an error of its own, and how far the runs lie apart.

A run's interval holds what its rounds scatter. What all rounds of a run have in
common (the machine's hour, the environments on disk) differs from run to run
and is in none of these intervals; only several runs show it.

Assumes: runs are independent, and their true values normal about one mean (a
random effect). The interval is that of the mean over such runs.
Lies when: there are two or three runs, and little is known of the variance
between them; the interval is then honest and wide. When runs are no sample of
anything (one machine, one hour), it holds for that machine and hour.

Sources: the variance between runs is R. C. Paule and J. Mandel's, Consensus
values and weighting factors, 1982. The interval is that of J. Hartung and
G. Knapp, 2001, with Student's t; where the runs lie closer together than their
own errors let expect, their variance counts as these errors say (C. Röver,
G. Knapp and T. Friede, Hartung-Knapp-Sidik-Jonkman approach and its
modification for random-effects meta-analysis with few studies, 2015).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from bench.stats import student
from bench.stats.interleaved import Floats
from bench.stats.interval import SMALLEST_ERROR


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The mean over runs with its interval; on logs a ratio."""

    mean: float
    error: float  # standard error of the mean
    low: float
    high: float
    between: float  # standard deviation between runs, beyond their own errors


def random_effects(
    values: Sequence[float], errors: Sequence[float], level: float
) -> RandomEffects:
    """Pool values with their standard errors; ValueError below two values."""
    if len(values) < 2 or len(values) != len(errors):
        raise ValueError("pooling needs two values at least, each with its error")
    effects = np.asarray(values, dtype=np.float64)
    own = np.maximum(np.asarray(errors, dtype=np.float64), SMALLEST_ERROR) ** 2
    between = _between(effects, own)
    weights = 1 / (own + between)
    mean = float((weights * effects).sum() / weights.sum())
    freedom = len(effects) - 1
    apart = float((weights * (effects - mean) ** 2).sum()) / freedom
    error = sqrt(max(apart, 1.0) / float(weights.sum()))
    half = student.quantile((1 + level) / 2, freedom) * error
    return RandomEffects(mean, error, mean - half, mean + half, sqrt(between))


def _between(values: Floats, own: Floats) -> float:
    """The variance between runs at which they lie as far apart as all variance lets expect."""
    high = float(values.var(ddof=1))
    if _apart(values, own, 0.0) <= 0:
        return 0.0
    while _apart(values, own, high) > 0:
        high *= 2
    low = 0.0
    # It falls as the variance grows: halve the bracket until no digit moves.
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _apart(values, own, middle) > 0 else (low, middle)
    return high


def _apart(values: Floats, own: Floats, between: float) -> float:
    """Weighted squares about the mean, less their expectation."""
    weights = 1 / (own + between)
    mean = (weights * values).sum() / weights.sum()
    return float((weights * (values - mean) ** 2).sum()) - (len(values) - 1)
