"""
Where a series changed its level: a scan of Student's t, weighed by shuffling.

Every split that leaves at least LEAST values on both sides is tried. The one
whose two means differ most, as Student's t counts it, is taken; its p-value is
the share of shuffled series that split as well somewhere. A series that splits
is divided there, and both parts are looked at in the same way.

Assumes: where nothing changed, the values may be shuffled without harm: alike,
and independent of each other. Nothing is assumed of their shape: wild values make
it err no more often.
Lies when: neighbours resemble each other (a slow drift, a bad week): then it
finds changes that are none far more often than it says. It also looks afresh
each time it is asked; who asks after every new value is alarmed more often. A
change that is soon undone may hide from it, as the whole is looked at first.

Sources: D. M. Hawkins, Testing a sequence of observations for a shift in
location, 1977, and K. J. Worsley, 1979 (the scan); L. Ju. Vostrikova,
Detecting "disorder" in multidimensional random processes, 1981 (division);
E. J. G. Pitman, Significance tests which may be applied to samples from any
populations, 1937 (shuffling, here by scipy.stats.permutation_test).
"""

from collections.abc import Sequence
from math import ceil

import numpy as np

from bench.stats.interval import Floats


LEAST = 4
"""Values on either side: fewer would be a bad night, and not a level."""
SHUFFLED = 20
"""How many shuffled series are expected to split as well at the limit itself."""
_SEED = 20261122


def change_points(series: Sequence[float] | Floats, error: float) -> tuple[int, ...]:
    """
    The first value of each new level, counted from 0, in ascending order.

    `error`: how often a series that never changed may be said to, 0.05 is 5 %.
    The same series gives the same answer. ValueError for numbers that are not
    finite, or an error that is no share.
    """
    values = np.asarray(series, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("a series needs finite numbers")
    if not 0 < error < 1:
        raise ValueError(f"an error lies between 0 and 1, not at {error}")
    return _divided(values, 0, error)


def p_one_level(series: Sequence[float] | Floats, shuffles: int) -> float:
    """
    The p-value of "one level throughout".

    Exact if `shuffles` is no smaller than the number of orders there are.
    ValueError below 2 * LEAST values.
    """
    values = np.asarray(series, dtype=np.float64)
    if len(values) < 2 * LEAST:
        raise ValueError(f"a change needs {2 * LEAST} values, not {len(values)}")
    from scipy import stats  # takes a second to load: only here

    found = stats.permutation_test(
        (values - values.mean(),),
        _furthest,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=shuffles,
        alternative="greater",
        axis=-1,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue)


def _divided(values: Floats, first: int, error: float) -> tuple[int, ...]:
    if len(values) < 2 * LEAST:
        return ()
    if p_one_level(values, ceil(SHUFFLED / error)) > error:
        return ()
    at = LEAST + int(np.argmax(_splits(values - values.mean())))
    return (
        *_divided(values[:at], first, error),
        first + at,
        *_divided(values[at:], first + at, error),
    )


def _splits(series: Floats) -> Floats:
    """
    How far apart the means before and after each split are, along the last axis.

    In the scale in which Student's t grows with it: the values' total scatter
    is the same however they are shuffled, so it may be left out.
    """
    n = series.shape[-1]
    before = np.arange(LEAST, n - LEAST + 1)
    sums = np.cumsum(series, axis=-1)
    excess = sums[..., before - 1] - before / n * sums[..., -1:]
    scaled: Floats = np.abs(excess) / np.sqrt(before * (n - before) / n)
    return scaled


def _furthest(series: Floats, axis: int = -1) -> Floats:
    split = _splits(np.moveaxis(series, axis, -1))
    return np.asarray(split.max(axis=-1), dtype=np.float64)
