"""A real server that takes turns and one that does not, asked as a round asks them."""

import os
from collections.abc import Iterator
from itertools import pairwise

import pytest

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets, select
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine, Options
from bench.model.framework import Target
from bench.model.load import Load
from bench.model.plan import Cell, Plan
from bench.run.at_once import meet, volley
from bench.run.instruments import Round
from bench.workloads import WORKLOADS
from tests.builders import profile
from tests.caches import cache_of
from tests.contract.stages import FRAMEWORKS, ROOT
from tests.fakes.generator import FakeGenerator
from tests.fakes.instruments import instruments


pytestmark = [pytest.mark.live, pytest.mark.timed]


def chosen() -> tuple[Target, ...]:
    """One application on two servers."""
    table = load_frameworks()
    every = all_targets(table, load_profiles()[1])
    return select(every, ["flask", "flask/gunicorn-sync"], table)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    """Both servers up, in the middle of a round."""
    folder = tmp_path_factory.mktemp("run")
    everywhere = os.sched_getaffinity(0)
    cores = pinning(sorted(everywhere))
    packages = {name: framework.package for name, (framework, _) in FRAMEWORKS.items()}
    cache = cache_of("rounds")
    targets = chosen()
    cells = tuple(
        Cell(t.id, "wait", Load(8, 0, 1, experiment="turns")) for t in targets
    )
    this = Plan(profile(), "local", targets, cells, 7, 1, 8, 8, cores)
    engine = LocalEngine(ROOT, cache, folder, cores, packages, Options(wait_s=60))
    with engine, FakeGenerator() as generator:
        os.sched_setaffinity(0, everywhere)
        receipts = engine.prepare(targets, lambda line: None)
        assert not [why for why in receipts.values() if isinstance(why, str)]
        tools = instruments(engine, generator, folder)
        made = Round(1, this, tools, dict(WORKLOADS))
        placement = CpuPlacement(1, 8, cores, folder)
        for target in targets:
            made.servers[target.id] = engine.start(target, placement, 1)
        try:
            yield made
        finally:
            for server in made.servers.values():
                server.stop()


def cell(state: Round, deployment: str) -> Cell:
    """The cell of a deployment."""
    return next(c for c in state.plan.cells if c.target.endswith(f"/{deployment}"))


def test_threads_meet_and_a_sync_worker_never_does(state: Round) -> None:
    """The witness, and the end of waiting for it: both come to an answer."""
    together = meet(state, cell(state, "gunicorn-gthread"))
    assert (together.met, together.parties) == (True, 2)
    alone = meet(state, cell(state, "gunicorn-sync"))
    assert alone.met is False and alone.because == "waited in vain"


def test_a_sync_worker_answers_a_volley_one_wait_apart(state: Round) -> None:
    """Eight waits of 50 ms after each other take 400 ms and more; threads have none of that order."""
    serial = volley(state, cell(state, "gunicorn-sync"), 8)
    answers = sorted(request.answered_ms or 0.0 for request in serial.requests)
    assert len(answers) == 8 and answers[-1] >= 8 * 50
    # Late readers move an answer by some milliseconds, not by half a wait.
    assert all(after - before > 25 for before, after in pairwise(answers))
    together = volley(state, cell(state, "gunicorn-gthread"), 8)
    assert all(request.wrong is None for request in together.requests)
    assert min(request.answered_ms or 0.0 for request in together.requests) >= 50
