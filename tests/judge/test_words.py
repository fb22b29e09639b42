"""How a verdict is worded."""

import pytest

from bench.judge import words
from bench.judge.words import Named
from bench.model.estimate import Comparison, Estimate


def named(
    point: float,
    low: float,
    high: float,
    metric: str = "throughput",
    detectable: float | None = 1.1,
) -> Named:
    """FastAPI over Flask on hello, with this interval and a margin of 5 %."""
    comparison = Comparison(
        subject="a",
        baseline="b",
        workload="hello",
        metric=metric,
        advantage=Estimate(point, low, high, 0.95, 6),
        rounds=(point,) * 6,
        smallest_detectable=detectable,
        p_value=0.5,
    )
    return Named(comparison, "FastAPI", "Flask", 0.05)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            named(1.8, 1.74, 1.86),
            "FastAPI answers 1.8 times as many requests per second as Flask on hello (1.7 to 1.9 times)",
        ),
        (
            named(1.55, 1.4, 1.7),
            "FastAPI answers 1.6 times as many requests per second as Flask on hello (1.40 to 1.7 times)",
        ),
        (
            named(1 / 1.8, 1 / 1.9, 1 / 1.7),
            "Flask answers 1.8 times as many requests per second as FastAPI on hello (1.7 to 1.9 times)",
        ),
        (
            named(1.12, 1.08, 1.16),
            "FastAPI answers 12 % more requests per second than Flask on hello (8 % to 16 %)",
        ),
        (
            named(1.012, 1.004, 1.02),
            "FastAPI answers 1.2 % more requests per second than Flask on hello (0.4 % to 2.0 %)",
        ),
        (
            named(1.02, 0.95, 1.1),
            "FastAPI answers 2 % more requests per second than Flask on hello (5 % fewer to 10 % more)",
        ),
        (
            named(1.03, 0.996, 1.065),
            "FastAPI answers 3 % more requests per second than Flask on hello (0.4 % fewer to 6 % more)",
        ),
        (
            named(12.34, 11.1, 13.7),
            "FastAPI answers 12 times as many requests per second as Flask on hello (11 to 14 times)",
        ),
        (
            named(1.8, 1.7, 1.9, "cpu"),
            "Flask spends 1.8 times as much CPU time per request as FastAPI on hello (1.7 to 1.9 times)",
        ),
        (
            named(0.9, 0.8, 1.0125, "cpu"),
            "FastAPI spends 11 % more CPU time per request than Flask on hello (1 % less to 25 % more)",
        ),
        (
            named(1.3, 1.2, 1.4, "memory"),
            "Flask holds 30 % more memory than FastAPI on hello (20 % to 40 %)",
        ),
    ],
)  # fmt: skip
def test_a_lead_is_said_from_the_leaders_side_with_its_interval(
    found: Named, text: str
) -> None:
    """Never more digits than the interval carries, never a ratio below 1."""
    assert words.sentence(found) == text


def test_a_tie_promises_no_more_than_its_interval() -> None:
    """The larger of the two ends, rounded up."""
    assert words.tie(named(0.99, 0.9615, 1.019)) == (
        "FastAPI and Flask are practically equal on hello: "
        "at most 4.1 % apart in requests per second"
    )


def test_an_open_question_says_what_could_have_been_seen() -> None:
    """The smallest detectable difference, and the rounds it would take."""
    assert words.undecided(named(1.08, 1.01, 1.15), 8, 6).endswith(
        "the interval holds the margin of 5 %; 6 rounds could have seen "
        "a difference of 10 %, about 14 in all would decide"
    )
    assert words.undecided(named(1.05, 1.01, 1.09), None, 6).endswith(
        "a difference of 10 %"
    )


def test_below_the_line_but_not_after_correction_is_said() -> None:
    """An interval left of the line that many comparisons make too weak."""
    assert "not clearly enough for 6 comparisons at once" in words.undecided(
        named(1.0, 0.96, 1.049), 2, 6
    )


def test_no_word_praises() -> None:
    """Only what the interval carries: no adjective of speed in any wording."""
    found = named(1.8, 1.7, 1.9)
    texts = [
        words.supported(found),
        words.reversed_(found),
        words.tie(found),
        words.not_material(found),
        words.undecided(found, 1, 1),
    ]
    for word in ("fast", "slow", "much faster", "significant", "clearly", "best"):
        assert not any(word in text.replace("FastAPI", "") for text in texts)
