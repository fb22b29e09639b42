"""Who stands a stress: every outcome from runs whose truth is known, and how often it is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse.analysis import analyse
from bench.experiments.stress.model import StressStep
from bench.experiments.stress.questions import DECIDING, worst_failed
from bench.judge.engine import decide
from bench.judge.question import Group, Inquiry, by_rounds
from bench.model.estimate import RoundSeries
from bench.model.run import Run
from bench.model.trial import Failure
from bench.model.verdict import (
    Claim,
    Evidence,
    Exclusion,
    GroupKind,
    Lacking,
    OtherOutcome,
    Outcome,
    Verdict,
)
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, make_run
from tests.analyse.stressed import STRESS, Nature, Stressful, stressful_run
from tests.judge.judged import CLAIMS, deciding, verdict_on


FAILS, STANDS = CLAIMS["flask-no-high-load"], CLAIMS["django-high-load"]
NONE = RoundSeries((None, None, None), None)


def verdict(run: Run, claim: Claim = FAILS) -> Verdict:
    """The verdict on the claim that the subject does not stand it, or on another."""
    return verdict_on(run, claim)


def of(target: str, **nature: float) -> Run:
    """A run in which one target has a nature of its own."""
    return stressful_run(Stressful({target: Nature(**nature)}))


def test_the_rules_stand_in_the_table() -> None:
    """Both claims are read by the same questions, one of them the other way round."""
    assert (FAILS.rule, STANDS.rule) == ("fails-stress", "stress")
    assert FAILS.margin == STANDS.margin and FAILS.workloads == STANDS.workloads
    for share in DECIDING:
        assert f"{share:.0%}".replace("%", " %") in FAILS.reading


def test_servers_that_keep_their_capacity_stand_it() -> None:
    """What one sentence needs, refutes the other; and what the others did is a value."""
    run = stressful_run()
    fails, stands = verdict(run), verdict(run, STANDS)
    assert fails.outcome is Outcome.REFUTED and stands.outcome is Outcome.SUPPORTED
    assert {f.outcome for f in stands.findings} == {Outcome.SUPPORTED, None}
    assert len(deciding(fails, Outcome.REFUTED)) == 5
    assert fails.others == (
        OtherOutcome("django", Outcome.REFUTED),
        OtherOutcome("fastapi", Outcome.REFUTED),
    )
    assert fails.others_too is stands.others_too is True
    assert {f.subject for f in deciding(fails)} == {FLASK}
    assert {f.subject for f in fails.findings} == {FLASK, DJANGO, FASTAPI}


@pytest.mark.parametrize(
    ("nature", "asked"),
    [
        ({"overloaded": 0.6}, "stress-answered"),
        ({"fails": 0.05}, "stress-failed"),
        ({"afterwards": 0.2}, "stress-recovery"),
    ],
)
def test_one_failure_is_enough_to_fail_and_makes_standing_depend(
    nature: dict[str, float], asked: str
) -> None:
    """The verdict hangs on the first question that was failed."""
    fails, stands = verdict(of(FLASK, **nature)), verdict(of(DJANGO, **nature), STANDS)
    assert fails.outcome is Outcome.SUPPORTED and fails.strict is None
    assert (stands.outcome, stands.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert deciding(fails, Outcome.SUPPORTED)[0].asked == asked
    for found in (fails, stands):
        assert found.decided_by is not None
        assert found.findings[found.decided_by].asked == asked
    assert {each.outcome for each in fails.others} == {Outcome.REFUTED}


def test_what_befalls_the_others_decides_nothing() -> None:
    """Django collapses: Flask stood it all the same."""
    found = verdict(of(DJANGO, overloaded=0.5))
    assert found.outcome is Outcome.REFUTED and found.others_too is False
    assert found.others[0] == OtherOutcome("django", Outcome.SUPPORTED)
    shown = [f for f in found.findings if f.subject == DJANGO]
    assert shown and {f.outcome for f in shown} == {None}


def test_near_the_limit_nothing_is_said() -> None:
    """Four fifths is the limit itself."""
    run = of(FLASK, overloaded=0.8, scatter=0.05)
    assert verdict(run).outcome is Outcome.INCONCLUSIVE


def test_five_rounds_decide_nothing() -> None:
    """Of six one is missing: it could not go on there."""
    run = stressful_run()
    failure = Failure(3, FLASK, "db-read", "it did not answer", experiment="stress")
    found = verdict(replace(run, failures=(failure,)))
    assert found.outcome is Outcome.INCONCLUSIVE
    why = [f.excluded for f in deciding(found)]
    assert {(each.why, each.rounds) for each in why if each} == {
        (Exclusion.FEW_ROUNDS, 5)
    }


def test_who_breaks_down_in_most_rounds_does_not_stand_it() -> None:
    """A server that is gone has no figures, and that is an answer."""
    run = stressful_run()
    gone = tuple(
        Failure(n, FLASK, "db-read", "the process ended", experiment="stress")
        for n in range(1, 6)
    )
    found = verdict(replace(run, failures=gone))
    assert found.outcome is Outcome.SUPPORTED
    gave_up = [f for f in found.findings if f.asked == "stress-gave-up"]
    assert [(f.outcome, f.amount) for f in gave_up] == [(Outcome.SUPPORTED, 5.0)]


def test_without_the_experiment_it_is_not_tested() -> None:
    """As a value."""
    found = verdict(make_run())
    assert found.outcome is Outcome.NOT_TESTED and found.untested is not None
    assert found.untested.lacking is Lacking.EXPERIMENT


def test_a_run_that_may_decide_nothing_does_not_decide_this() -> None:
    """The same reason as for every other claim."""
    run = stressful_run(Stressful(rounds=5))
    found = verdict(run)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.withheld_because is not None


def test_it_is_looked_at_once_and_at_the_plain_level() -> None:
    """The experiment ends with its own rounds, however long the run goes on."""
    stress = analyse(stressful_run()).found["stress"]
    assert stress is not None
    assert stress.level == 0.95 and len(stress.rounds) == STRESS.rounds


@pytest.mark.parametrize("true", [0.0, 0.02])
def test_at_the_limit_it_is_rarely_called_either(true: float) -> None:
    """
    Five questions of a server that stands exactly on one limit or just within it, 4000 times.

    It fails by chance in at most 2.5 %, over all five questions together.
    """
    random = np.random.default_rng(8)
    fails = stands = 0
    for _ in range(4000):
        slack = [
            random.normal(centre, 0.05, 6) for centre in (true, 0.3, 0.3, 0.3, 0.3)
        ]
        rows = tuple(
            by_rounds(str(at), Evidence(""), [list(each)])
            for at, each in enumerate(slack)
        )
        groups = tuple(Group(GroupKind.PART, row.group) for row in rows)
        found, _ = decide(Inquiry(groups, rows))
        fails += bool(found.fails_on)
        stands += found.outcome is Outcome.SUPPORTED
    # Three standard errors of 4000 draws.
    most = 0.025 + 3 * (0.025 * 0.975 / 4000) ** 0.5
    assert fails / 4000 <= most
    if true == 0.0:
        assert stands / 4000 <= most


def step(share: float, *failed: float | None) -> StressStep:
    """A step of which only the failures matter."""
    plain = StressStep(share, False, NONE, NONE, NONE, NONE, NONE, NONE, {}, 6, 0, None)
    return replace(plain, failed=RoundSeries(failed, None))


@pytest.mark.parametrize(
    ("steps", "rounds"),
    [
        # Whichever step it was.
        ([step(0.7, 0.0, 0.2, 0.1), step(1.1, 0.3, 0.1, 0.1)], (0.3, 0.2, 0.1)),
        # A round that lacks a step that is asked about says nothing of the worst.
        ([step(0.7, 0.0, 0.2, None), step(1.1, 0.3, None, 0.1)], (0.3, None, None)),
        # A step below those costs no round, but counts where it is known.
        ([step(0.1, None, 0.4, None), step(0.7, 0.1, 0.1, 0.1)], (0.1, 0.4, 0.1)),
    ],
)
def test_the_worst_share_is_that_of_each_round(
    steps: list[StressStep], rounds: tuple[float | None, ...]
) -> None:
    """With an interval from two rounds on."""
    found = worst_failed(steps, 0.7, 0.95)
    known = [each for each in rounds if each is not None]
    assert found.rounds == rounds
    assert (found.estimate is not None) is (len(known) > 1)
    if found.estimate is not None:
        assert found.estimate.point == pytest.approx(sum(known) / len(known))
