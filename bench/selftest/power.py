"""How often comparisons of six rounds find a difference, by simulation."""

from functools import cache

import numpy as np

from bench.selftest.result import SIMULATIONS, SURE
from bench.stats import student
from bench.stats.interleaved import Floats


BLOCK = 6
"""Rounds of one comparison: as many as the quick profile has."""
ALPHA = 0.05


@cache  # the same for two rows
def shares_found(
    first: tuple[str, ...],
    second: tuple[str, ...],
    blocks: int,
    scatter: float,
    shift: float,
) -> tuple[float, float]:
    """
    The share of comparisons that SURE of the sound harnesses find at least, and the usual one.

    Each of the first is slower by `shift` (a log) than the one in the same place
    among the second; pairs share servers, and a pair's difference scatters by
    `scatter` between rounds.
    """
    random = np.random.default_rng(1)
    slower, others = list(dict.fromkeys(first)), list(dict.fromkeys(second))
    at_first = [slower.index(name) for name in first]
    at_second = [others.index(name) for name in second]
    shares = []
    for _ in range(SIMULATIONS):
        found = 0
        for _ in range(blocks):
            own, none = (
                random.normal(0, scatter / np.sqrt(2), (BLOCK, len(side)))
                for side in (slower, others)
            )
            differences = none[:, at_second] - own[:, at_first] - shift
            p = np.array(p_values(differences))
            found += int(((p <= ALPHA) & (differences.mean(axis=0) < 0)).sum())
        shares.append(found / (blocks * len(first)))
    return float(np.quantile(shares, 1 - SURE, method="lower")), float(np.mean(shares))


def p_values(differences: Floats) -> list[float]:
    """Two-sided p of "no difference" for each column of rounds."""
    error = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    t_values = np.abs(differences.mean(axis=0) / error)
    tails = student.all_above(t_values, len(differences) - 1)
    return [2 * p for p in tails]
