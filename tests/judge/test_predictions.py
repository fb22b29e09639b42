"""The rule for models: nobody does clearly better; every outcome, and each for its reason."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.configure.claims import load_claims
from bench.judge.judge import judge
from bench.model.framework import Role
from bench.model.run import Run
from bench.model.verdict import Claim, Outcome, Rule, Verdict
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, FRAMEWORKS, claim, make_run
from tests.analyse.predictions import ALIKE_RPS, BESIDE_MS, PITFALL, Served, served_run


CLAIM = replace(
    claim(["fastapi"], ["flask", "django"], metric="", margin=0.1),
    rule=Rule.PREDICTIONS,
)


def verdict(run: Run, one: Claim = CLAIM) -> Verdict:
    """The verdict on one claim."""
    return judge([one], analyse(run), run.record.plan, FRAMEWORKS)[0]


def test_a_tie_holds_the_sentence() -> None:
    """Nobody does better: supported, for FastAPI and for Flask alike."""
    run = served_run()
    for subject, others in (
        ("fastapi", ("flask", "django")),
        ("flask", ("fastapi", "django")),
    ):
        found = verdict(run, replace(CLAIM, subjects=(subject,), baselines=others))
        assert found.outcome is Outcome.SUPPORTED, found.because
        assert "4 of 4 comparisons hold" in found.because


def test_fewer_predictions_refute_it() -> None:
    """A fifth fewer than Flask is behind by more than a tenth."""
    rates = {**ALIKE_RPS, FASTAPI: 80.0}
    found = verdict(served_run(Served(capacity_rps=rates, noise=0.001)))
    assert found.outcome is Outcome.REFUTED
    assert "0.8" in found.because
    assert "predictions per second as Flask" in found.because


def test_a_longer_tail_refutes_it() -> None:
    """Twice the response time beside predictions, with as many of them."""
    tails = {**BESIDE_MS, FASTAPI: 20.0}
    found = verdict(served_run(Served(beside_ms=tails)))
    assert found.outcome is Outcome.REFUTED
    assert "times as long" in found.because
    assert "2 of 4 comparisons hold" in found.because


def test_a_scatter_as_wide_as_the_difference_leaves_it_open() -> None:
    """The interval holds the line: neither."""
    found = verdict(served_run(Served(noise=0.4)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "the interval holds" in found.because


@pytest.mark.parametrize("rounds", [2, 5])
def test_fewer_than_six_rounds_decide_nothing(rounds: int) -> None:
    """However clear it looks."""
    rates = {**ALIKE_RPS, FASTAPI: 20.0}
    run = served_run(Served(rounds=rounds, capacity_rps=rates))
    assert verdict(run).outcome is Outcome.INCONCLUSIVE


def test_a_run_that_did_not_play_it_is_not_tested_and_says_what_to_run() -> None:
    """The words name the command."""
    found = verdict(make_run())
    assert found.outcome is Outcome.NOT_TESTED
    assert "bench run --profile predictions" in found.because


def test_a_missing_framework_is_not_tested() -> None:
    """A claim about three needs three."""
    run = served_run()
    kept = tuple(w for w in run.windows if w.target != DJANGO)
    found = verdict(replace(run, windows=kept))
    assert found.outcome is Outcome.NOT_TESTED
    assert "no pair of FastAPI and Django" in found.because


def test_a_failed_twin_forces_it_to_inconclusive() -> None:
    """A run that may decide nothing decides this neither, however clear."""
    run = served_run()
    again = next(one.id for one in run.record.plan.targets if one.role is Role.TWIN)
    faster = tuple(
        replace(w, tally=replace(w.tally, requests=w.tally.requests * 2))
        if w.target == again
        else w
        for w in run.windows
    )
    found = verdict(replace(run, windows=faster))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.forced is not None
    assert all(
        one.outcome is Outcome.INCONCLUSIVE for one in found.findings if one.outcome
    )


def test_the_known_mistake_is_shown_and_decides_nothing() -> None:
    """FastAPI computing on the event loop stands among the findings, without an outcome."""
    found = verdict(served_run(Served(noise=0.0)))
    shown = [one for one in found.findings if one.subject == PITFALL]
    assert [one.outcome for one in shown] == [None, None]
    assert "20 times as long" in shown[0].value
    assert found.outcome is Outcome.SUPPORTED
    assert {one.subject for one in found.findings} == {FASTAPI, FLASK, DJANGO, PITFALL}


def test_both_sentences_of_the_table_are_read_alike() -> None:
    """One rule, one margin; each against the two others."""
    found = {one.id: one for one in load_claims() if one.rule is Rule.PREDICTIONS}
    assert set(found) == {"fastapi-ml", "flask-ml"}
    assert {one.margin for one in found.values()} == {0.1}
    for one in found.values():
        assert {*one.subjects, *one.baselines} == {"fastapi", "flask", "django"}
