"""What the rounds of a stress say together."""

from dataclasses import replace

from bench.judge.series import percent, plain, worst_failed
from bench.model.stress import Series, Step


NONE = Series((None, None, None), None)


def step(share: float, *failed: float | None) -> Step:
    """A step of which only the failures matter."""
    plain = Step(share, False, NONE, NONE, NONE, NONE, NONE, NONE, {}, 6, 0, None)
    return replace(plain, failed=Series(failed, None))


def test_the_worst_share_is_that_of_each_round() -> None:
    """Whichever step it was."""
    steps = [step(0.7, 0.0, 0.2, 0.1), step(1.1, 0.3, 0.1, 0.1)]
    found = worst_failed(steps, 0.7, 0.95)

    assert found.rounds == (0.3, 0.2, 0.1)
    assert found.estimate is not None
    assert abs(found.estimate.point - 0.2) < 1e-9


def test_a_step_that_is_asked_about_must_be_there() -> None:
    """A round that lacks it says nothing of the worst."""
    steps = [step(0.7, 0.0, 0.2, None), step(1.1, 0.3, None, 0.1)]
    found = worst_failed(steps, 0.7, 0.95)

    assert found.rounds == (0.3, None, None)
    assert found.estimate is None


def test_a_step_below_those_costs_no_round_but_counts_where_it_is_known() -> None:
    """Few requests are soon void, and a server may fail at little load, too."""
    steps = [step(0.1, None, 0.4, None), step(0.7, 0.1, 0.1, 0.1)]
    found = worst_failed(steps, 0.7, 0.95)

    assert found.rounds == (0.1, 0.4, 0.1)


def test_what_was_not_measured_says_so() -> None:
    """No number is made up."""
    assert percent(NONE) == plain(NONE, 1) == "not measured"
