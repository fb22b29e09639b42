"""The components of variance on runs whose scatter is known."""

from math import sqrt

import pytest

from bench.analyse.windows import lay_out
from tests.analyse.builders import Truth, make_run
from tests.plan.variance_components import Components, Design, components


def made(**changes: float) -> list[Components]:
    """Of a run of 200 rounds with three workloads and two metrics."""
    truth = Truth(rounds=200, looks=(200,), **changes)  # type: ignore[arg-type]
    return list(components(lay_out(make_run(truth)), "made"))


@pytest.mark.parametrize(("restart", "window"), [(0.03, 0.02), (0.01, 0.05)])
def test_starts_and_windows_are_told_apart(restart: float, window: float) -> None:
    """Of a pair both targets scatter: the variance is twice that of one."""
    found = made(restart=restart, window=window)
    assert len(found) == 6
    for of in found:
        assert sqrt(of.between_windows) == pytest.approx(sqrt(2) * window, rel=0.1)
        assert sqrt(of.between_rounds) == pytest.approx(sqrt(2) * restart, rel=0.25)


def test_half_widths_are_those_of_normal_theory() -> None:
    """Two cycles of a normal window halve its variance; t of five degrees over the root of six rounds."""
    of = made(restart=0.03, window=0.02)[0]
    variance = of.between_rounds + of.between_windows / 2
    expected = 2.5706 * sqrt(variance / 6)
    assert of.half_width(Design(6, 2, 1.5)) == pytest.approx(expected, rel=0.03)


def test_rounds_help_against_starts_and_cycles_do_not() -> None:
    """Where starts carry the noise, twelve rounds of two cycles beat six of four by far."""
    of = made(restart=0.05, window=0.005)[0]
    ratio = of.half_width(Design(12, 2, 1.5)) / of.half_width(Design(6, 4, 1.5))
    assert ratio == pytest.approx(2.2010 / 2.5706 / sqrt(2), rel=0.02)
