"""No digit that the interval does not carry, and no false zero."""

from math import inf

import pytest

from bench.model.estimate import Estimate
from bench.report import numbers


def made(point: float, low: float, high: float) -> Estimate:
    return Estimate(point, low, high, 0.95, 12)


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (made(6763.2, 6651.0, 6875.4), "6,760 (6,650 to 6,880)"),
        (made(3130.4, 3098.0, 3162.0), "3,130 (3,100 to 3,160)"),
        (made(0.0000012345, 0.0000011, 0.0000014), "0.00000123 (0.00000110 to 0.00000140)"),
        (made(8_123_456.0, 8_000_000.0, 8_250_000.0), "8,120,000 (8,000,000 to 8,250,000)"),
        (made(5.0, 5.0, 5.0), "5.00 (5.00 to 5.00)"),
        (made(1.0, 0.0, inf), "1.00 (0.00 to unbounded)"),
        (made(-0.4, -1.2, 0.4), "−0.4 (−1.2 to 0.4)"),
    ],
)  # fmt: skip
def test_the_interval_decides_the_digits(estimate: Estimate, expected: str) -> None:
    """The last digit printed is the first that the half width resolves."""
    assert numbers.with_interval(estimate) == expected


def test_a_small_number_is_never_printed_as_zero() -> None:
    """What is above zero says so, however wide its interval."""
    assert numbers.number(0.0004, 2) == "<0.01"
    assert numbers.number(-0.0004, 2) == ">−0.01"


def test_rounding_never_moves_a_bound_across_the_line() -> None:
    """An interval that crosses 1.05 by a hair is printed crossing it."""
    value, span = numbers.ratio(made(1.2, 1.0496, 1.35), line=1.05)

    assert value == "1.2000×"
    assert span == "1.0496 to 1.3500"


def test_a_lower_bound_is_rounded_down() -> None:
    """At least 1.29 is at least 1.2, not at least 1.3."""
    assert numbers.at_least(1.29) == "1.2"
    assert numbers.at_least(2.0) == "2.0"
    assert numbers.at_least(157.9) == "150"


def test_a_small_lead_is_not_rounded_to_none() -> None:
    """At least 1.069 times is at least 1.06 times, for "at least 1.0" says nothing."""
    assert numbers.at_least(1.069) == "1.06"
    assert numbers.at_least(1.19) == "1.1"
    assert numbers.at_least(1.0) == "1.0"


def test_uncertainty_is_printed_in_one_style() -> None:
    """A skewed interval is printed by its ends."""
    assert numbers.ends(made(100.0, 90.0, 110.0)) == "90–110"
    assert numbers.ends(made(100.0, 90.0, 140.0)) == "90–140"
