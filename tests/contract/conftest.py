"""One engine for all live targets; each is started, played once, and ended."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.cores import pinning
from bench.deploy.engine import Placing
from bench.deploy.local import LocalEngine, Options
from bench.deploy.postgres import OwnDatabase
from bench.model.framework import Target
from bench.run.contract import Finding, play


ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = load_frameworks()
TARGETS: Sequence[Target] = all_targets(FRAMEWORKS, load_profiles()[1])


@dataclass(frozen=True, slots=True)
class Played:
    """A target and everything that the suite found of it."""

    target: Target
    findings: dict[str, Finding]


@dataclass(frozen=True, slots=True)
class Stage:
    """An entered engine whose environments are made."""

    engine: LocalEngine
    placing: Placing
    refused: dict[str, str]

    @property
    def database(self) -> OwnDatabase:
        """The engine's own database, which tells its statements."""
        database = self.engine.database
        assert isinstance(database, OwnDatabase)
        return database


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The engine, with a cache of its own: a run may go on beside the tests."""
    logs = tmp_path_factory.mktemp("logs")
    cores = pinning(sorted(os.sched_getaffinity(0)))
    packages = {name: framework.package for name, (framework, _) in FRAMEWORKS.items()}
    cache = ROOT / ".cache" / "contract"
    engine = LocalEngine(ROOT, cache, logs, cores, packages, Options(wait_s=60))
    with engine:
        found = engine.prepare(TARGETS, lambda line: None)
        refused = {name: why for name, why in found.items() if isinstance(why, str)}
        opened = Stage(engine, Placing(1, 8, cores, logs), refused)
        opened.database.watch_statements(True)
        yield opened


@pytest.fixture(scope="session", params=TARGETS, ids=lambda target: target.id)
def played(request: pytest.FixtureRequest, stage: Stage) -> Played:
    """The findings of one target, from one play."""
    target: Target = request.param
    return Played(target, {f.name: f for f in played_once(stage, target)})


def played_once(stage: Stage, target: Target) -> list[Finding]:
    """Start, play, end; a target is played once in a session."""
    if target.id not in _PLAYED:
        assert target.id not in stage.refused, stage.refused[target.id]
        server = stage.engine.start(target, stage.placing, hash_seed=0)
        try:
            _PLAYED[target.id] = list(
                play(
                    server.host,
                    server.port,
                    target,
                    reset=stage.database.reset,
                    statements=lambda: stage.database.statements(
                        server.application_name
                    ),
                )
            )
        finally:
            server.stop()
    return _PLAYED[target.id]


_PLAYED: dict[str, list[Finding]] = {}
