"""Effective concurrency, meetings and volleys, from runs with a known truth."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse.analysis import analyse
from bench.analyse.windows import lay_out
from bench.experiments.turns.analyse import turns
from bench.experiments.turns.model import SetUp, Turns
from bench.model.run import Run
from bench.model.trial import Failure, OneOfMany, Overlap, RoundEnd
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, Truth, make_run
from tests.experiments import turns_run, volley_of


def set_up(run: Run, target: str = FLASK) -> SetUp:
    """What the run found of a target."""
    found: Turns | None = analyse(run).found["turns"]
    assert found is not None
    return next(one for one in found.set_ups if one.target == target)


@pytest.mark.parametrize("held", [1.0, 2.0, 7.9])
def test_effective_concurrency_is_how_many_are_held_at_once(held: float) -> None:
    """X(8) S(1) gives it back, and its interval holds it."""
    found = set_up(turns_run({FLASK: held}, {}))
    assert found.effective is not None and found.effective.n == 6
    assert found.effective.low < held < found.effective.high
    assert found.effective.high / found.effective.low < 1.15


def test_it_is_counted_for_each_process() -> None:
    """Two processes that take turns are still turns."""
    run = turns_run({FLASK: 2.0}, {})
    plan = replace(
        run.record.plan,
        workers=2,
        targets=tuple(
            replace(t, serve=("serve", "{workers}")) for t in run.record.plan.targets
        ),
    )
    found = set_up(replace(run, record=replace(run.record, plan=plan)))
    assert found.processes == 2 and found.effective is not None
    assert found.effective.point == pytest.approx(1.0, rel=0.05)


def test_a_volley_in_turns_is_told_from_one_together() -> None:
    """How many were answered within half a wait: one, or all eight."""
    run = turns_run({FLASK: 1.0, FASTAPI: 8.0, DJANGO: 4.0}, {})
    assert [set_up(run, t).together for t in (FLASK, FASTAPI, DJANGO)] == [1, 8, 4]


def test_the_volley_shown_is_a_real_one_with_the_median_end() -> None:
    """Of five rounds with other ends the middle one, as it was; all ends are kept."""
    run = turns_run({FLASK: 8.0}, {})
    ends = {1: 90.0, 2: 60.0, 3: 400.0, 4: 70.0, 5: 55.0, 6: 80.0}
    volleys = tuple(
        replace(v, requests=(OneOfMany(0.0, ends[v.round]),)) for v in run.volleys
    )
    found = set_up(replace(run, volleys=volleys))
    assert found.volley_round == 4 and found.last_ms == tuple(ends.values())


def test_a_volley_with_an_unanswered_request_does_not_count() -> None:
    """None of its times is taken for an answer."""
    run = turns_run({FLASK: 8.0}, {})
    broken = OneOfMany(0.0, None, "no answer: timed out")
    volleys = tuple(
        replace(v, requests=(*v.requests[:7], broken)) if v.round < 6 else v
        for v in run.volleys
    )
    found = set_up(replace(run, volleys=volleys))
    assert found.volley_round == 6
    assert found.last_ms[:5] == (None,) * 5


def test_a_meeting_that_could_not_be_asked_is_not_a_no() -> None:
    """None says not known; a later answer counts."""
    run = turns_run({FLASK: 8.0}, {FLASK: None})
    assert set_up(run).met is None
    later = Overlap(2, FLASK, "turns", 2, True, "met")
    found = set_up(replace(run, meetings=(*run.meetings, later)))
    assert found.met is True and found.met_because == "met"


def test_without_windows_there_is_a_reason_and_no_number() -> None:
    """A target that failed in every round."""
    run = turns_run({FLASK: 8.0}, {FLASK: True})
    lost = tuple(
        Failure(n, FLASK, "wait", "no", experiment="turns") for n in range(1, 7)
    )
    found = set_up(replace(run, failures=lost))
    assert found.effective is None and found.reason
    assert found.effective_rounds == (None,) * 6


def test_rounds_that_did_not_end_do_not_count() -> None:
    """Only complete rounds are analysed, volleys included."""
    run = turns_run({FLASK: 8.0}, {})
    extra = replace(run, volleys=(*run.volleys, volley_of((7, FLASK), 1)))
    assert set_up(extra).last_ms == set_up(run).last_ms
    ends = tuple(RoundEnd(n) for n in range(1, 5))
    assert len(set_up(replace(run, ends=ends)).effective_rounds) == 4


def test_a_run_that_did_not_play_it_has_none() -> None:
    """Not an empty one."""
    assert analyse(make_run()).found["turns"] is None


@pytest.mark.slow
def test_its_interval_covers_95_percent() -> None:
    """Two hundred runs of six rounds with scatter in both loops."""
    held = 0
    run = turns_run({FLASK: 1.0}, {}, Truth(cycles=1, workloads=("hello",)))
    for seed in range(200):
        random = np.random.default_rng(seed)
        windows = []
        for window in run.windows:
            if not window.load.startswith("turns"):
                continue
            factor = float(np.exp(random.normal(0, 0.05)))
            clients = int(window.load.rpartition("-")[2])
            # Both loops at twenty a second: in turns.
            total = round(20_000 * factor)
            tally = replace(
                window.tally,
                requests=total,
                requests_total=total,
                locust_requests=total,
                latency_mean_us=clients * 1e9 / total,
            )
            windows.append(replace(window, tally=tally))
        played = turns(lay_out(replace(run, windows=tuple(windows))))
        assert played is not None
        (found,) = (one for one in played.set_ups if one.target == FLASK)
        assert found.effective is not None
        held += found.effective.low <= 1.0 <= found.effective.high
    assert 0.90 < held / 200 < 0.99
