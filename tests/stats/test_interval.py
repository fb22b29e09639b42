"""Student's t intervals: known numbers and properties."""

from math import exp, isclose, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from bench.stats import interval


POSITIVE = some.floats(1e-3, 1e6)
PAIRS = some.lists(some.tuples(POSITIVE, POSITIVE), min_size=2, max_size=20)


def test_a_ratio_worked_by_hand() -> None:
    """Log ratios 0.1, 0.2, 0.3: mean 0.2, s = 0.1, t(2, 97.5 %) = 4.302653."""
    found = interval.log_ratio([exp(0.1), exp(0.2), exp(0.3)], [1.0, 1.0, 1.0], 0.95)
    half = 4.302653 * 0.1 / 3**0.5
    assert found.n == 3
    assert isclose(log(found.point), 0.2, rel_tol=1e-9)
    assert isclose(log(found.low), 0.2 - half, rel_tol=1e-6)
    assert isclose(log(found.high), 0.2 + half, rel_tol=1e-6)


def test_the_interval_is_that_of_scipy() -> None:
    """scipy's own paired test gives the same interval and the same p on the logs."""
    subject = [3.1, 2.7, 3.4, 2.9, 3.3]
    baseline = [2.0, 2.1, 2.2, 1.9, 2.3]
    theirs = stats.ttest_rel(np.log(subject), np.log(baseline))
    low, high = theirs.confidence_interval(0.95)
    found = interval.log_ratio(subject, baseline, 0.95)
    logs = np.log(subject) - np.log(baseline)
    assert isclose(found.low, exp(low)) and isclose(found.high, exp(high))
    assert isclose(interval.p_no_difference(logs), theirs.pvalue)


def test_the_mean_of_a_series_is_geometric() -> None:
    """1, 10 and 100 have the typical value 10, not 37."""
    assert isclose(interval.geometric_mean([1.0, 10.0, 100.0], 0.95).point, 10.0)


def test_zeros_have_an_arithmetic_mean() -> None:
    """A series with zeros gets a plain mean: 0, 1, 2 is 1 with half-width 4.302653 / sqrt(3)."""
    found = interval.arithmetic_mean([0.0, 1.0, 2.0], 0.95)
    assert found.point == 1.0
    assert isclose(found.high - 1.0, 4.302653 / 3**0.5, rel_tol=1e-6)


@given(PAIRS, some.floats(0.01, 100))
def test_scaling_both_sides_leaves_the_ratio(
    pairs: list[tuple[float, float]], scale: float
) -> None:
    """A machine that is twice as fast for both changes no ratio."""
    subject, baseline = zip(*pairs, strict=True)
    plain = interval.log_ratio(subject, baseline, 0.95)
    scaled = interval.log_ratio(
        [scale * x for x in subject], [scale * x for x in baseline], 0.95
    )
    assert isclose(plain.point, scaled.point, rel_tol=1e-6)
    assert isclose(log(plain.high), log(scaled.high), rel_tol=1e-6, abs_tol=1e-6)


@given(PAIRS)
def test_swapping_the_sides_inverts_the_ratio(
    pairs: list[tuple[float, float]],
) -> None:
    """A over B is one over B over A, and so are the ends, crosswise."""
    subject, baseline = zip(*pairs, strict=True)
    there = interval.log_ratio(subject, baseline, 0.95)
    back = interval.log_ratio(baseline, subject, 0.95)
    for one, other in (
        (there.point, back.point),
        (there.low, back.high),
        (there.high, back.low),
    ):
        # Two rounds that disagree a lot have intervals beyond any float.
        assert one * other == pytest.approx(1.0, rel=1e-6) or one in (0.0, float("inf"))


def test_the_two_one_sided_values_add_up_to_one() -> None:
    """Against the same margin, "not above" and "not below" share the whole probability."""
    logs = [0.1, 0.02, 0.07, 0.04]
    both = interval.p_not_above(logs, 0.05) + interval.p_not_below(logs, 0.05)
    assert isclose(both, 1.0)


def test_one_sided_p_agrees_with_the_interval() -> None:
    """A lower bound exactly on the line has the one-sided p of half the error."""
    logs = np.array([0.10, 0.14, 0.09, 0.12, 0.15, 0.11])
    low = interval.from_logs(logs, 0.95).low
    assert isclose(interval.p_not_above(logs, low - 1), 0.025, rel_tol=1e-9)


def test_rounds_that_agree_exactly_do_not_divide_by_zero() -> None:
    """Identical rounds have an interval without width and an overwhelming p."""
    logs = [0.2, 0.2, 0.2]
    found = interval.from_logs(logs, 0.95)
    assert found.low == pytest.approx(found.high)
    assert interval.p_no_difference(logs) < 1e-6
    assert interval.p_no_difference([0.0, 0.0, 0.0]) == 1.0


@pytest.mark.parametrize(
    ("subject", "baseline", "says"),
    [
        ([1.0], [1.0], "two rounds"),
        ([1.0, 2.0], [1.0], "as many"),
        ([1.0, 0.0], [1.0, 1.0], "positive"),
    ],
)
def test_what_has_no_interval_is_refused(
    subject: list[float], baseline: list[float], says: str
) -> None:
    """One round, unequal sides and zeros have no interval of a ratio."""
    with pytest.raises(ValueError, match=says):
        interval.log_ratio(subject, baseline, 0.95)


def test_a_level_outside_its_range_is_refused() -> None:
    """95 for 95 % is a mistake, not a level."""
    with pytest.raises(ValueError, match="level"):
        interval.from_logs([0.1, 0.2], 95)


def test_the_median_of_nine_by_counting() -> None:
    """Second least to second most; 1 - 20/512 by hand."""
    found = interval.median_by_counting([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert (found.low, found.point, found.high, found.n) == (2.0, 5.0, 8.0, 9)
    assert isclose(found.level, 0.9609375)
    with pytest.raises(ValueError, match="fewer than six"):
        interval.median_by_counting([1.0] * 5)
