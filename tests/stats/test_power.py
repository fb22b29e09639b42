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
