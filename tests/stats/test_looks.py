"""At which rounds one may look, and how sharply."""

import pytest

from bench.stats import looks
from bench.stats.interval import t_quantile


@pytest.mark.parametrize(
    ("n", "width"), [(6, 1.463), (9, 1.017), (12, 0.823), (16, 0.680), (20, 0.593)]
)
def test_the_half_widths_of_the_five_looks(n: int, width: float) -> None:
    """In units of the scatter, as calibrated for the schedule 6, 9, 12, 16, 20."""
    level = looks.level((6, 9, 12, 16, 20))
    assert t_quantile((1 + level) / 2, n) / n**0.5 == pytest.approx(width, abs=5e-4)


def test_a_single_look_is_plain_95_percent() -> None:
    """A profile with one fixed number of rounds pays nothing for looking."""
    assert looks.level((6,)) == 0.95


def test_fewer_looks_than_calibrated_are_no_sharper_than_the_best_schedule() -> None:
    """12 and 20 take the constant of the schedule that holds them, which is safe."""
    assert looks.level((12, 20)) == 1 - 0.025  # Bonferroni's half is less strict
    assert looks.level((10, 20)) == 1 - 0.0284


def test_an_unknown_schedule_takes_equal_shares() -> None:
    """Four looks that nobody calibrated get a quarter of 5 % each."""
    assert looks.level((5, 8, 11, 14)) == pytest.approx(1 - 0.0125)


def test_no_looks_at_all_are_refused() -> None:
    """A run that never looks has no end."""
    with pytest.raises(ValueError, match="one look"):
        looks.level(())


@pytest.mark.parametrize(
    ("done", "look"), [(5, None), (6, 6), (8, 6), (9, 9), (25, 20)]
)
def test_the_last_look_that_was_reached(done: int, look: int | None) -> None:
    """Rounds after a look do not count before the next one."""
    assert looks.reached((6, 9, 12, 16, 20), done) == look
