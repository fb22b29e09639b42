"""When a run may stop, and what is put together in the end."""

from dataclasses import replace
from typing import Any

from bench.judge.enough import enough
from bench.judge.results import results
from bench.model.framework import Style
from bench.model.results import NoVerdicts, WorkloadNote
from bench.model.verdict import Outcome
from bench.wording.worded import worded
from tests.analyse.builders import (
    AGAIN,
    DJANGO,
    FASTAPI,
    FLASK,
    FRAMEWORKS,
    SPEEDS,
    WORKLOADS,
    Truth,
    claim,
    make_run,
    only,
    tally,
)


def speeds(**changes: float) -> dict[str, float]:
    """The usual truth, with other speeds for some contestants; the twin follows Flask."""
    ids = {"fastapi": FASTAPI, "flask": FLASK, "django": DJANGO}
    changed = {**SPEEDS, **{ids[name]: speed for name, speed in changes.items()}}
    return {**changed, AGAIN: changed[FLASK]}


def truth(changes: dict[str, float] | None = None, **others: Any) -> Truth:
    """A quiet machine with other speeds."""
    quiet: dict[str, Any] = {"restart": 0.005, "window": 0.01, "seed": 3, **others}
    return Truth(speeds=speeds(**(changes or {})), **quiet)


def test_a_clear_run_stops_at_its_first_look() -> None:
    """Everything decided after six of twenty rounds."""
    looks = (6, 9, 12, 16, 20)
    assert enough(make_run(truth(looks=looks)), [claim()], FRAMEWORKS)


def test_an_open_run_goes_on() -> None:
    """One interval holds the line: three more rounds."""
    run = make_run(truth({"fastapi": 1.2 * 1.05}, looks=(6, 9, 12, 16, 20)))
    assert not enough(run, [claim()], FRAMEWORKS)


def test_no_run_stops_between_looks() -> None:
    """Clear after seven rounds, and yet it waits for nine; twenty are the end."""
    looks = (6, 9, 12, 16, 20)
    assert not enough(make_run(truth(rounds=7, looks=looks)), [claim()], FRAMEWORKS)
    assert enough(
        make_run(truth({"fastapi": 1.26}, rounds=20, looks=looks)),
        [claim()],
        FRAMEWORKS,
    )


def test_a_run_whose_twin_failed_goes_on() -> None:
    """More rounds may show that it was bad luck."""
    run = make_run(replace(truth(looks=(6, 9)), speeds={**SPEEDS, AGAIN: 1.35}))
    assert not enough(run, [claim()], FRAMEWORKS)


def test_a_void_comparison_is_not_waited_for() -> None:
    """The generator's limit does not move with more rounds."""
    run = make_run(
        truth(
            looks=(6, 9),
            fault=only(lambda w: tally(w, generator_cpu_s=1.4), target=FASTAPI),
        )
    )
    assert enough(run, [claim()], FRAMEWORKS)


def test_results_hold_the_whole_run() -> None:
    """What the page prints: numbers, verdicts, and only what the run measured."""
    look = Style("", "", "", "", "o", "solid")
    strangers = (*FRAMEWORKS, replace(FRAMEWORKS[0], name="tornado", look=look))
    notes = [WorkloadNote(name, name, "why") for name in (*WORKLOADS, "html")]
    run = make_run(truth())
    found = results(run, [claim()], strangers, notes)
    assert [framework.name for framework in found.frameworks] == [
        "fastapi",
        "flask",
        "django",
    ]
    assert [note.name for note in found.workloads] == list(WORKLOADS)
    assert (found.rounds_planned, found.rounds_done) == (6, 6)
    assert found.verdicts[0].outcome is Outcome.SUPPORTED
    assert found.no_verdicts is None
    assert found == results(run, [claim()], strangers, notes)


def test_results_say_why_there_are_no_verdicts() -> None:
    """A profile that gives none, and a run that is too short."""
    smoke = results(make_run(truth(verdicts=False)), [claim()], FRAMEWORKS, [])
    short = results(make_run(truth(rounds=3, looks=(3,))), [claim()], FRAMEWORKS, [])
    assert smoke.no_verdicts is NoVerdicts.PROFILE
    assert short.no_verdicts is NoVerdicts.ROUNDS
    said = [worded(each).no_verdicts_because for each in (smoke, short)]
    assert said == [
        "The made profile gives no verdicts: a test",
        "3 complete rounds: verdicts need at least 6.",
    ]
