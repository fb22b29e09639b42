"""Every outcome that a claim can have, from runs with a known truth."""

from dataclasses import replace
from typing import Any

import pytest

from bench.model.framework import contestants
from bench.model.run import Run
from bench.model.trial import Failure
from bench.model.verdict import Claim, Excluded, Exclusion, Label, Outcome, Verdict
from tests.analyse.builders import (
    AGAIN,
    DJANGO,
    FASTAPI,
    FLASK,
    FRAMEWORKS,
    SPEEDS,
    TARGETS,
    Truth,
    claim,
    make_run,
    only,
    tally,
    target,
)
from tests.judge import judged
from tests.judge.judged import said_of


def verdict_on(run: Run, one: Claim | None = None) -> Verdict:
    """The verdict on "FastAPI leads the two others", or on another claim."""
    return judged.verdict_on(run, one or claim())


def speeds(**changes: float) -> dict[str, float]:
    """The usual truth, with other speeds for some contestants; the twin follows Flask."""
    ids = {"fastapi": FASTAPI, "flask": FLASK, "django": DJANGO}
    changed = {**SPEEDS, **{ids[name]: speed for name, speed in changes.items()}}
    return {**changed, AGAIN: changed[FLASK]}


def truth(changes: dict[str, float] | None = None, **others: Any) -> Truth:
    """A quiet machine with other speeds."""
    quiet: dict[str, Any] = {"restart": 0.005, "window": 0.01, "seed": 3, **others}
    return Truth(speeds=speeds(**(changes or {})), **quiet)


def test_supported() -> None:
    """Twenty per cent ahead of the second on every workload."""
    found = verdict_on(make_run(truth()))
    assert found.outcome is Outcome.SUPPORTED and found.withheld_because is None
    assert found.holds_on == ("hello", "validate", "db-read")
    assert {part.outcome for part in found.parts} == {Outcome.SUPPORTED}
    assert len(found.parts) == 6
    assert found.at_other_margins == (
        (0.0, Outcome.SUPPORTED),
        (0.1, Outcome.SUPPORTED),
    )


def test_refuted_because_reversed() -> None:
    """Flask is ahead by a fifth: the other way round."""
    found = verdict_on(make_run(truth({"fastapi": 1.0, "flask": 1.2, "django": 0.8})))
    assert found.outcome is Outcome.REFUTED and found.strict is Outcome.REFUTED
    assert {p.label for p in found.parts if p.outcome is Outcome.REFUTED} == {
        Label.REVERSED
    }
    assert [p.outcome for p in found.parts].count(Outcome.SUPPORTED) == 3


def test_refuted_because_tied() -> None:
    """The same speed: practically equal, with the largest gap that is left."""
    found = verdict_on(make_run(truth({"fastapi": 1.2})))
    assert found.outcome is Outcome.REFUTED
    tied = [p for p in found.parts if p.label is Label.TIE]
    assert len(tied) == 3


def test_refuted_because_not_material() -> None:
    """A wide interval below the line that holds equality: no lead of 5 %, no more than that."""
    noisy = truth({"fastapi": 1.2 * 0.98}, restart=0.04, seed=7, workloads=("hello",))
    found = verdict_on(
        make_run(noisy), claim(baselines=("flask",), workloads=("hello",))
    )
    (part,) = found.parts
    assert part.comparison.advantage is not None
    assert part.comparison.advantage.low < 1 / 1.05
    assert 1 < part.comparison.advantage.high < 1.05
    assert (found.outcome, part.label) == (Outcome.REFUTED, Label.NOT_MATERIAL)


def test_ahead_by_less_than_the_margin_is_refuted_and_supported_without_it() -> None:
    """Three per cent is a lead, but no material one: the other margins say so."""
    found = verdict_on(
        make_run(truth({"fastapi": 1.2 * 1.03}, restart=0.001, window=0.002))
    )
    assert found.outcome is Outcome.REFUTED
    assert found.at_other_margins == (
        (0.0, Outcome.SUPPORTED),
        (0.1, Outcome.REFUTED),
    )


