"""Theory against theory: the recursion goes to the formula, the stall to its own sum."""

import numpy as np
import pytest

from bench.stats.queue import mean_wait_s, stall_quantile_s, waits_s


@pytest.mark.parametrize("load", [0.3, 0.5, 0.7])
def test_the_recursion_has_the_mean_of_the_formula(load: float) -> None:
    """Over many Poisson arrivals, within five of their standard errors."""
    random = np.random.default_rng(7)
    arrivals = np.cumsum(random.exponential(1 / load, 200_000))
    assert waits_s(arrivals, 1.0).mean() == pytest.approx(
        mean_wait_s(1.0, load), rel=0.05
    )


def test_the_recursion_by_hand() -> None:
    """Three at once and one after a rest."""
    assert list(waits_s([0.0, 0.0, 0.5, 10.0], 1.0)) == [0.0, 1.0, 1.5, 0.0]


@pytest.mark.parametrize("load", [1.0, 1.2])
def test_at_capacity_there_is_no_mean(load: float) -> None:
    """A queue that grows for ever has none."""
    with pytest.raises(ValueError, match="no mean wait"):
        mean_wait_s(1.0, load)


def test_a_stall_by_counting() -> None:
    """Every millisecond of a period of 1 s, a stall of 300 ms at its start."""
    moments = np.arange(0, 1.0, 0.0001)
    waits = np.maximum(0.0, 0.3 - moments)
    for level in (0.5, 0.8, 0.9, 0.99):
        counted = float(np.quantile(waits, level))
        assert stall_quantile_s(0.3, 1.0, level) == pytest.approx(counted, abs=0.0005)
