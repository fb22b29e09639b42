"""How lean the generator is, beside others on the same server in the same minute."""

import statistics

import pytest

from tests.load.compare_generators import compare, missing, ratios


@pytest.mark.slow
@pytest.mark.live
@pytest.mark.timed
@pytest.mark.skipif(bool(missing()), reason=f"not here: {missing()}")
def test_it_keeps_up_with_wrk_and_leaves_locusts_client_behind() -> None:
    """
    At least 0.6 of wrk's rate and 8 times FastHttpUser's, on one processor each.

    Paired by round, medians: other work on the machine slows all three.
    """
    rates = compare(rounds=6, seconds=1.0, clients=16)
    assert statistics.median(ratios(rates, "wrk")) >= 0.6, rates
    assert statistics.median(ratios(rates, "FastHttpUser")) >= 8, rates
