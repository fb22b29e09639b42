"""The sketch: quantiles to half a per cent, and windows that add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats.sketch import count, quantile_ns, sketch, together


@given(
    st.lists(st.integers(1, 10**11), min_size=1, max_size=300),
    st.floats(0, 1),
)
def test_every_quantile_is_within_half_a_bucket(
    values: list[int], level: float
) -> None:
    """Against the sample of that rank, whatever the samples."""
    samples = np.array(values, dtype=np.int64)
    exact = float(np.quantile(samples, level, method="inverted_cdf"))
    assert quantile_ns(sketch(samples), level) == pytest.approx(exact, rel=0.0051)


@given(st.lists(st.lists(st.integers(1, 10**10), max_size=50), max_size=6))
def test_windows_add_up_to_their_round(windows: list[list[int]]) -> None:
    """The sketch of all samples is the sum of the sketches, however they were cut."""
    parts = [sketch(np.array(window, dtype=np.int64)) for window in windows]
    every = np.array([value for window in windows for value in window], dtype=np.int64)
    assert together(parts) == sketch(every)
    assert count(together(parts)) == len(every)


def test_a_stall_in_one_window_is_not_averaged_away() -> None:
    """The median of the windows' p99 would not show it; the round's own p99 does."""
    calm = np.full(1000, 1_000_000, dtype=np.int64)
    stalled = calm.copy()
    stalled[:60] = 300_000_000
    parts = [sketch(calm), sketch(calm), sketch(stalled)]
    assert quantile_ns(together(parts), 0.99) > 290_000_000


def test_nothing_has_no_quantile() -> None:
    """An empty sketch says so."""
    with pytest.raises(ValueError, match="no samples"):
        quantile_ns(sketch(np.array([], dtype=np.int64)), 0.5)
