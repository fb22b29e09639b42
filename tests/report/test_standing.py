"""How targets stand to each other is said in words that the intervals carry."""

import pytest

from bench.model.estimate import Estimate
from bench.report.standing import apart


def both_ways(low: float, high: float) -> list[Estimate | None]:
    """A ratio seen from both sides."""
    middle = (low * high) ** 0.5
    return [
        Estimate(middle, low, high, 0.95, 6),
        Estimate(1 / middle, 1 / high, 1 / low, 0.95, 6),
    ]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.97, 1.04, "practically equal"),
        (1.01, 1.03, "practically equal"),
        (0.96, 1.20, "not told apart"),
        (1.031, 1.091, "at most 10 % apart"),
        (1.02, 1.09, "at most 9 % apart"),
    ],
)
def test_words_follow_the_interval(low: float, high: float, words: str) -> None:
    """A lead below the line is neither a tie nor unknown: its reach is said, rounded up."""
    assert apart(both_ways(low, high), 1.05).replace("\xa0", " ") == words


def test_a_missing_pair_is_not_told_apart() -> None:
    """What was not compared is never called equal."""
    assert apart([*both_ways(0.99, 1.01), None], 1.05) == "not told apart"
