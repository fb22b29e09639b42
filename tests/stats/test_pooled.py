"""Several runs pooled: published figures, what must not change it, and how often its interval holds the truth."""

from math import log, sqrt

import numpy as np
import pytest

from bench.stats import interval
from bench.stats.pooled import random_effects


BCG = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]  # fmt: skip
"""Thirteen trials of a vaccine (Colditz et al. 1994): ill and well with it, ill and well without."""
SCATTER = 0.02  # of the ratios of rounds, on a quiet machine
BETWEEN = 0.011  # of runs of one day on one quiet machine


def bcg() -> tuple[list[float], list[float]]:
    """Log risk ratios and their standard errors."""
    values = [log(a / (a + b)) - log(c / (c + d)) for a, b, c, d in BCG]
    errors = [sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]
    return values, errors


def test_the_published_variance_between_trials() -> None:
    """0.3181, which metafor prints for these trials by Paule and Mandel's estimator; the mean is -0.715."""
    found = random_effects(*bcg(), 0.95)
    assert found.between**2 == pytest.approx(0.3181, abs=5e-5)
    assert found.mean == pytest.approx(-0.7150, abs=5e-4)


def test_two_runs_by_hand() -> None:
    """Errors of 0.01 and values 0.06 apart: variance between them 0.0018 - 0.0001, error 0.03, t 12.7."""
    found = random_effects([0.10, 0.16], [0.01, 0.01], 0.95)
    assert found.mean == pytest.approx(0.13)
    assert found.between == pytest.approx(sqrt(0.0017))
    assert found.high - found.mean == pytest.approx(12.7062 * 0.03, rel=1e-5)


def test_runs_that_agree_too_well_have_the_error_of_their_rounds() -> None:
    """The safeguard: three equal values with errors of 0.03 are known to 0.03 / sqrt(3), no better."""
    found = random_effects([0.1] * 3, [0.03] * 3, 0.95)
    assert found.between == 0.0
    assert found.error == pytest.approx(0.03 / sqrt(3))


def test_neither_order_nor_scale_matters() -> None:
    """Runs in another order give the same; logs twice as large, all twice as large; a shift, a shift."""
    values, errors = bcg()
    plain = random_effects(values, errors, 0.95)
    turned = random_effects(values[::-1], errors[::-1], 0.95)
    doubled = random_effects([2 * v for v in values], [2 * e for e in errors], 0.95)
    shifted = random_effects([v + 3 for v in values], errors, 0.95)
    for name in ("mean", "low", "high", "error", "between"):
        own = getattr(plain, name)
        assert getattr(turned, name) == pytest.approx(own)
        assert getattr(doubled, name) == pytest.approx(2 * own)
        moved = 0 if name in {"error", "between"} else 3
        assert getattr(shifted, name) == pytest.approx(own + moved)


def test_one_run_is_nothing_to_pool() -> None:
    """Of it alone the variance between runs is not known."""
    with pytest.raises(ValueError, match="two values"):
        random_effects([0.1], [0.01], 0.95)


def share_that_holds(runs: int, scatter: float, between: float) -> float:
    """Of 2,000 sets of runs of six rounds each: how many pooled intervals hold the truth."""
    random = np.random.default_rng(runs)
    holds = 0
    for _ in range(2000):
        rounds = random.normal(0, scatter, (runs, 6)) + random.normal(
            0, between, (runs, 1)
        )
        errors = [interval.scatter(row) / sqrt(6) for row in rounds]
        found = random_effects(list(rounds.mean(axis=1)), errors, 0.95)
        holds += found.low <= 0 <= found.high
    return holds / 2000


@pytest.mark.slow
@pytest.mark.parametrize("runs", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("scatter", [SCATTER, 0.044])
def test_the_pooled_interval_holds_the_truth(runs: int, scatter: float) -> None:
    """Runs that differ by 1.1 %: 95 % is meant; never fewer than three standard errors let expect, and of few runs more."""
    share = share_that_holds(runs, scatter, BETWEEN)
    assert share >= 0.935
    if (runs, scatter) == (6, SCATTER):
        assert share <= 0.965  # no wider than it must be


@pytest.mark.slow
def test_one_runs_interval_does_not() -> None:
    """The same runs, each by itself: about four in five hold what the machine gives on average."""
    random = np.random.default_rng(1)
    holds = 0
    for _ in range(2000):
        rounds = random.normal(random.normal(0, BETWEEN), SCATTER, 6)
        found = interval.from_logs(rounds, 0.95)
        holds += found.low <= 1 <= found.high
    assert 0.76 <= holds / 2000 <= 0.90
