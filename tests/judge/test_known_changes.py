"""The gate on whole runs whose truth is known: quiet on equals, awake on ten per cent."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.judge.regressions import Gate, Judgement, SecondRun, judge_change
from tests.analyse.builders import AGAIN, DJANGO, FLASK, SPEEDS, Truth, make_run, target


OLD = "flask@1.0/gthread"
ROUNDS = 14
WORKLOADS = ("hello", "validate")
COMPARED = (target(OLD), target(FLASK), target(DJANGO))


def compared(slower: float, seed: int) -> Judgement:
    """A run of old, new, its twin and a neighbour on a swinging machine, and a second one that confirms; the new one needs so much more."""
    new = SPEEDS[FLASK] / (1 + slower)
    twin = next(each for each in Truth().targets if each.id == AGAIN)
    truth = Truth(
        rounds=ROUNDS,
        looks=(ROUNDS,),
        seed=seed,
        workloads=WORKLOADS,
        targets=(*COMPARED, twin),
        speeds=dict(SPEEDS) | {OLD: SPEEDS[FLASK], FLASK: new, AGAIN: new},
    )
    first, second = (
        analyse(make_run(replace(truth, seed=each))) for each in (seed, seed + 1000)
    )
    return judge_change(first, OLD, FLASK, WORKLOADS, SecondRun("second", second))


def test_a_known_slowdown_goes_all_the_way() -> None:
    """Ten per cent in the windows of two runs come out as ten per cent and a regression."""
    found = compared(0.10, seed=3)
    assert found.gate is Gate.REGRESSION
    for change in found.changes:
        assert change.slowdown is not None
        assert 1.08 < change.slowdown.point < 1.12


@pytest.mark.slow
@pytest.mark.parametrize(("slower", "fewest", "most"), [(0.0, 0, 0), (0.10, 38, 40)])
def test_forty_runs(slower: float, fewest: int, most: int) -> None:
    """Of 40 runs none alarms where nothing changed; at least 38 find ten per cent."""
    gates = [compared(slower, seed).gate for seed in range(40)]
    assert fewest <= gates.count(Gate.REGRESSION) <= most


def test_versions_are_compared_with_each_other_and_frameworks_at_their_newest() -> None:
    """The older Flask meets the newer one, and not Django."""
    speeds = {**SPEEDS, OLD: SPEEDS[FLASK]}
    truth = Truth(targets=COMPARED, workloads=("hello",), speeds=speeds)
    pairs = {(c.subject, c.baseline) for c in analyse(make_run(truth)).comparisons}
    assert {(OLD, FLASK), (FLASK, OLD), (FLASK, DJANGO)} <= pairs
    assert not {(OLD, DJANGO), (DJANGO, OLD)} & pairs
    alone = replace(truth, targets=(COMPARED[0], COMPARED[2]))
    found = {(c.subject, c.baseline) for c in analyse(make_run(alone)).comparisons}
    assert (OLD, DJANGO) in found
