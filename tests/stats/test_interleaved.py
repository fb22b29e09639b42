"""From short windows to one value for each server and round."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from bench.stats.interleaved import round_values


GRIDS = arrays(np.float64, (5, 3), elements=some.floats(-5, 5))


def test_worked_by_hand() -> None:
    """Three servers a tenth apart, a machine that doubles its speed in one cycle."""
    grid = np.array([[0.2, 0.1, 0.0], [0.9, 0.8, 0.7], [0.2, 0.1, 0.0]])
    assert round_values(grid) == pytest.approx([0.1, 0.0, -0.1])


@given(GRIDS, arrays(np.float64, (5, 1), elements=some.floats(-5, 5)))
def test_what_the_machine_does_to_all_is_gone(
    grid: np.ndarray, machine: np.ndarray
) -> None:
    """Adding anything to a whole cycle changes no difference between servers."""
    plain, moved = round_values(grid), round_values(grid + machine)
    assert np.diff(moved) == pytest.approx(np.diff(plain), abs=1e-9)


@given(GRIDS | arrays(np.float64, (4, 6), elements=some.floats(-5, 5)))
def test_whole_rounds_take_a_shorter_way_to_the_same_values(grid: np.ndarray) -> None:
    """To the last bit what comes out beside a server that has no window at all."""
    nobody = np.full((len(grid), 1), np.nan)
    values = round_values(np.hstack([grid, nobody]))
    assert values[:-1].tolist() == round_values(grid).tolist()
    assert np.isnan(values[-1])


def test_one_wild_cycle_is_forgotten() -> None:
    """A machine that changes speed inside one cycle costs that cycle, not the round."""
    grid = np.tile([0.3, 0.0], (5, 1))
    grid[2, 0] += 3.0
    values = round_values(grid)
    assert values[0] - values[1] == pytest.approx(0.3)


def test_a_missing_window_shifts_nobody() -> None:
    """The slowest server lacks half its cycles; what it and the others differ by stays exact."""
    grid = np.tile([0.4, 0.2, 0.0], (4, 1))
    grid[1:3, 2] = np.nan
    values = round_values(grid)
    assert values[0] - values[1] == pytest.approx(0.2)
    assert values[1] - values[2] == pytest.approx(0.2)


def test_a_server_without_windows_has_no_value() -> None:
    """Missing is missing, never a zero; and nobody is warned about it."""
    grid = np.tile([0.4, np.nan, 0.0], (3, 1))
    values = round_values(grid)
    assert np.isnan(values[1])
    assert values[0] - values[2] == pytest.approx(0.4)
