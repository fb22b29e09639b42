"""One engine for all live targets."""

import os
from collections.abc import Iterator

import pytest

from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine, Options
from bench.model.framework import Target
from tests.caches import cache_of
from tests.contract.stages import (
    ESSENTIAL,
    FRAMEWORKS,
    ROOT,
    TARGETS,
    Played,
    Stage,
    cases,
    played_once,
)


@pytest.fixture(scope="session")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The engine, with a cache of its own: a run may go on beside the tests."""
    logs = tmp_path_factory.mktemp("logs")
    everywhere = os.sched_getaffinity(0)
    cores = pinning(sorted(everywhere))
    packages = {name: framework.package for name, (framework, _) in FRAMEWORKS.items()}
    cache = cache_of("contract")
    options = Options(wait_s=60, timed=False)
    engine = LocalEngine(ROOT, cache, logs, cores, packages, options)
    with engine:
        # It stays for the session, and other tests must not stay on its core.
        os.sched_setaffinity(0, everywhere)
        every = any(
            item.get_closest_marker("nightly") for item in request.session.items
        )
        targets = [t for t in TARGETS if every or t.id in ESSENTIAL]
        receipts = engine.prepare(targets, lambda line: None)
        refused = {name: why for name, why in receipts.items() if isinstance(why, str)}
        opened = Stage(engine, CpuPlacement(1, 8, cores, logs), targets, refused)
        opened.database.watch_statements(True)
        yield opened


@pytest.fixture(scope="session", params=cases())
def played(request: pytest.FixtureRequest, stage: Stage) -> Played:
    """The findings of one target, from one play."""
    target: Target = request.param
    return Played(target, {f.name: f for f in played_once(stage, target)})


@pytest.fixture(
    scope="session",
    params=cases(whole=True),
)
def whole(request: pytest.FixtureRequest, stage: Stage) -> Played:
    """The same of a target that serves the whole contract."""
    target: Target = request.param
    return Played(target, {f.name: f for f in played_once(stage, target)})
