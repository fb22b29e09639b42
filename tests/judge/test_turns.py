"""Every outcome of "in turns", server by server."""

from dataclasses import replace
from math import exp

import pytest

from bench.analyse.analysis import analyse
from bench.experiments.turns.questions import by_set_up, turns
from bench.judge.context import JudgeContext, RunEvidence
from bench.judge.engine import decide
from bench.judge.results import results
from bench.model.framework import Role, contestants
from bench.model.run import Run
from bench.model.verdict import Evidence, Exclusion, Outcome, Verdict
from bench.stats import interval
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
from tests.judge.judged import CLAIMS, deciding, said_of, verdict_on


FLASK_SYNC, DJANGO_SYNC = "flask@2.0/gunicorn-sync", "django@2.0/gunicorn-sync"
SYNC = tuple(target(name, Role.ABLATION) for name in (FLASK_SYNC, DJANGO_SYNC))
TRUTH = Truth(seed=3, restart=0.005, window=0.01, targets=(*TARGETS, *SYNC),
              speeds={t.id: 1.0 for t in (*TARGETS, *SYNC)})  # fmt: skip


def verdict(run: Run) -> Verdict:
    """The verdict on the article's sentence."""
    return verdict_on(run, "flask-in-turns")


def asked_of(found: list[Evidence]) -> list[tuple[str, str | None]]:
    """Of which set-up, and what."""
    return [(each.subject, each.asked) for each in found]


def test_a_meeting_refutes_it_whatever_the_clock_says() -> None:
    """Two requests inside at once: refuted though the throughput looks like turns."""
    found = verdict(turns_run({FLASK: 1.0}, {FLASK: True}))
    assert found.outcome is Outcome.REFUTED
    assert asked_of(deciding(found)) == [(FLASK, "met")]


def test_one_at_a_time_supports_it() -> None:
    """Nobody met, and all of the interval is below 1.5."""
    found = verdict(turns_run({FLASK: 1.0}, {FLASK: False}))
    assert found.outcome is Outcome.SUPPORTED and found.strict is None
    assert asked_of(deciding(found)) == [(FLASK, "under-way")]


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
    found = said_of(make_run(), "flask-in-turns")
    assert found.outcome is Outcome.NOT_TESTED
    assert "bench run --profile turns" in found.because


def test_a_run_that_asked_only_others_does_not_test_it() -> None:
    """The subject's own deployment took no part."""
    assert verdict(turns_run({DJANGO: 1.0}, {})).outcome is Outcome.NOT_TESTED


def test_fewer_than_six_rounds_decide_nothing() -> None:
    """The run says so, and so does the finding."""
    few = Truth(rounds=5, looks=(6,), seed=3)
    found = verdict(turns_run({FLASK: 1.0}, {FLASK: False}, few))
    assert found.outcome is Outcome.INCONCLUSIVE and found.withheld_because is not None
    why = [each.excluded for each in deciding(found)]
    assert [(each.why, each.rounds) for each in why if each] == [
        (Exclusion.FEW_ROUNDS, 5)
    ]


def test_a_target_that_differs_from_itself_withholds_it() -> None:
    """The failed A/A check is the reason that is given."""
    slow = only(
        lambda w: replace(w, server_cpu_ns=2 * (w.server_cpu_ns or 0)), target=AGAIN
    )
    found = verdict(turns_run({FLASK: 8.0}, {FLASK: True}, Truth(seed=3, fault=slow)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None and found.withheld_because.code == "twin"


def test_each_server_of_the_subject_is_a_group() -> None:
    """True of the sync worker, not of threads; who else stands on them decides nothing."""
    held = {FLASK: 8.0, DJANGO: 8.0, FLASK_SYNC: 1.0, DJANGO_SYNC: 1.0}
    met = {FLASK: True, DJANGO: True, FLASK_SYNC: False, DJANGO_SYNC: False}
    found = verdict(turns_run(held, met, TRUTH))
    assert (found.outcome, found.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert found.holds_on == ("gunicorn-sync",) and found.fails_on == ("gthread",)
    assert {f.subject for f in found.findings} == set(held)
    assert len(found.findings) == 12
    assert asked_of(deciding(found)) == [(FLASK, "met"), (FLASK_SYNC, "under-way")]  # fmt: skip


def test_what_every_set_up_does_is_decided_by_the_questions_of_the_claim() -> None:
    """The page and its words read this one decision; of the subject it is the verdict's own."""
    held = {FLASK: 8.0, DJANGO: 8.0, FLASK_SYNC: 1.0, DJANGO_SYNC: 1.0}
    met = {FLASK: True, DJANGO: None, FLASK_SYNC: False, DJANGO_SYNC: False}
    made = results(
        turns_run(held, met, TRUTH), [CLAIMS["flask-in-turns"]], FRAMEWORKS, ()
    )
    assert made.found["turns"] is not None
    assert set(made.found["turns"].in_turns or ()) == {FLASK_SYNC, DJANGO_SYNC}
    assert set(made.found["turns"].together or ()) == {FLASK, DJANGO}


@pytest.mark.parametrize("middle", [1.46, 1.466, 1.475])
def test_of_several_servers_an_interval_below_the_line_is_not_always_enough(
    middle: float,
) -> None:
    """Its p-value of 1.9 % counts twice, as there are two servers: open, in the verdict and beside it."""
    run = turns_run({FLASK: 8.0, FLASK_SYNC: 1.0}, {FLASK: None}, TRUTH)
    analysis, claim = analyse(run), CLAIMS["flask-in-turns"]
    assert analysis.found["turns"] is not None
    rounds = tuple(middle * exp(x) for x in (-0.03, -0.01, 0, 0, 0.01, 0.03))
    effective = interval.geometric_mean(rounds, 0.95)
    set_ups = tuple(
        replace(one, effective=effective, effective_rounds=rounds)
        if one.target == FLASK_SYNC
        else one
        for one in analysis.found["turns"].set_ups
    )
    plan = run.record.plan
    context = JudgeContext(
        replace(
            analysis,
            found={"turns": replace(analysis.found["turns"], set_ups=set_ups)},
        ),
        plan,
        contestants(plan.targets, FRAMEWORKS),
        RunEvidence(),
    )
    decision, _ = decide(turns(context, claim, claim.margin))
    beside = by_set_up(context, [claim])
    assert beside is not None and beside.together == (FLASK,)
    assert (effective.high < 1.5) is (middle < 1.47)
    holds = middle < 1.464
    assert beside.in_turns == ((FLASK_SYNC,) if holds else ())
    assert decision.holds_on == (("gunicorn-sync",) if holds else ())


def test_a_run_that_decides_nothing_tells_of_no_set_up() -> None:
    """Neither in turns nor together."""
    few = turns_run({FLASK: 8.0}, {FLASK: True}, Truth(rounds=5, looks=(6,), seed=3))
    found = results(few, [CLAIMS["flask-in-turns"]], FRAMEWORKS, ()).found["turns"]
    assert found is not None and found.in_turns is found.together is None


@pytest.mark.parametrize("which", ["reading", "why"])
def test_the_line_of_the_table_is_the_line_that_is_judged_by(which: str) -> None:
    """1.5 in its words, and 1 + margin."""
    one = CLAIMS["flask-in-turns"]
    assert "1.5" in getattr(one, which) and one.margin == 0.5
