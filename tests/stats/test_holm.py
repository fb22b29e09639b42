"""Holm's correction."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.stats import holm


P_VALUES = some.lists(some.floats(0, 1), max_size=12)


def test_worked_by_hand() -> None:
    """0.01, 0.04, 0.03 become 3 x 0.01, then 2 x 0.03, and 0.04 may not fall below that."""
    assert holm.adjusted([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))


def test_nothing_is_adjusted_to_nothing() -> None:
    """A family without tests has no values."""
    assert holm.adjusted([]) == ()


@given(P_VALUES)
def test_adjusting_never_helps_and_keeps_the_order(values: list[float]) -> None:
    """Adjusted values are at least as large, at most 1, and in the same order."""
    found = holm.adjusted(values)
    assert all(p <= q <= 1 for p, q in zip(values, found, strict=True))
    ranked = sorted(zip(values, found, strict=True))
    assert [q for _, q in ranked] == sorted(found)


@given(some.floats(0, 1))
def test_a_single_test_is_left_alone(value: float) -> None:
    """One test needs no correction."""
    assert holm.adjusted([value]) == (value,)
