"""The experiment on predictions once for real: two set-ups of one framework, the local engine, Locust."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.cli.run_options import RunOptions, plan_for
from bench.configure.tables import load_frameworks
from bench.deploy.local import LocalEngine, Options
from bench.load.locust_generator import LocustGenerator
from bench.model.plan import Plan
from bench.model.trial import Failure, Window
from bench.run.contract import verify
from bench.run.instruments import Instruments, Now
from bench.run.rounds import Event, measure
from bench.workloads import WORKLOADS
from tests.caches import ROOT, cache_of


pytestmark = [pytest.mark.live, pytest.mark.timed]

CHOSEN = "fastapi,fastapi/blocking-handlers"


def short_plan() -> Plan:
    """The profile's own experiment, one round, one short window of each cell."""
    this = plan_for(RunOptions(profile="predictions", engine="local", targets=CHOSEN))
    (experiment,) = this.profile.experiments
    short = replace(experiment, cycles=1, rounds=1, warmup_requests=5)
    cells = tuple(
        replace(cell, load=replace(cell.load, warm_s=0.1, measure_s=1.0))
        for cell in this.cells
        if cell.load.experiment
    )
    return replace(
        this,
        profile=replace(this.profile, looks=(1,), experiments=(short,)),
        cells=cells,
        targets=tuple(t for t in this.targets if t.twin_of is None),
    )


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Event]]:
    """Everything that one round yields."""
    folder = tmp_path_factory.mktemp("run")
    this = short_plan()
    packages = {n: framework.package for n, (framework, _) in load_frameworks().items()}
    everywhere = os.sched_getaffinity(0)
    cache = cache_of("rounds")
    engine = LocalEngine(
        ROOT, cache, folder, this.pinning, packages, Options(wait_s=60)
    )
    with engine, LocustGenerator(this.pinning.load) as generator:
        os.sched_setaffinity(0, everywhere)
        refused = engine.prepare(this.targets, lambda line: None)
        assert not [why for why in refused.values() if isinstance(why, str)]
        tools = Instruments(
            engine, generator, folder, verify, lambda: None, lambda: "now"
        )
        yield [
            event
            for event in measure(this, tools, dict(WORKLOADS), None, lambda n: True)
            if not isinstance(event, Now)
        ]


def test_every_window_is_there_and_right(events: list[Event]) -> None:
    """Of each set-up the predictions, the cheap requests, and both; no failure, no wrong answer."""
    assert [e for e in events if isinstance(e, Failure)] == []
    windows = [e for e in events if isinstance(e, Window)]
    loads = {(w.target.partition("/")[2], w.load) for w in windows}
    assert len(loads) == len(windows) == 2 * 3
    for window in windows:
        assert window.tally.errors == {}, window.tally.first_error


def test_predictions_arrive_beside_at_one_rate(events: list[Event]) -> None:
    """Answered in full and counted apart, and none where the cheap ones are alone."""
    cheap = [e for e in events if isinstance(e, Window) and e.workload == "hello"]
    beside = [w.tally.beside for w in cheap if w.tally.beside]
    assert [w.load.endswith("-beside-predict-heavy") for w in cheap].count(True) == 2
    assert len(beside) == 2
    assert len({tally.offered for tally in beside}) == 1, "alike for every target"
    for tally in beside:
        assert tally.errors == {}
        assert tally.requests == tally.offered
        assert tally.requests_total == tally.locust_requests


def test_predictions_beside_cost_the_server(events: list[Event]) -> None:
    """The work is really done there: more processor time than for the cheap ones alone."""
    spent = {
        (e.target, bool(e.tally.beside)): e.server_cpu_ns or 0
        for e in events
        if isinstance(e, Window) and e.workload == "hello"
    }
    for target in {target for target, _ in spent}:
        assert spent[target, True] > spent[target, False]
