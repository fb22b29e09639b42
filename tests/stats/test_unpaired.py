"""The ratio of two series that were measured apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from bench.stats.unpaired import log_ratio_unpaired


SERIES = some.lists(some.floats(-1, 1), min_size=2, max_size=9)


def test_it_is_welchs_interval() -> None:
    """As SciPy has it, for unequal numbers and scatters."""
    after, before = [0.3, 0.1, 0.25, 0.2, 0.4], [0.0, 0.9, 0.1]
    found = log_ratio_unpaired(after, before, 0.95)
    known = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert np.log([found.low, found.high]) == pytest.approx([known.low, known.high])
    assert found.n == 3


@given(SERIES, SERIES)
def test_turned_round_it_is_the_inverse(
    after: list[float], before: list[float]
) -> None:
    """What is twice as much one way is half as much the other."""
    there, back = (
        log_ratio_unpaired(*pair, 0.95) for pair in ((after, before), (before, after))
    )
    assert there.point * back.point == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)


def test_a_single_round_has_no_interval() -> None:
    """Two of each are needed."""
    with pytest.raises(ValueError, match="two rounds"):
        log_ratio_unpaired([0.1], [0.1, 0.2], 0.95)


@pytest.mark.slow
def test_it_covers_what_it_says() -> None:
    """Unequal scatter and numbers: about 95 of a hundred intervals hold the truth."""
    random = np.random.default_rng(3)
    held = 0
    for _ in range(3000):
        after, before = random.normal(0.2, 0.02, 6), random.normal(0.0, 0.08, 10)
        found = log_ratio_unpaired(list(after), list(before), 0.95)
        held += found.low <= np.exp(0.2) <= found.high
    assert 0.93 <= held / 3000 <= 0.97
