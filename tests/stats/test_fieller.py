"""Ratios of differences: known numbers, properties, and how often the interval holds."""

import numpy as np
import pytest

from bench.stats import fieller, interval


EXPERIMENTS = 3000


def test_known_numbers() -> None:
    """By hand: means 40 and 20, every second moment known, t of 4 rounds at 95 % is 3.182."""
    dearer, cheaper = [38.0, 42.0, 38.0, 42.0], [19.0, 19.0, 21.0, 21.0]
    found = fieller.ratio_of_means(dearer, cheaper, 0.95)
    # s_yy = 16/3, s_xx = 4/3, s_xy = 0; t^2/n = 3.1824^2/4 = 2.53194
    a, b, c = 400 - 2.53194 * 4 / 3, 800.0, 1600 - 2.53194 * 16 / 3
    assert found is not None and found.n == 4
    assert found.point == pytest.approx(2.0)
    reach = (b * b - a * c) ** 0.5
    assert found.low == pytest.approx((b - reach) / a, rel=1e-4)
    assert found.high == pytest.approx((b + reach) / a, rel=1e-4)


def test_the_interval_is_what_the_test_does_not_reject() -> None:
    """At its ends the two one-sided tests are at half of what the level leaves."""
    random = np.random.default_rng(1)
    dearer, cheaper = random.normal(60, 5, 8), random.normal(40, 4, 8)
    found = fieller.ratio_of_means(list(dearer), list(cheaper), 0.95)
    assert found is not None
    above = fieller.p_not_above(list(dearer), list(cheaper), found.low)
    below = fieller.p_not_below(list(dearer), list(cheaper), found.high)
    assert above == pytest.approx(0.025, abs=1e-6)
    assert below == pytest.approx(0.025, abs=1e-6)


def test_units_do_not_matter_and_the_two_sides_mirror_each_other() -> None:
    """Nanoseconds give the same ratio; exchanged sides its inverse."""
    random = np.random.default_rng(2)
    dearer, cheaper = random.normal(60, 3, 6), random.normal(40, 3, 6)
    plain = fieller.ratio_of_means(list(dearer), list(cheaper), 0.95)
    finer = fieller.ratio_of_means(list(dearer * 1e3), list(cheaper * 1e3), 0.95)
    turned = fieller.ratio_of_means(list(cheaper), list(dearer), 0.95)
    assert plain and finer and turned
    assert finer.low == pytest.approx(plain.low)
    assert turned.low == pytest.approx(1 / plain.high)


def test_what_cannot_be_told_from_zero_bounds_no_ratio() -> None:
    """A share of nothing, give or take: no interval, and still a test."""
    nothing = [-3.0, 4.0, -2.0, 3.0, -4.0, 2.0]
    much = [50.0, 52.0, 49.0, 51.0, 50.0, 48.0]
    assert fieller.ratio_of_means(much, nothing, 0.95) is None
    assert fieller.ratio_of_means(much, [-each for each in much], 0.95) is None
    assert fieller.p_not_above(much, nothing, 1.05) < 0.001


def test_pairs_need_two_rounds_and_both_sides() -> None:
    """Misuse is refused."""
    with pytest.raises(ValueError, match="as many"):
        fieller.ratio_of_means([1.0, 2.0], [1.0], 0.95)
    with pytest.raises(ValueError, match="two rounds"):
        fieller.ratio_of_means([1.0], [1.0], 0.95)


def shares(
    random: np.random.Generator, n: int, tails: bool
) -> tuple[np.ndarray, np.ndarray]:
    """What two frameworks add (60 and 40 µs) to servers of 200 and 50, on a machine of changing speed."""
    machine = np.exp(random.normal(0, 0.1, n))

    def measured(cost: float) -> np.ndarray:
        noise = random.standard_t(4, n) if tails else random.normal(0, 1, n)
        return np.asarray(cost * machine * (1 + 0.01 * noise))

    return measured(260) - measured(200), measured(90) - measured(50)


@pytest.mark.slow
@pytest.mark.parametrize("tails", [False, True])
@pytest.mark.parametrize("n", [6, 12])
def test_95_percent_of_the_intervals_hold_the_truth(n: int, tails: bool) -> None:
    """Differences of costs that scatter and drift together: between 93 and 98 % hold 1.5."""
    random = np.random.default_rng(n)
    held = 0
    for _ in range(EXPERIMENTS):
        dearer, cheaper = shares(random, n, tails)
        found = fieller.ratio_of_means(list(dearer), list(cheaper), 0.95)
        held += found is None or found.low <= 1.5 <= found.high
    assert 0.93 < held / EXPERIMENTS < 0.98


@pytest.mark.slow
def test_logs_of_the_rounds_own_ratios_would_not_do() -> None:
    """Where a share is small beside its scatter, many rounds have no log: why Fieller is needed."""
    random = np.random.default_rng(5)
    without = 0
    for _ in range(500):
        above = 8 + random.normal(0, 4, 6)
        below = 5 + random.normal(0, 4, 6)
        without += bool((above <= 0).any() or (below <= 0).any())
    assert without / 500 > 0.3


@pytest.mark.slow
def test_a_false_lead_is_found_no_oftener_than_allowed() -> None:
    """Two equal shares: "more than the other" is said in 2.5 % of the runs at most, noise aside."""
    random = np.random.default_rng(6)
    wrong = 0
    for _ in range(EXPERIMENTS):
        machine = np.exp(random.normal(0, 0.1, 6))
        dearer = 40 * machine * (1 + random.normal(0, 0.05, 6))
        cheaper = 40 * machine * (1 + random.normal(0, 0.05, 6))
        wrong += fieller.p_not_above(list(dearer), list(cheaper), 1.0) < 0.025
    assert 0.015 < wrong / EXPERIMENTS < 0.035


def test_a_difference_of_two_series_is_an_ordinary_mean() -> None:
    """What one adds to another: the t interval of the paired differences."""
    found = interval.arithmetic_mean([58.0, 62.0, 60.0, 60.0], 0.95)
    assert found.point == 60 and found.low == pytest.approx(60 - 3.1824 * 1.63299 / 2)
