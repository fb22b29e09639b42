"""Twelve digits of every number, and nothing else changed."""

from dataclasses import replace
from math import inf, nextafter

import pytest

from bench.analyse import reasons
from bench.judge.results import results
from bench.judge.settled import settled
from bench.model.estimate import Estimate
from tests.analyse.builders import FRAMEWORKS, Truth, make_run


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1 / 3, 0.333333333333),
        (nextafter(1 / 3, 1), 0.333333333333),
        (123456789.0123456, 123456789.012),
        (0.0, 0.0),
        (inf, inf),
        (7, 7),
        (True, True),
        (None, None),
        ("0.3333333333333333", "0.3333333333333333"),
        ((1 / 3, (2 / 3,)), (0.333333333333, (0.666666666667,))),
        ({"a": 1 / 3}, {"a": 0.333333333333}),
    ],
)
def test_floats_have_twelve_digits(value: object, expected: object) -> None:
    """However deep they are; counts and texts stay as they are."""
    found = settled(value)
    assert found == expected and type(found) is type(expected)


def test_what_two_processors_compute_becomes_one_number() -> None:
    """The last bit of an interval is nobody's."""
    one = Estimate(1.0179267460514685, 0.986556476953313, 1.0502945188975388, 0.95, 7)
    other = replace(one, low=nextafter(one.low, 0), high=nextafter(one.high, 2))
    assert one != other
    assert settled(one) == settled(other)


def test_what_holds_no_number_stays_the_same_object() -> None:
    """A reason to doubt is asked for by identity."""
    found = settled((reasons.TWIN, 1 / 3))
    assert found[0] is reasons.TWIN


def test_results_are_settled() -> None:
    """All that is printed or stored of a run."""
    found = results(make_run(Truth()), (), FRAMEWORKS, ())
    assert any(each.advantage for each in found.comparisons)
    assert settled(found) == found
