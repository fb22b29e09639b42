"""The four rules on costs: every outcome, from runs whose truth is known."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bench.model.run import Run
from bench.model.verdict import GroupKind, GroupState, Lacking, Outcome
from tests.analyse.builders import AGAIN, ASGI, DJANGO, FASTAPI, FLASK, QUIET, WSGI
from tests.analyse.cost_runs import (
    DJANGO_PYDANTIC,
    FASTAPI_DRIVER,
    HEADLINE_US,
    cost_run,
)
from tests.judge.judged import CLAIMS, deciding, hangs_on, said_of, verdict_on


SHOWS_LAYERS = replace(
    CLAIMS["fastapi-is-fast"],
    rule=None,
    not_measurable="history",
    shows="layers",
    subjects=("django",),
    baselines=("flask", "fastapi"),
    workloads=("db-read",),
)
SHOWS_VALIDATORS = replace(
    SHOWS_LAYERS,
    shows="validators",
    subjects=("fastapi",),
    baselines=("flask", "django"),
    workloads=("validate",),
)
OWN_SHARE, WEIGHT = "fastapi-is-fast", "django-slow-nature"


def hello(**changes: float) -> dict[str, Mapping[str, float]]:
    """The usual costs, with others on hello."""
    ids = {"fastapi": FASTAPI, "flask": FLASK, "django": DJANGO, "wsgi": WSGI, "asgi": ASGI}  # fmt: skip
    own = {ids[name]: us for name, us in changes.items()}
    own |= {AGAIN: own[FLASK]} if FLASK in own else {}
    return {**HEADLINE_US, "hello": {**HEADLINE_US["hello"], **own}}


def test_own_share_supported() -> None:
    """70 µs above its server, where the two others add 80 and 150."""
    found = verdict_on(cost_run(noise=0.0004), OWN_SHARE)
    assert found.outcome is Outcome.SUPPORTED
    assert {each.outcome for each in deciding(found)} == {Outcome.SUPPORTED}
    ratios = [each.estimate.point for each in deciding(found) if each.estimate]
    assert ratios == pytest.approx([80 / 70, 150 / 70], rel=0.01)
    assert {one.outcome for one in found.findings[2:]} == {None}


def test_own_share_is_not_the_order_of_whole_costs() -> None:
    """The cheapest whole request, by its server alone: refuted."""
    run = cost_run(hello(fastapi=140.0))
    assert verdict_on(run, OWN_SHARE).outcome is Outcome.REFUTED


def test_own_share_below_its_margin_is_refuted_and_supported_at_none() -> None:
    """Three per cent more than the other: no material difference."""
    run = cost_run(hello(fastapi=90, flask=172.1, wsgi=100), noise=0.0004)
    found = verdict_on(run, OWN_SHARE)
    assert found.outcome is Outcome.REFUTED
    assert found.at_other_margins[0] == (0.0, Outcome.SUPPORTED)


def test_own_share_undecided_by_noise() -> None:
    """Four per cent of the whole is a tenth of the share: the line lies inside."""
    found = verdict_on(cost_run(hello(flask=174), noise=0.04), OWN_SHARE)
    assert found.outcome is Outcome.INCONCLUSIVE and found.withheld_because is None


def test_own_share_without_a_floor_is_not_tested() -> None:
    """No bare server, no share; the sentence says what to run."""
    run = cost_run()
    run = replace(run, windows=tuple(w for w in run.windows if w.target != ASGI))
    found = said_of(run, OWN_SHARE)
    assert found.outcome is Outcome.NOT_TESTED
    assert found.untested is not None and found.untested.lacking is Lacking.TRIALS
    assert "bench run --profile cost" in found.because


@pytest.mark.parametrize("claim", [OWN_SHARE, WEIGHT])
def test_too_few_rounds_decide_nothing(claim: str) -> None:
    """Five rounds, however clear: withheld."""
    found = verdict_on(cost_run(rounds=5, noise=0.0001), claim)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None


@pytest.mark.parametrize("claim", [OWN_SHARE, WEIGHT])
def test_a_failed_twin_withholds_every_rule(claim: str) -> None:
    """A run that tells a thing from itself decides nothing, at no margin and in no group."""
    headline = {
        name: {**of, AGAIN: of[FLASK] * 1.3} for name, of in HEADLINE_US.items()
    }
    found = verdict_on(cost_run(headline), claim)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None
    assert {one.outcome for one in found.findings} <= {Outcome.INCONCLUSIVE, None}
    assert {outcome for _, outcome in found.at_other_margins} == {Outcome.INCONCLUSIVE}
    assert {group.state for group in found.groups} == {GroupState.OPEN}


def test_layers_are_shown_without_an_outcome() -> None:
    """300 µs above SQL by hand, against 400 and 500 above their drivers."""
    found = verdict_on(cost_run(noise=0.0004), SHOWS_LAYERS)
    assert found.outcome is Outcome.NOT_MEASURABLE
    assert deciding(found) == []
    ratios = [f.estimate.point for f in found.findings if f.asked == "layer" and f.estimate]  # fmt: skip
    assert ratios == pytest.approx([300 / 400, 300 / 500], rel=0.01)
    amounts = [f.estimate.point for f in found.findings if f.asked == "added" and f.estimate]  # fmt: skip
    assert amounts == pytest.approx([300, 400, 500], rel=0.01)


def test_validators_are_shown_with_the_usual_and_with_a_common_one() -> None:
    """Three comparisons: the usual one and the common one are the same for one of the pairs."""
    found = verdict_on(cost_run(), SHOWS_VALIDATORS)
    assert deciding(found) == []
    shown = [f for f in found.findings if f.asked == "validated"]
    assert [f.against for f in shown] == [FLASK, DJANGO, DJANGO_PYDANTIC.id]


def test_where_nothing_was_measured_nothing_is_shown_as_a_number() -> None:
    """The quick profile holds no ablation."""
    run = cost_run(layers=None, validators=None)
    for claim in (SHOWS_LAYERS, SHOWS_VALIDATORS):
        assert all(f.estimate is None for f in verdict_on(run, claim).findings)


def test_weight_depends_by_kind_of_cost() -> None:
    """Heavier in memory and most costs, but started as fast as the others."""
    found = verdict_on(cost_run(), WEIGHT)
    assert (found.outcome, found.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert [g.key for g in found.groups] == ["hello", "validate", "db-read", "startup", "memory"]  # fmt: skip
    assert found.holds_on == ("hello", "validate")
    assert "db-read" in found.fails_on and len(deciding(found)) == 16
    assert hangs_on(found) == ("cpu", "db-read")


def test_weight_supported() -> None:
    """Slower to start, heavier at rest and under load, dearer everywhere."""
    headline = {**HEADLINE_US, "db-read": {**HEADLINE_US["db-read"], DJANGO: 1200.0}}
    found = verdict_on(heavy(cost_run(headline)), WEIGHT)
    assert found.outcome is Outcome.SUPPORTED
    assert {group.state for group in found.groups} == {GroupState.HOLDS}


def test_weight_without_memory_was_not_tested() -> None:
    """A kernel that tells no memory: absent, not light; the other groups are decided."""
    headline = {**HEADLINE_US, "db-read": {**HEADLINE_US["db-read"], DJANGO: 1200.0}}
    run = heavy(cost_run(headline))
    windows = tuple(replace(w, server_memory_bytes=None) for w in run.windows)
    found = verdict_on(replace(run, windows=windows), WEIGHT)
    assert found.outcome is Outcome.NOT_TESTED
    assert found.holds_on == ("hello", "validate", "db-read", "startup")


def test_weight_without_time_per_request_gives_no_verdict() -> None:
    """Start-up and memory alone decide nothing, however clear: the core was not measured."""
    run = cost_run()
    kept = tuple(w for w in run.windows if w.workload != "validate")
    found = verdict_on(replace(run, windows=kept), WEIGHT)
    assert found.outcome is Outcome.NOT_TESTED
    assert found.untested is not None and found.untested.of == ("validate",)
    assert {each.outcome for each in deciding(found)} == {Outcome.NOT_TESTED}


def test_weight_whose_time_per_request_is_void_gives_no_verdict() -> None:
    """Beside another program on the server's core start-up and memory decide nothing either."""
    run = cost_run()
    noticed = replace(QUIET, foreign_s=1.0)
    windows = tuple(replace(w, trace=noticed) for w in run.windows)
    found = verdict_on(replace(run, windows=windows), WEIGHT)
    assert found.outcome is Outcome.INCONCLUSIVE and found.fails_on == ()
    assert found.withheld_because is not None and found.withheld_because.detail


def test_an_order_counts_also_where_the_layers_are_taken_away() -> None:
    """Each on its usual driver: a group of its own, asked for only where it was measured."""
    cpu = replace(CLAIMS["order-fastapi-first"], metric="cpu", other_metrics=())
    found = verdict_on(cost_run(noise=0.0004), cpu)
    (group,) = [g for g in found.groups if g.kind is GroupKind.LAYER]
    assert (group.key, group.workload) == ("db-read+sql", "db-read")
    assert found.holds_on == ("hello", "validate", "db-read+sql")
    assert found.fails_on == ("db-read",)
    own = [p.comparison for p in found.parts if p.group == group.key]
    assert {each.subject for each in own} == {FASTAPI_DRIVER.id}
    without = verdict_on(cost_run(layers=None, noise=0.0004), cpu)
    assert [g.key for g in without.groups] == list(cpu.workloads)


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
