"""What so many rounds could have seen."""

from math import log

import numpy as np
import pytest

from bench.stats import interval, power


@pytest.mark.parametrize(
    ("n", "units"), [(5, 1.66), (7, 1.27), (10, 0.995), (15, 0.78), (20, 0.66)]
)
def test_the_smallest_detectable_difference_in_units_of_scatter(
    n: int, units: float
) -> None:
    """At the 95 % level and 80 % power: 1.66 scatters from 5 rounds, 0.66 from 20."""
    found = log(power.smallest_detectable(0.03, n, 0.95)) / 0.03
    assert found == pytest.approx(units, abs=5e-3)


def test_it_is_found_as_often_as_it_says() -> None:
    """Of 4000 simulated runs with exactly that difference about 80 % exclude 1."""
    random = np.random.default_rng(1)
    difference = log(power.smallest_detectable(0.05, 8, 0.95))
    found = sum(
        interval.from_logs(logs, 0.95).low > 1
        for logs in random.normal(difference, 0.05, (4000, 8))
    )
    assert 0.76 < found / 4000 < 0.84


def test_rounds_needed_are_those_that_could_have_seen_it() -> None:
    """The number of rounds is the first whose smallest detectable ratio is small enough."""
    needed = power.rounds_needed(log(1.1), 0.05, 0.04, 0.95)
    assert needed is not None
    gap = 1.1 / 1.05
    assert power.smallest_detectable(0.04, needed, 0.95) <= gap
    assert power.smallest_detectable(0.04, needed - 1, 0.95) > gap


def test_a_ratio_on_the_line_needs_more_rounds_than_anybody_has() -> None:
    """Exactly at the margin no number of rounds decides."""
    assert power.rounds_needed(log(1.05), 0.05, 0.04, 0.95) is None


def test_the_textbook_number_of_rounds_for_half_a_scatter() -> None:
    """A one-sided test at 2.5 % finds half a standard deviation with 80 % power from 34 values on (33.4, Cohen 1988 and G*Power)."""
    sizes = [
        log(power.found_by_all(0.0, [power.Stage(n, 1.0, 0.025)])) for n in (33, 34)
    ]
    assert sizes[0] > 0.5 > sizes[1]


def test_a_margin_is_what_comes_first_and_stages_make_it_harder() -> None:
    """The size lies beyond the margin by as much as without one, and two tests find less than one."""
    stage = power.Stage(7, 0.05, 0.025)
    none = power.found_by_all(0.0, [stage])
    assert power.found_by_all(0.03, [stage]) == pytest.approx(1.03 * none)
    assert power.found_by_all(0.0, [stage, stage]) > none
    assert power.found_by_all(0.0, [power.Stage(7, 0.0, 0.025)]) == pytest.approx(1.0)


def test_without_rounds_nothing_is_found() -> None:
    """A stage of one round is no test."""
    with pytest.raises(ValueError, match="two rounds"):
        power.found_by_all(0.0, [power.Stage(1, 0.05, 0.025)])
