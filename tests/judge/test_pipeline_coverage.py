"""The whole chain, from windows to verdicts, against truths that are known."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import Analysis, analyse
from bench.judge.enough import enough
from bench.judge.judge import judge
from bench.model.run import Run
from bench.model.verdict import Outcome
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
)


pytestmark = pytest.mark.slow
LOOKS = (6, 9, 12, 16, 20)
EXPERIMENTS = 300
CONTESTANTS = TARGETS[:4]


def stopped(run: Run, order: list[str], margin: float) -> Outcome:
    """The verdict at the look at which the run would have ended."""
    one = claim(order[:1], order[1:], workloads=("hello",), margin=margin)
    for look in LOOKS:
        so_far = Run(run.record, run.boots, run.windows, run.failures, run.ends[:look])
        if enough(so_far, [one], FRAMEWORKS):
            found = judge([one], analyse(so_far), run.record.plan, FRAMEWORKS)
            return found[0].outcome
    raise AssertionError("the last look is the end")


@pytest.fixture(scope="module")
def analyses() -> list[Analysis]:
    """What was understood of 300 made runs on a swinging machine."""
    truth = Truth(workloads=("hello",), targets=CONTESTANTS)
    return [analyse(make_run(replace(truth, seed=n))) for n in range(EXPERIMENTS)]


def test_intervals_from_windows_cover_the_truth(analyses: list[Analysis]) -> None:
    """92.5 to 98 % of the intervals hold 1.2."""
    covered = 0
    for one in analyses:
        found = one.comparison(FASTAPI, FLASK, "hello", "throughput")
        assert found is not None and found.advantage is not None
        covered += found.advantage.low <= 1.2 <= found.advantage.high
    assert 0.925 < covered / EXPERIMENTS < 0.98


def test_a_twin_that_is_the_same_seldom_fails(analyses: list[Analysis]) -> None:
    """At most 3 % of these sound runs are told from themselves (1 % is meant)."""
    failed = sum(
        any(warning.reason.code == "twin" for warning in one.warnings)
        for one in analyses
    )
    assert failed / EXPERIMENTS <= 0.03


@pytest.mark.parametrize(
    ("fastapi", "wrong"),
    [
        (1.0, {Outcome.SUPPORTED}),
        (1.05, {Outcome.SUPPORTED, Outcome.REFUTED}),
        (1.15, {Outcome.REFUTED}),
    ],
)
def test_stopping_at_a_verdict_keeps_false_verdicts_rare(
    fastapi: float, wrong: set[Outcome]
) -> None:
    """Tied, exactly on the line, or ahead: of 100 runs that stop when decided at most 7 are wrong."""
    speeds = {**SPEEDS, FASTAPI: fastapi, FLASK: 1.0, DJANGO: 0.5, AGAIN: 1.0}
    mistakes = 0
    for seed in range(100):
        truth = Truth(
            rounds=20,
            cycles=3,
            looks=LOOKS,
            speeds=speeds,
            restart=0.03,
            seed=seed,
            workloads=("hello",),
            targets=CONTESTANTS,
        )
        run = make_run(truth)
        mistakes += stopped(run, ["fastapi", "flask"], 0.05) in wrong
    assert mistakes <= 7
