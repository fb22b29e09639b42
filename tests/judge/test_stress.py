"""Who stands a stress: every outcome from runs whose truth is known, and how often it is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse.analysis import analyse
from bench.configure.claims import load_claims
from bench.judge.judge import judge
from bench.judge.line import Line
from bench.judge.stress import DECIDING, NOT_PLAYED, Question, answers
from bench.model.run import Run
from bench.model.trial import Failure
from bench.model.verdict import Claim, Outcome, Rule, Verdict
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, FRAMEWORKS, make_run
from tests.analyse.stressed import STRESS, Nature, Stressful, stressful_run


CLAIMS = {claim.id: claim for claim in load_claims()}
FAILS, STANDS = CLAIMS["flask-no-high-load"], CLAIMS["django-high-load"]


def verdict(run: Run, claim: Claim = FAILS) -> Verdict:
    """The verdict on the claim that the subject does not stand it, or on another."""
    return judge([claim], analyse(run), run.record.plan, FRAMEWORKS)[0]


def of(target: str, **nature: float) -> Run:
    """A run in which one target has a nature of its own."""
    return stressful_run(Stressful({target: Nature(**nature)}))


def test_the_rules_stand_in_the_table() -> None:
    """Both claims are read by the same questions, one of them the other way round."""
    assert (FAILS.rule, STANDS.rule) == (Rule.FAILS_STRESS, Rule.STRESS)
    assert FAILS.margin == STANDS.margin and FAILS.workloads == STANDS.workloads
    for share in DECIDING:
        assert f"{share:.0%}".replace("%", " %") in FAILS.reading


def test_servers_that_keep_their_capacity_stand_it() -> None:
    """What one sentence needs, refutes the other."""
    run = stressful_run()
    fails, stands = verdict(run), verdict(run, STANDS)
    assert fails.outcome is Outcome.REFUTED and stands.outcome is Outcome.SUPPORTED
    assert {f.outcome for f in stands.findings} == {Outcome.SUPPORTED, None}
    assert "Flask stood all 5" in fails.because
    assert "Django stood it and FastAPI stood it" in fails.because
    assert {f.subject for f in fails.findings if f.outcome} == {FLASK}
    assert {f.subject for f in fails.findings} == {FLASK, DJANGO, FASTAPI}


@pytest.mark.parametrize(
    ("nature", "words"),
    [
        ({"overloaded": 0.6}, "was answered at 110 % of its capacity"),
        ({"fails": 0.05}, "of the requests failed"),
        ({"afterwards": 0.2}, "until response times were back"),
    ],
)
def test_one_failure_is_enough(nature: dict[str, float], words: str) -> None:
    """Each question can decide alone, and the reason is the one that did."""
    fails, stands = verdict(of(FLASK, **nature)), verdict(of(DJANGO, **nature), STANDS)
    assert fails.outcome is Outcome.SUPPORTED and stands.outcome is Outcome.REFUTED
    for found in (fails, stands):
        assert words in found.because and "beyond the limit" in found.because
    assert "Django stood it" in fails.because


def test_what_befalls_the_others_decides_nothing() -> None:
    """Django collapses: Flask stood it all the same, and the sentence says how the others did."""
    found = verdict(of(DJANGO, overloaded=0.5))
    assert found.outcome is Outcome.REFUTED
    assert "Django did not" in found.because
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
    assert "5 rounds count, 6 are needed" in found.because


def test_who_breaks_down_in_most_rounds_does_not_stand_it() -> None:
    """A server that is gone has no figures, and that is an answer."""
    run = stressful_run()
    gone = tuple(
        Failure(n, FLASK, "db-read", "the process ended", experiment="stress")
        for n in range(1, 6)
    )
    found = verdict(replace(run, failures=gone))
    assert found.outcome is Outcome.SUPPORTED
    assert "the process ended" in found.because


def test_without_the_experiment_it_is_not_tested() -> None:
    """And the sentence says which run would test it."""
    found = verdict(make_run())
    assert (found.outcome, found.because) == (Outcome.NOT_TESTED, NOT_PLAYED)


def test_a_run_that_may_decide_nothing_does_not_decide_this() -> None:
    """The same reason as for every other claim."""
    run = stressful_run(Stressful(rounds=5))
    found = verdict(run)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.forced and "too few rounds" in found.because


def test_it_is_looked_at_once_and_at_the_plain_level() -> None:
    """The experiment ends with its own rounds, however long the run goes on."""
    stress = analyse(stressful_run()).stress
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
        asked = tuple(
            Question("", "", tuple(random.normal(centre, 0.05, 6)), None, Line(1.0))
            for centre in (true, 0.3, 0.3, 0.3, 0.3)
        )
        found = answers(asked, 0.95)
        fails += Outcome.REFUTED in found
        stands += set(found) == {Outcome.SUPPORTED}
    # Three standard errors of 4000 draws.
    most = 0.025 + 3 * (0.025 * 0.975 / 4000) ** 0.5
    assert fails / 4000 <= most
    if true == 0.0:
        assert stands / 4000 <= most
