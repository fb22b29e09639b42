"""No window of an experiment is left out in silence."""

from dataclasses import replace

import pytest

from bench.analyse import reasons
from bench.analyse.analysis import analyse
from bench.model.results import Check
from bench.model.run import Run
from bench.model.trial import Window
from bench.model.warning import Scope
from tests.analyse.builders import FLASK, Truth, make_run, tally
from tests.experiments import turns_run


def check(run: Run) -> Check | None:
    """That of the experiments."""
    found = [each for each in analyse(run).checks if each.id == "experiments"]
    return found[0] if found else None


def struck(run: Run, rounds: int) -> Run:
    """The eight clients of the first rounds were answered wrongly once."""

    def hit(window: Window) -> Window:
        here = window.load == "turns.closed-8" and window.round <= rounds
        return tally(window, errors={"wrong answer": 1}) if here else window

    return replace(run, windows=tuple(map(hit, run.windows)))


@pytest.mark.parametrize(("lost", "takes"), [(0, True), (1, False), (2, True)])
def test_what_is_void_is_told_and_whether_it_is_missed(lost: int, takes: bool) -> None:
    """Of seven rounds one may be lost; how many were void, of what, and why stands there."""
    run = turns_run({FLASK: 8.0}, {}, Truth(rounds=7, looks=(7,)))
    found = check(struck(run, lost))

    assert found is not None
    assert found.passed is (lost == 0)
    assert (found.severity is not Scope.NOTE) is takes
    if lost:
        why = reasons.ERRORS.title.lower()
        assert found.measured == f"turns: {lost} of 14 windows void, {why}"
    else:
        assert found.measured == "0 of 14 windows void"


def test_a_doubtful_rate_is_told_where_rates_are_read() -> None:
    """A generator near its limit leaves no word on how many were under way."""
    run = turns_run({FLASK: 8.0}, {}, Truth(rounds=7, looks=(7,)))

    def busy(window: Window) -> Window:
        here = window.load == "turns.closed-8" and window.round == 3
        return tally(window, generator_cpu_s=950.0) if here else window

    found = check(replace(run, windows=tuple(map(busy, run.windows))))

    assert found is not None and found.passed is False
    assert found.measured.startswith("turns: 1 of 14 windows void")


def test_without_experiments_nobody_asks() -> None:
    """The question would have no windows."""
    assert check(make_run()) is None
