"""The four rules on costs: every outcome, from runs whose truth is known."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.configure.claims import load_claims
from bench.judge.by_cost import HOW
from bench.judge.judge import judge
from bench.model.run import Run
from bench.model.verdict import Claim, Outcome, Verdict
from tests.analyse.builders import AGAIN, ASGI, DJANGO, FASTAPI, FLASK, FRAMEWORKS, WSGI
from tests.analyse.cost_runs import (
    DJANGO_PYDANTIC,
    DJANGO_SQL,
    HEADLINE_US,
    LAYERS_US,
    VALIDATORS_US,
    cost_run,
)


CLAIMS: Mapping[str, Claim] = {
    one.id: one for one in load_claims(frameworks=("django", "flask", "fastapi"))
}


def verdict(run: Run, claim: str) -> Verdict:
    """The verdict on a claim of the project's own table."""
    (found,) = judge([CLAIMS[claim]], analyse(run), run.record.plan, FRAMEWORKS)
    return found


def hello(**changes: float) -> dict[str, Mapping[str, float]]:
    """The usual costs, with others on hello."""
    ids = {"fastapi": FASTAPI, "flask": FLASK, "django": DJANGO, "wsgi": WSGI, "asgi": ASGI}  # fmt: skip
    own = {ids[name]: us for name, us in changes.items()}
    own |= {AGAIN: own[FLASK]} if FLASK in own else {}
    return {**HEADLINE_US, "hello": {**HEADLINE_US["hello"], **own}}


def test_own_share_supported() -> None:
    """70 µs above its server, where the two others add 80 and 150."""
    found = verdict(cost_run(noise=0.0004), "fastapi-is-fast")
    assert found.outcome is Outcome.SUPPORTED
    assert re.search("Flask adds to its bare server (79.9|80.)", found.because)
    assert "(2 of 2 comparisons hold)" in found.because
    assert [one.outcome for one in found.findings[:2]] == [Outcome.SUPPORTED] * 2
    assert {one.outcome for one in found.findings[2:]} == {None}


def test_own_share_is_not_the_order_of_whole_costs() -> None:
    """The cheapest whole request, by its server alone: refuted."""
    run = cost_run(hello(fastapi=140.0))
    found = verdict(run, "fastapi-is-fast")
    assert found.outcome is Outcome.REFUTED
    assert "the other way round" in found.because


def test_own_share_below_its_margin_is_refuted_and_supported_at_none() -> None:
    """Three per cent more than the other: no material difference."""
    run = cost_run(hello(fastapi=90, flask=172.1, wsgi=100), noise=0.0004)
    found = verdict(run, "fastapi-is-fast")
    assert found.outcome is Outcome.REFUTED
    assert found.at_other_margins[0] == (0.0, Outcome.SUPPORTED)


def test_own_share_undecided_by_noise() -> None:
    """Four per cent of the whole is a tenth of the share: the line lies inside."""
    found = verdict(cost_run(hello(flask=174), noise=0.04), "fastapi-is-fast")
    assert found.outcome is Outcome.INCONCLUSIVE and found.forced is None


def test_own_share_without_a_floor_is_not_tested_and_says_what_to_run() -> None:
    """No bare server, no share."""
    run = cost_run()
    kept = tuple(w for w in run.windows if w.target != ASGI)
    found = verdict(replace(run, windows=kept), "fastapi-is-fast")
    assert found.outcome is Outcome.NOT_TESTED
    assert "this run has FastAPI not measured beside a bare server" in found.because
    assert HOW in found.because


@pytest.mark.parametrize(
    "claim", ["fastapi-is-fast", "django-slow-nature", "orm-cost", "validation-cost"]
)
def test_too_few_rounds_decide_nothing(claim: str) -> None:
    """Five rounds, however clear: forced."""
    found = verdict(cost_run(rounds=5, noise=0.0001), claim)
    assert found.outcome is Outcome.INCONCLUSIVE and found.forced is not None


@pytest.mark.parametrize(
    "claim", ["fastapi-is-fast", "django-slow-nature", "orm-cost", "validation-cost"]
)
def test_a_failed_twin_forces_every_rule(claim: str) -> None:
    """A run that tells a thing from itself decides nothing."""
    headline = {
        name: {**of, AGAIN: of[FLASK] * 1.3} for name, of in HEADLINE_US.items()
    }
    found = verdict(cost_run(headline), claim)
    assert found.outcome is Outcome.INCONCLUSIVE and found.forced is not None
    assert {one.outcome for one in found.findings} <= {Outcome.INCONCLUSIVE, None}
    assert {outcome for _, outcome in found.at_other_margins} == {Outcome.INCONCLUSIVE}


