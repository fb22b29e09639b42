"""What one run cannot know: verdicts near their line, and the lead that a run could have shown."""

import pytest

from bench.model.verdict import Outcome, Part
from tests.analyse.builders import FASTAPI, SPEEDS, Truth, claim, make_run
from tests.judge.judged import said_of


def part(speed: float, **truth: float) -> Part:
    """FastAPI so many times as fast as Flask on hello, judged with a margin of 5 %."""
    run = make_run(Truth(speeds={**SPEEDS, FASTAPI: 1.2 * speed}, **truth))  # type: ignore[arg-type]
    asked = claim(["fastapi"], ["flask"], workloads=("hello",), margin=0.05)
    return said_of(run, asked).parts[0]


@pytest.mark.parametrize(
    ("speed", "outcome", "near"),
    [
        (1.055, Outcome.SUPPORTED, True),
        (1.10, Outcome.SUPPORTED, False),
        (1.045, Outcome.REFUTED, True),
        (1.02, Outcome.REFUTED, False),
    ],
)
def test_what_is_near_its_line_is_said_of_this_run(
    speed: float, outcome: Outcome, near: bool
) -> None:
    """Runs of one machine differ by about 1 %: a lead of 5.5 % is one of this run, one of 10 % is not."""
    found = part(speed, restart=0.0005, window=0.0005)
    assert (found.outcome, found.near_line) == (outcome, near)
    equal = "practically equal in this run" in found.because
    assert ("in this run" in found.because) is (near or equal)
    assert found.smallest_lead is None


def test_an_open_comparison_tells_the_lead_that_it_could_have_shown() -> None:
    """Against the line of the claim, not against equality: 1.05 times what can be told from 1."""
    found = part(1.08, restart=0.05)
    assert found.outcome is Outcome.INCONCLUSIVE and not found.near_line
    assert found.comparison.smallest_detectable is not None
    least = 1.05 * found.comparison.smallest_detectable
    assert found.smallest_lead == pytest.approx(least)
    assert "6 rounds could have shown a lead of " in found.because
