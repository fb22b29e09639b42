"""Where a series changed its level: known answers, properties, and how often it errs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from bench.stats.change_points import LEAST, change_points, p_one_level
from tests.stats.change_point_rates import Draw, alarms, alike, delays, heavy


# G. W. Cobb, The problem of the Nile: conditional solution to a changepoint
# problem, Biometrika 65, 1978: yearly flow at Aswan from 1871 on, 10^8 m³.
NILE = [
    *(1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140),
    *(995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140),
    *(1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840),
    *(874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969),
    *(831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821),
    *(768, 845, 864, 862, 698, 845, 744, 796, 1040, 759),
    *(781, 865, 845, 944, 984, 897, 822, 1010, 771, 676),
    *(649, 846, 812, 742, 801, 1040, 860, 874, 848, 890),
    *(744, 749, 838, 1050, 918, 986, 797, 923, 975, 815),
    *(1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740),
]
NOISE = some.lists(some.floats(-1, 1), min_size=8, max_size=12)


def test_the_nile_fell_in_1899() -> None:
    """The textbook's change: the first year of the lower level is 1899, and there is no other."""
    assert len(NILE) == 100
    assert change_points(NILE, 0.01) == (1899 - 1871,)


def test_the_p_value_is_that_of_all_orders() -> None:
    """Four low and four high values: 2 of the 70 ways to lay them out split so well."""
    series = [0.0, 0.1, 0.02, 0.07, 5.0, 5.1, 5.05, 5.03]
    assert p_one_level(series, 40_320) == pytest.approx(2 / 70)


def test_the_split_is_where_students_t_is_largest() -> None:
    """As SciPy's own t test finds it, split by split."""
    values = np.random.default_rng(5).normal(0, 1, 24)
    values[15:] += 3
    splits = range(LEAST, len(values) - LEAST + 1)
    largest = max(
        splits, key=lambda k: abs(stats.ttest_ind(values[:k], values[k:]).statistic)
    )
    assert change_points(values, 0.01) == (largest,)


def test_two_changes_are_both_found() -> None:
    """Up by three per cent, and up again."""
    logs = np.random.default_rng(4).normal(0, 0.003, 36)
    logs[12:] += np.log1p(0.03)
    logs[24:] += np.log1p(0.03)
    assert change_points(logs, 0.01) == (12, 24)


@settings(max_examples=25, deadline=None)
@given(NOISE, NOISE)
def test_a_step_beyond_all_scatter_is_found_at_its_place(
    before: list[float], after: list[float]
) -> None:
    """Whatever the noise looks like."""
    series = [*before, *(100 + x for x in after)]
    assert len(before) in change_points(series, 0.05)


@settings(max_examples=25, deadline=None)
@given(some.lists(some.floats(-1, 1), max_size=24))
def test_every_level_has_its_runs(series: list[float]) -> None:
    """In ascending order, each with as many values as a level needs; the same each time."""
    found = change_points(series, 0.2)
    edges = [0, *found, len(series)]
    assert not found or min(np.diff(edges)) >= LEAST
    assert found == change_points(series, 0.2)


@settings(max_examples=25, deadline=None)
@given(some.floats(-1e6, 1e6), some.integers(0, 30))
def test_what_never_moves_never_changes(value: float, n: int) -> None:
    """A constant, of any length."""
    assert change_points([value] * n, 0.05) == ()


@pytest.mark.parametrize(
    ("series", "error", "fault"),
    [
        ([0.0, float("nan")], 0.05, "finite"),
        ([0.0], 0.0, "between 0 and 1"),
        ([0.0], 1.0, "between 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_refused(
    series: list[float], error: float, fault: str
) -> None:
    """Each says what it wanted."""
    with pytest.raises(ValueError, match=fault):
        change_points(series, error)
    with pytest.raises(ValueError, match="8 values, not 1"):
        p_one_level([0.0], 100)


@pytest.mark.parametrize("draw", [alike, heavy])
def test_false_alarms_are_as_rare_as_it_says(draw: Draw) -> None:
    """5 % of 400 series of 20 runs are 20; more than 35 come in one of a thousand such tests."""
    found = alarms(draw, 20, 0.05, 400)
    assert 6 <= found <= 35
    assert stats.binom.sf(35, 400, 0.05) < 0.001


def test_a_real_step_is_found_soon() -> None:
    """Five per cent where runs scatter by one: always, and four runs later in most."""
    after = delays(0.05, 20, 0.05, 20)
    assert min(after) >= LEAST
    assert after.count(LEAST) >= 15
