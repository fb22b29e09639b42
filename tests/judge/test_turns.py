"""Every outcome of "in turns", and the words that say under which condition it is true."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.configure.claims import load_claims
from bench.judge.judge import judge
from bench.model.framework import Role
from bench.model.run import Run
from bench.model.verdict import Claim, Outcome, Verdict
from tests.analyse.builders import (
    AGAIN,
    DJANGO,
    FLASK,
    FRAMEWORKS,
    TARGETS,
    Truth,
    make_run,
    only,
    target,
)
from tests.experiments import turns_run


FLASK_SYNC, DJANGO_SYNC = "flask@2.0/gunicorn-sync", "django@2.0/gunicorn-sync"
SYNC = tuple(target(name, Role.ABLATION) for name in (FLASK_SYNC, DJANGO_SYNC))
TRUTH = Truth(seed=3, restart=0.005, window=0.01, targets=(*TARGETS, *SYNC),
              speeds={t.id: 1.0 for t in (*TARGETS, *SYNC)})  # fmt: skip


def claimed() -> Claim:
    """The claim as the project's table has it."""
    return next(c for c in load_claims() if c.id == "flask-in-turns")


def verdict(run: Run) -> Verdict:
    """The verdict on the article's sentence."""
    return judge([claimed()], analyse(run), run.record.plan, FRAMEWORKS)[0]


def test_a_meeting_refutes_it_whatever_the_clock_says() -> None:
    """Two requests inside at once: refuted though the throughput looks like turns."""
    found = verdict(turns_run({FLASK: 1.0}, {FLASK: True}))
    assert found.outcome is Outcome.REFUTED
    assert "two requests inside one process at once" in found.because
    decided = [f.what for f in found.findings if f.outcome is Outcome.REFUTED]
    assert decided == ["two requests inside one process at the same time"]


def test_one_at_a_time_supports_it() -> None:
    """Nobody met, and all of the interval is below 1.5."""
    found = verdict(turns_run({FLASK: 1.0}, {FLASK: False}))
    assert found.outcome is Outcome.SUPPORTED
    assert "under way in each process, of 8 clients" in found.because


def test_many_at_once_refute_it_without_a_meeting() -> None:
    """Where no meeting could be asked for, concurrency decides."""
    found = verdict(turns_run({FLASK: 7.5}, {FLASK: None}))
    assert found.outcome is Outcome.REFUTED


def test_an_interval_that_holds_the_line_decides_nothing() -> None:
    """1.5 at once, in a noisy run."""
    found = verdict(turns_run({FLASK: 1.5}, {FLASK: False}, noise=0.1))
    assert found.outcome is Outcome.INCONCLUSIVE


def test_a_run_without_the_experiment_says_what_to_run() -> None:
    """Not tested, with the command."""
    found = verdict(make_run())
    assert found.outcome is Outcome.NOT_TESTED
    assert "bench run --profile turns" in found.because


def test_a_run_that_asked_only_others_does_not_test_it() -> None:
    """The subject's own deployment took no part."""
    assert verdict(turns_run({DJANGO: 1.0}, {})).outcome is Outcome.NOT_TESTED


def test_fewer_than_six_rounds_decide_nothing() -> None:
    """The run says so, and so does the finding; the witness stands in the evidence."""
    few = Truth(rounds=5, looks=(6,), seed=3)
    found = verdict(turns_run({FLASK: 1.0}, {FLASK: False}, few))
    assert found.outcome is Outcome.INCONCLUSIVE and found.forced is not None
    assert any("6 are needed" in f.because for f in found.findings)


def test_a_target_that_differs_from_itself_forces_it_open() -> None:
    """The failed A/A check is the reason that is given."""
    slow = only(
        lambda w: replace(w, server_cpu_ns=2 * (w.server_cpu_ns or 0)), target=AGAIN
    )
    found = verdict(turns_run({FLASK: 8.0}, {FLASK: True}, Truth(seed=3, fault=slow)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "differs from itself" in (found.forced or "")


def test_the_condition_is_told_from_the_findings() -> None:
    """Of the sync worker, for Django just as for Flask; of nobody, where nobody takes turns."""
    held = {FLASK: 8.0, DJANGO: 8.0, FLASK_SYNC: 1.0, DJANGO_SYNC: 1.0}
    met = {FLASK: True, DJANGO: True, FLASK_SYNC: False, DJANGO_SYNC: False}
    found = verdict(turns_run(held, met, TRUTH))
    assert found.outcome is Outcome.REFUTED
    assert "it is true of gunicorn-sync, for Django just as for Flask" in found.because
    alone = verdict(turns_run(held | {DJANGO_SYNC: 8.0}, met | {DJANGO_SYNC: True}, TRUTH))  # fmt: skip
    assert "it is true of gunicorn-sync, for Flask" in alone.because
    nobody = verdict(turns_run({FLASK: 8.0}, {FLASK: True}))
    assert "it is true of no set-up that was asked" in nobody.because


def test_every_set_up_is_in_the_evidence_and_only_one_decides() -> None:
    """Three findings each; an outcome only for the subject's own deployment."""
    held = {FLASK: 8.0, DJANGO: 8.0, FLASK_SYNC: 1.0}
    found = verdict(turns_run(held, {FLASK: True, FLASK_SYNC: False}, TRUTH))
    assert {f.subject for f in found.findings} == set(held)
    assert len(found.findings) == 9
    assert {f.subject for f in found.findings if f.outcome} == {FLASK}


@pytest.mark.parametrize("which", ["reading", "why"])
def test_the_line_of_the_table_is_the_line_that_is_judged_by(which: str) -> None:
    """1.5 in its words, and 1 + margin."""
    one = claimed()
    assert "1.5" in getattr(one, which) and one.margin == 0.5
