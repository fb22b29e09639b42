"""What the history keeps of a run: ratios to the floor, counts, marks; and what it refuses."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.cli import history_command
from bench.errors import UsageError
from bench.judge.kept import digest_of, kept_of
from bench.model.estimate import Comparison
from bench.model.history import INSTRUCTIONS, KeptRun, Point
from bench.model.instructions import CountedTwice, Instructions
from bench.model.run import Run
from tests.analyse.builders import (
    AGAIN,
    ASGI,
    FASTAPI,
    FLASK,
    FRAMEWORKS,
    SPEEDS,
    TARGETS,
    WSGI,
    Truth,
    make_run,
    target,
)


OLD = "flask@1.0/gthread"
COUNTED = Instructions(
    schema=1,
    made_at="2026-01-01T00:00:00Z",
    fingerprint="f",
    python="3.13.0",
    valgrind="valgrind-3.19.0",
    requests=200,
    counts=(
        CountedTwice(FLASK, "hello", 371_000.0, 371_001.0),
        CountedTwice(FASTAPI, "hello", 417_000.0, 430_000.0),
        CountedTwice("flask@9/gthread", "hello", 1.0, 1.0),
    ),
)


def kept(run: Run, counted: Instructions | None = None) -> KeptRun:
    """The run as the history holds it."""
    return kept_of(run, analyse(run), FRAMEWORKS, "hash", counted)


def point(of: KeptRun, name: str, workload: str, metric: str) -> Point:
    """The one figure of that name."""
    (found,) = [
        p
        for p in of.points
        if (p.target, p.workload, p.metric) == (name, workload, metric)
    ]
    return found


def test_a_ratio_is_that_to_the_bare_server() -> None:
    """Flask at 1.2 over its floor at 3.0 is 0.40, FastAPI at 1.44 over 4.0 is 0.36, by either metric."""
    found = kept(make_run())
    for metric in ("cpu", "throughput"):
        flask = point(found, FLASK, "hello", metric)
        assert flask.value == pytest.approx(0.40, rel=0.03)
        assert flask.value and flask.low and flask.high
        assert flask.low < flask.value < flask.high
        assert (flask.reference, flask.n, flask.line) == (WSGI, 6, "flask/gthread")
        fastapi = point(found, FASTAPI, "validate", metric)
        assert fastapi.value == pytest.approx(0.36, rel=0.03)
        assert fastapi.reference == ASGI
    # Nothing absolute, nothing that the floor did not answer, no twin, no memory.
    assert {(p.metric, p.workload) for p in found.points} == {
        (metric, workload)
        for metric in ("cpu", "throughput")
        for workload in ("hello", "validate")
    }
    assert AGAIN not in {p.target for p in found.points}
    assert (found.rounds, found.machine, found.decides_nothing) == (6, "f", None)
    assert {one.target for one in found.targets} >= {FLASK, WSGI, ASGI}


def test_the_newest_version_hands_its_line_over_and_an_older_one_keeps_its_own() -> (
    None
):
    """Flask 2.0 speaks for Flask, 1.0 for itself; alone, 1.0 speaks for Flask."""
    speeds = {**SPEEDS, OLD: 1.1}
    both = kept(make_run(Truth(targets=(target(OLD), *TARGETS), speeds=speeds)))
    assert point(both, FLASK, "hello", "cpu").line == "flask/gthread"
    assert point(both, OLD, "hello", "cpu").line == OLD
    others = tuple(t for t in TARGETS if t.id not in (FLASK, AGAIN))
    alone = kept(make_run(Truth(targets=(target(OLD), *others), speeds=speeds)))
    assert point(alone, OLD, "hello", "cpu").line == "flask/gthread"


def test_a_run_whose_twin_differs_is_kept_and_marked() -> None:
    """It was meant to decide and may not: the reason stands beside its figures."""
    found = kept(make_run(Truth(speeds={**SPEEDS, AGAIN: 1.0})))
    assert found.decides_nothing is not None
    assert found.decides_nothing.code == "twin"
    assert "against itself" in found.decides_nothing.detail
    assert point(found, FLASK, "hello", "cpu").value is not None


def test_a_void_figure_is_marked_and_one_that_was_not_measured_has_none() -> None:
    """Shown, with the reason; nothing is filled in."""
    run = make_run()
    analysis = analyse(run)

    def changed(each: Comparison) -> Comparison:
        if each.metric == "throughput":
            return replace(each, void="the generator was the limit")
        return replace(each, advantage=None) if each.workload == "validate" else each

    comparisons = tuple(changed(each) for each in analysis.comparisons)
    found = kept_of(run, replace(analysis, comparisons=comparisons), FRAMEWORKS, "h")
    assert point(found, FLASK, "hello", "throughput").void is not None
    assert point(found, FLASK, "hello", "throughput").value is not None
    missing = point(found, FLASK, "validate", "cpu")
    assert (missing.value, missing.low, missing.n) == (None, None, None)
    assert missing.void == "0 pairs of rounds are left, 6 are needed"


@pytest.mark.parametrize(
    ("truth", "fault"),
    [
        (Truth(verdicts=False), "profile gives no verdicts"),
        (Truth(rounds=3), "3 complete rounds"),
        (Truth(targets=TARGETS[:4]), "no contestant stood beside its bare server"),
    ],
)
def test_a_run_that_was_never_meant_to_decide_is_refused(
    truth: Truth, fault: str
) -> None:
    """With the reason, and with what would be kept."""
    with pytest.raises(UsageError, match=fault) as caught:
        history_command.kept(make_run(truth), "hash")
    assert caught.value.hint


def test_counts_are_kept_beside_the_ratios_under_conditions_of_their_own() -> None:
    """Of the run's own targets, without a reference; one that is not exact is marked."""
    found = kept(make_run(), COUNTED)
    counts = [p for p in found.points if p.metric == INSTRUCTIONS]
    assert [(p.target, p.value, p.reference) for p in counts] == [
        (FLASK, 371_000.0, None),
        (FASTAPI, 417_000.0, None),
    ]
    assert counts[0].void is None
    assert "3.1 % apart" in (counts[1].void or "")
    held = found.conditions[counts[0].conditions]
    assert held["valgrind"] == "valgrind-3.19.0"
    assert counts[0].conditions != point(found, FLASK, "hello", "cpu").conditions


def test_another_machine_is_another_key() -> None:
    """And so are another engine, load or Python: all that must be equal before runs are compared."""
    run = make_run()
    machine = replace(run.record.machine, fingerprint="elsewhere")
    moved = replace(run, record=replace(run.record, machine=machine))
    plan = replace(run.record.plan, workers=2)
    wider = replace(run, record=replace(run.record, plan=plan))
    keys = {kept(each).points[0].conditions for each in (run, moved, wider)}
    assert len(keys) == 3
    assert kept(run).points[0].conditions in keys


def test_a_digest_does_not_depend_on_the_order() -> None:
    """Twelve characters, the same for the same facts."""
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
    assert digest_of({"a": "1"}) != digest_of({"a": "2"})
    assert len(digest_of({})) == 12
