"""The rule for models: nobody does clearly better; every outcome, and each for its reason."""

from dataclasses import replace

import pytest

from bench.model.framework import Role
from bench.model.run import Run
from bench.model.verdict import Claim, Outcome, Verdict
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, claim, make_run
from tests.analyse.predictions import ALIKE_RPS, BESIDE_MS, PITFALL, Served, served_run
from tests.judge.judged import CLAIMS, deciding, hangs_on, said_of, verdict_on


CLAIM = replace(
    claim(["fastapi"], ["flask", "django"], metric="", margin=0.1),
    rule="predictions",
)
BOTH = ("predictions", "beside-p99")


def verdict(run: Run, one: Claim = CLAIM) -> Verdict:
    """The verdict on one claim."""
    return verdict_on(run, one)


def test_a_tie_holds_the_sentence() -> None:
    """Nobody does better: supported, for FastAPI and for Flask alike."""
    run = served_run()
    for subject, others in (
        ("fastapi", ("flask", "django")),
        ("flask", ("fastapi", "django")),
    ):
        found = verdict(run, replace(CLAIM, subjects=(subject,), baselines=others))
        assert found.outcome is Outcome.SUPPORTED and found.holds_on == BOTH


def test_fewer_predictions_make_it_depend() -> None:
    """A fifth fewer than Flask is behind by more than a tenth; the tail is no longer."""
    rates = {**ALIKE_RPS, FASTAPI: 80.0}
    found = verdict(served_run(Served(capacity_rps=rates, noise=0.001)))
    assert (found.outcome, found.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert found.fails_on == ("predictions",)
    assert hangs_on(found)[0] == "predictions"


def test_a_longer_tail_makes_it_depend() -> None:
    """Twice the response time beside predictions, with as many of them."""
    tails = {**BESIDE_MS, FASTAPI: 20.0}
    found = verdict(served_run(Served(beside_ms=tails)))
    assert found.outcome is Outcome.DEPENDS
    assert found.fails_on == ("beside-p99",)


def test_both_worse_refute_it() -> None:
    """Nothing is left that holds."""
    made = Served(capacity_rps={**ALIKE_RPS, FASTAPI: 50.0}, beside_ms={**BESIDE_MS, FASTAPI: 20.0})  # fmt: skip
    assert verdict(served_run(made)).outcome is Outcome.REFUTED


def test_a_scatter_as_wide_as_the_difference_leaves_it_open() -> None:
    """The interval holds the line: neither."""
    assert verdict(served_run(Served(noise=0.4))).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("rounds", [2, 5])
def test_fewer_than_six_rounds_decide_nothing(rounds: int) -> None:
    """However clear it looks."""
    rates = {**ALIKE_RPS, FASTAPI: 20.0}
    run = served_run(Served(rounds=rounds, capacity_rps=rates))
    assert verdict(run).outcome is Outcome.INCONCLUSIVE


def test_a_run_that_did_not_play_it_is_not_tested_and_says_what_to_run() -> None:
    """The words name the command."""
    found = said_of(make_run(), CLAIM)
    assert found.outcome is Outcome.NOT_TESTED
    assert "bench run --profile predictions" in found.because


def test_a_missing_framework_is_not_tested() -> None:
    """A claim about three needs three."""
    run = served_run()
    kept = tuple(w for w in run.windows if w.target != DJANGO)
    assert verdict(replace(run, windows=kept)).outcome is Outcome.NOT_TESTED


def test_a_failed_twin_withholds_it() -> None:
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
    assert found.withheld_because is not None
    assert {each.outcome for each in deciding(found)} == {Outcome.INCONCLUSIVE}


def test_the_known_mistake_is_shown_and_decides_nothing() -> None:
    """FastAPI computing on the event loop stands among the findings, without an outcome."""
    found = verdict(served_run(Served(noise=0.0)))
    shown = [one for one in found.findings if one.subject == PITFALL]
    assert [one.outcome for one in shown] == [None, None]
    assert shown[0].asked == "cheap-p99" and shown[0].estimate
    assert shown[0].estimate.point == pytest.approx(20, rel=0.01)
    assert found.outcome is Outcome.SUPPORTED
    assert {one.subject for one in found.findings} == {FASTAPI, FLASK, DJANGO, PITFALL}


def test_what_is_shown_beside_another_framework_is_read_alike() -> None:
    """One rule, one margin; each against the two others."""
    judged, shown = CLAIMS["fastapi-ml"], CLAIMS["flask-ml"]
    assert judged.rule == shown.shows == "predictions"
    assert judged.margin == shown.margin == 0.1
    for one in (judged, shown):
        assert {*one.subjects, *one.baselines} == {"fastapi", "flask", "django"}
    found = verdict(served_run(), shown)
    assert found.outcome is Outcome.NOT_MEASURABLE and deciding(found) == []
    assert sum(f.asked in ("predictions", "beside-p99") for f in found.findings) == 4  # fmt: skip
