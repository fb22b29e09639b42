"""The universal scalability law: known numbers, properties, and how often its intervals hold the truth."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import interval, usl
from bench.stats.usl import Law


LEVELS = (1, 2, 4, 8, 16, 64, 256)


def rates(law: Law, levels: tuple[int, ...] = LEVELS) -> list[float]:
    """What the law says of these levels."""
    return [law.at(level) for level in levels]


def test_known_numbers_of_the_law() -> None:
    """Without contention it is linear; by hand at two clients; the peak is where the book has it."""
    assert Law(100.0, 0.0, 0.0).at(64) == 6400.0
    assert Law(100.0, 0.1, 0.01).at(2) == pytest.approx(200 / 1.12)
    assert Law(1.0, 0.02, 0.0005).peak_clients == pytest.approx(44.27, abs=0.01)


def test_a_law_has_no_peak_where_it_never_falls() -> None:
    """No retrograde term, or one below zero: None, never a number."""
    assert Law(1.0, 0.1, 0.0).peak_clients is None
    assert Law(1.0, 0.1, -1e-6).peak_clients is None


@given(alone=st.floats(1, 1e5), contention=st.floats(0, 0.99), pairs=st.floats(0, 0.01))
def test_the_fit_gives_back_the_law_that_made_the_points(
    alone: float, contention: float, pairs: float
) -> None:
    """Points without noise: all three terms come out, whatever they are."""
    made = Law(alone, contention, pairs)
    found = usl.fit(LEVELS, rates(made))
    assert found.alone == pytest.approx(alone, rel=1e-5)
    assert found.contention == pytest.approx(contention, abs=1e-6)
    assert found.retrograde == pytest.approx(pairs, abs=1e-8)
    assert usl.misfit(found, LEVELS, rates(made)) < 1e-5


@given(factor=st.floats(0.01, 100))
def test_a_faster_machine_changes_the_scale_only(factor: float) -> None:
    """Throughput times a factor: lambda times it, contention and pairs as they were."""
    slow = rates(Law(500.0, 0.2, 0.001))
    found = usl.fit(LEVELS, [rate * factor for rate in slow])
    assert found.alone == pytest.approx(500 * factor, rel=1e-6)
    assert found.contention == pytest.approx(0.2, abs=1e-7)


def test_throughput_is_highest_at_the_peak() -> None:
    """Rising before it, falling after it."""
    law = Law(10.0, 0.05, 0.002)
    assert law.peak_clients is not None
    before = np.linspace(1, law.peak_clients, 20)
    after = np.linspace(law.peak_clients, 300, 20)
    assert all(law.at(a) < law.at(b) for a, b in pairwise(before))
    assert all(law.at(a) > law.at(b) for a, b in pairwise(after))


def test_too_few_levels_are_refused() -> None:
    """Three terms fit four points almost whatever they are."""
    with pytest.raises(ValueError, match="needs 5 levels"):
        usl.fit((1, 2, 4, 8), (1, 2, 3, 4))
    with pytest.raises(ValueError, match="needs 5 levels"):
        usl.fit((1, 1, 2, 2, 4, 4), (1, 1, 2, 2, 3, 3))


def test_throughput_of_nothing_is_refused() -> None:
    """A level without an answer has no place on a curve of ratios."""
    with pytest.raises(ValueError, match="positive"):
        usl.fit(LEVELS, [0.0, *rates(Law(1.0, 0.1, 0.0))[1:]])


def test_a_sharp_knee_shows_in_the_misfit() -> None:
    """Linear to eight clients and then two steps down: the law cannot follow."""
    knee = [100.0, 200.0, 400.0, 800.0, 800.0, 80.0, 800.0]
    assert usl.misfit(usl.fit(LEVELS, knee), LEVELS, knee) > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("retrograde", [0.0, 2e-5, 5e-4])
@pytest.mark.parametrize("noise", [0.03, 0.1])
def test_intervals_of_the_terms_over_rounds_cover_95_percent(
    retrograde: float, noise: float
) -> None:
    """Six rounds, each fitted by itself, a thousand times: t over rounds holds each term."""
    random = np.random.default_rng(int(1e6 * (retrograde + noise)))
    truth = Law(700.0, 0.4, retrograde)
    exact = np.array(rates(truth))
    held = np.zeros(3)
    for _ in range(1000):
        shape = (6, len(LEVELS))
        # A round is fast or slow as a whole, and each window by itself.
        common = random.normal(0, 0.1, (6, 1))
        drawn = exact * np.exp(common + random.normal(0, noise, shape))
        laws = [usl.fit(LEVELS, row) for row in drawn]
        for place, (values, true) in enumerate(
            (
                ([law.alone for law in laws], truth.alone),
                ([law.contention for law in laws], truth.contention),
                ([law.retrograde for law in laws], truth.retrograde),
            )
        ):
            found = (
                interval.geometric_mean(values, 0.95)
                if place == 0
                else interval.arithmetic_mean(values, 0.95)
            )
            held[place] += found.low <= true <= found.high
    assert (held / 1000 > 0.915).all(), held
    assert (held / 1000 < 0.985).all(), held


@pytest.mark.slow
def test_no_peak_is_seen_where_there_is_none() -> None:
    """A retrograde term of zero: its interval lies above zero in about 2.5 % of the runs."""
    random = np.random.default_rng(5)
    exact = np.array(rates(Law(700.0, 0.4, 0.0)))
    seen = 0
    for _ in range(1000):
        drawn = exact * np.exp(random.normal(0, 0.05, (6, len(LEVELS))))
        terms = [usl.fit(LEVELS, row).retrograde for row in drawn]
        seen += interval.arithmetic_mean(terms, 0.95).low > 0
    assert seen < 45