def test_inconclusive_says_what_it_could_have_seen_and_what_it_would_take() -> None:
    """Eight per cent ahead under a scatter of six: the interval holds the line."""
    run = make_run(truth({"fastapi": 1.2 * 1.08}, restart=0.05))
    found = verdict_on(run, claim(baselines=("flask",)))
    assert found.outcome is Outcome.INCONCLUSIVE and found.withheld_because is None
    open_parts = [p for p in found.parts if p.outcome is Outcome.INCONCLUSIVE]
    assert open_parts[0].comparison.smallest_detectable is not None
    assert any(part.more_rounds for part in open_parts)


def test_the_mean_of_workloads_hides_nothing() -> None:
    """Ahead on two, behind on one: it depends, whatever the average says."""
    slow = only(
        lambda w: tally(w, requests=w.tally.requests // 2),
        target=FASTAPI,
        workload="db-read",
    )
    found = verdict_on(make_run(truth(fault=slow)))
    assert (found.outcome, found.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert found.holds_on == ("hello", "validate")
    assert found.fails_on == ("db-read",)


def test_a_failed_twin_forces_every_verdict() -> None:
    """A run that tells a thing from itself decides nothing, however clear it looks."""
    run = make_run(replace(truth(), speeds={**SPEEDS, AGAIN: 1.35}))
    found = verdict_on(run)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None
    assert found.withheld_because.code == "twin"
    assert {part.outcome for part in found.parts} == {Outcome.INCONCLUSIVE}
    assert {outcome for _, outcome in found.at_other_margins} == {Outcome.INCONCLUSIVE}


def test_five_rounds_force_it_too() -> None:
    """Too few rounds, and the sentence says how many."""
    found = verdict_on(make_run(truth(rounds=5, looks=(5,))))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None
    assert found.withheld_because.detail == "5 complete rounds, 6 are needed"


def test_too_many_void_windows_force_it_too() -> None:
    """A fifth of the windows of one contestant void everything."""
    fault = only(lambda w: tally(w, errors={"refused": 1}), target=DJANGO, cycle=(1, 2))
    found = verdict_on(make_run(truth(fault=fault)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None
    assert found.withheld_because.detail.startswith("36 of 288")


def test_a_generator_at_its_limit_stops_throughput_and_not_cpu() -> None:
    """Two claims on the same run: one is a lower bound, the other stands."""
    run = make_run(
        truth(fault=only(lambda w: tally(w, generator_cpu_s=1.4), target=FASTAPI))
    )
    rate, cpu = verdict_on(run), verdict_on(run, claim(metric="cpu"))
    assert rate.outcome is Outcome.INCONCLUSIVE
    assert rate.withheld_because is not None and rate.withheld_because.code == "void"
    assert "lower bound" in rate.withheld_because.detail
    assert cpu.outcome is Outcome.SUPPORTED


def test_another_metric_stands_beside_it_and_decides_nothing() -> None:
    """Where throughput is void the claim stays open, whatever the CPU time says."""
    run = make_run(
        truth(fault=only(lambda w: tally(w, generator_cpu_s=1.4), target=FASTAPI))
    )
    found = verdict_on(run, replace(claim(), other_metrics=("cpu",)))
    (row,) = found.rows
    assert found.outcome is Outcome.INCONCLUSIVE
    assert (row.metric, row.decision.outcome) == ("cpu", Outcome.SUPPORTED)
    assert {part.comparison.metric for part in row.parts} == {"cpu"}


def test_a_further_workload_counts_where_it_was_measured() -> None:
    """Asked for in no other run: without it the verdict is that of the others."""
    slow = only(
        lambda w: tally(w, requests=w.tally.requests // 2),
        target=FASTAPI,
        workload="db-read",
    )
    run = make_run(truth(fault=slow))
    one = claim(workloads=("hello",))
    assert verdict_on(run, replace(one, also_on=("html",))).outcome is Outcome.SUPPORTED
    more = verdict_on(run, replace(one, also_on=("db-read",)))
    assert (more.outcome, more.fails_on) == (Outcome.DEPENDS, ("db-read",))


def test_one_tie_refutes_although_another_workload_is_void() -> None:
    """No workload holds, and one clearly fails."""
    fault = only(
        lambda w: tally(w, generator_cpu_s=1.4), target=FASTAPI, workload="hello"
    )
    found = verdict_on(make_run(truth({"fastapi": 1.2}, fault=fault)))
    assert found.outcome is Outcome.REFUTED
    assert found.fails_on == ("validate", "db-read")


def test_a_part_that_lost_rounds_decides_nothing() -> None:
    """Flask failed in one of six rounds: five pairs are too few, the others stand."""
    run = make_run(
        truth(fault=lambda w: None if (w.target, w.round) == (FLASK, 2) else w)
    )
    found = verdict_on(replace(run, failures=(Failure(2, FLASK, None, "it died"),)))
    assert found.outcome is Outcome.INCONCLUSIVE
    why = {part.excluded for part in found.parts if part.excluded}
    assert why == {Excluded(Exclusion.FEW_ROUNDS, rounds=5)}
    assert sum(p.outcome is Outcome.SUPPORTED for p in found.parts) == 3


@pytest.mark.parametrize(
    ("one", "missing"),
    [
        (claim(workloads=("hello", "html")), {("html", FLASK), ("html", DJANGO)}),
        (claim(baselines=("tornado",)), {(w, "tornado") for w in ("hello", "validate", "db-read")}),
    ],
)  # fmt: skip
def test_without_trials_it_was_not_tested(
    one: Claim, missing: set[tuple[str, str]]
) -> None:
    """A workload or a framework that the run did not hold."""
    found = verdict_on(make_run(truth()), one)
    untested = [p.comparison for p in found.parts if p.outcome is Outcome.NOT_TESTED]
    assert found.outcome is Outcome.NOT_TESTED
    assert {(each.workload, each.baseline) for each in untested} == missing


def test_a_framework_that_could_not_be_prepared_says_why() -> None:
    """It is not in the plan any more; its refusal is the because."""
    run = make_run(truth(targets=[t for t in TARGETS if t.id != DJANGO]))
    refusal = Failure(0, DJANGO, None, "its lock is missing")
    found = said_of(replace(run, failures=(refusal,)), claim())
    assert found.outcome is Outcome.NOT_TESTED
    assert found.because == (
        "this run holds no pair of trials of FastAPI and Django on hello: "
        "its lock is missing"
    )


def test_a_smoke_profile_tests_nothing() -> None:
    """It gives no verdicts, and says so."""
    found = said_of(make_run(truth(verdicts=False)), claim())
    assert found.outcome is Outcome.NOT_TESTED and found.parts == ()
    assert found.because == "the made profile gives no verdicts"


def test_claims_that_no_trial_decides_keep_their_reason() -> None:
    """Not measurable and not tested are printed, not dropped."""
    bare = replace(claim(), subjects=(), baselines=(), workloads=(), metric="")
    run = make_run(truth())
    never = said_of(run, replace(bare, not_measurable="people are not software"))
    later = said_of(run, replace(bare, not_tested="no probe yet"))
    assert (never.outcome, never.because) == (
        Outcome.NOT_MEASURABLE,
        "people are not software",
    )
    assert (later.outcome, later.because) == (Outcome.NOT_TESTED, "no probe yet")


def test_the_newest_version_speaks_for_its_framework() -> None:
    """Of 1.0 and 2.0 the newer by the table; one asked for by hand speaks only where it is alone."""
    old, by_hand = target("flask@1.0/gthread"), target("flask@2.1.dev/gthread")
    plan = make_run().record.plan
    both = replace(plan, targets=(*TARGETS, old))
    assert contestants(both.targets, FRAMEWORKS)["flask"].version == "2.0"
    three = replace(plan, targets=(by_hand, *TARGETS, old))
    assert contestants(three.targets, FRAMEWORKS)["flask"].version == "2.0"
    alone = replace(plan, targets=(by_hand,))
    assert contestants(alone.targets, FRAMEWORKS)["flask"].version == "2.1.dev"
    another = replace(plan, targets=(target("flask@1.9/gthread"), by_hand))
    assert contestants(another.targets, FRAMEWORKS)["flask"].version == "2.1.dev"
