"""How often comparisons of six rounds find a difference, by simulation."""

from functools import cache

import numpy as np

from bench.selftest.result import SIMULATIONS, SURE
from bench.stats import interval, student


BLOCK = 6
"""Rounds of one comparison: as many as the quick profile has."""
ALPHA = 0.05


@cache  # the same for two rows
def shares_found(
    pairs: tuple[tuple[str, str], ...], blocks: int, scatter: float, shift: float
) -> tuple[float, float]:
    """
    The share of comparisons that SURE of the sound harnesses find at least, and the usual one.

    The first of each pair is slower by `shift` (a log); pairs share servers,
    and a pair's difference scatters by `scatter` between rounds.
    """
    random = np.random.default_rng(1)
    slower, others = (list(dict.fromkeys(side)) for side in zip(*pairs, strict=True))
    first = [slower.index(a) for a, _ in pairs]
    second = [others.index(b) for _, b in pairs]
    shares = []
    for _ in range(SIMULATIONS):
        found = 0
        for _ in range(blocks):
            own, none = (
                random.normal(0, scatter / np.sqrt(2), (BLOCK, len(side)))
                for side in (slower, others)
            )
            differences = none[:, second] - own[:, first] - shift
            p = np.array(p_values(differences))
            found += int(((p <= ALPHA) & (differences.mean(axis=0) < 0)).sum())
        shares.append(found / (blocks * len(pairs)))
    return float(np.quantile(shares, 1 - SURE, method="lower")), float(np.mean(shares))


def p_values(differences: interval.Floats) -> list[float]:
    """Two-sided p of "no difference" for each column of rounds."""
    error = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    t_values = np.abs(differences.mean(axis=0) / error)
    tails = student.all_above(t_values, len(differences) - 1)
    return [2 * p for p in tails]