def test_layers_refuted_where_the_older_one_costs_less() -> None:
    """300 µs above SQL by hand, against 400 and 500 above their drivers."""
    found = verdict(cost_run(noise=0.0004), "orm-cost")
    assert found.outcome is Outcome.REFUTED
    assert re.search("Django spends on its database layer (299|300)", found.because)


def test_layers_supported_where_it_costs_more() -> None:
    """600 µs: more than both."""
    found = verdict(cost_run(layers={**LAYERS_US, DJANGO_SQL.id: 160.0}), "orm-cost")
    assert found.outcome is Outcome.SUPPORTED


def test_a_run_without_the_experiment_was_not_tested() -> None:
    """The quick profile holds no ablation."""
    run = cost_run(layers=None, validators=None)
    for claim in ("orm-cost", "validation-cost"):
        found = verdict(run, claim)
        assert found.outcome is Outcome.NOT_TESTED and HOW in found.because
        assert "None" not in found.because


def test_validators_asks_with_the_usual_and_with_a_common_one() -> None:
    """Three comparisons: the usual one and the common one are the same for one of the pairs."""
    found = verdict(cost_run(), "validation-cost")
    assert found.outcome is Outcome.SUPPORTED
    deciding = [one for one in found.findings if one.outcome]
    assert [one.what.partition("against ")[2] for one in deciding] == [
        "Flask with pydantic", "Django with REST framework", "Django with pydantic",
    ]  # fmt: skip


def test_validators_the_common_one_alone_can_refute() -> None:
    """A lead that goes with the other's validator is the validator's."""
    costs = {**VALIDATORS_US, DJANGO_PYDANTIC.id: 160.0}
    found = verdict(cost_run(validators=costs), "validation-cost")
    assert found.outcome is Outcome.REFUTED
    assert "Django with pydantic" in found.because


def test_weight_needs_all_of_it() -> None:
    """Heavier in memory and most costs, but started as fast as the others: refuted."""
    found = verdict(cost_run(), "django-slow-nature")
    assert found.outcome is Outcome.REFUTED
    assert len([one for one in found.findings if one.outcome]) == 16


def test_the_sentence_is_that_of_what_refutes_hardest() -> None:
    """Not of the first: the others are told in their order, and one of the later ones is farthest below."""
    found = verdict(cost_run(), "django-slow-nature")
    refuting = [one for one in found.findings if one.outcome is Outcome.REFUTED]
    hardest = min(refuting, key=lambda one: one.estimate.high if one.estimate else 9.0)
    assert hardest is not refuting[0]
    assert f"{hardest.value} the CPU time of Flask per request on db-read" in found.because  # fmt: skip


def test_the_sentence_is_that_of_what_is_nearest_to_the_line() -> None:
    """Of a supported claim, its weakest comparison."""
    found = verdict(cost_run(hello(flask=400.0), noise=0.0004), "fastapi-is-fast")
    first, nearest = found.findings[:2]
    assert found.outcome is Outcome.SUPPORTED
    assert first.estimate and nearest.estimate
    assert first.estimate.low > nearest.estimate.low
    assert nearest.value in found.because and first.value not in found.because


def test_weight_supported() -> None:
    """Slower to start, heavier at rest and under load, dearer everywhere."""
    headline = {**HEADLINE_US, "db-read": {**HEADLINE_US["db-read"], DJANGO: 1200.0}}
    found = verdict(heavy(cost_run(headline)), "django-slow-nature")
    assert found.outcome is Outcome.SUPPORTED
    assert "(16 of 16 comparisons hold)" in found.because


def test_weight_without_memory_was_not_tested() -> None:
    """A kernel that tells no memory: absent, not light."""
    headline = {**HEADLINE_US, "db-read": {**HEADLINE_US["db-read"], DJANGO: 1200.0}}
    run = heavy(cost_run(headline))
    windows = tuple(replace(w, server_memory_bytes=None) for w in run.windows)
    found = verdict(replace(run, windows=windows), "django-slow-nature")
    assert found.outcome is Outcome.NOT_TESTED


def heavy(run: Run) -> Run:
    """The run, with a Django that starts late and holds much."""
    boots = tuple(
        replace(
            b,
            first_answer_s=(b.first_answer_s or 0.0) * 2,
            idle_memory_bytes=90 * 2**20,
        )
        if b.target == DJANGO
        else b
        for b in run.boots
    )
    windows = tuple(
        replace(w, server_memory_bytes=(100 if w.target == DJANGO else 50) * 2**20)
        for w in run.windows
    )
    return replace(run, boots=boots, windows=windows)
