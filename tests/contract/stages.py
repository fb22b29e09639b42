"""Live targets: each is started, played once in a session, and ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine
from bench.deploy.postgres import OwnDatabase
from bench.model.framework import Role, Target
from bench.run.contract import ContractResult, play


ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = load_frameworks()
TARGETS: Sequence[Target] = all_targets(FRAMEWORKS, load_profiles()[1])


def _facts(target: Target) -> set[object]:
    """What it shows of the contract: an application as configured, a server, the ends of the versions."""
    program, *words = target.serve
    server = [w for w in words if w.startswith(("--worker-class", "--interface", "--http"))]  # fmt: skip
    application = [word for word in words if not word.startswith("-")]
    versions = [t.version for t in TARGETS if t.framework == target.framework]
    end = target.version in (versions[0], versions[-1])
    return {
        (program, *server),
        (target.framework, *application[:1], *target.environment.items()),
        (target.framework, target.version if end else versions[-1]),
    }


def _first_of_their_kind() -> Iterator[Target]:
    """Those that show something no target before them does; the newest defaults are before all."""
    newest = {t.framework: t for t in TARGETS if t.role is Role.CONTESTANT}
    covered: set[object] = set()
    for target in (*newest.values(), *TARGETS):
        if not _facts(target) <= covered:
            covered |= _facts(target)
            yield target


ESSENTIAL = frozenset(target.id for target in _first_of_their_kind())
"""Those that `make test` plays; `make test-all` plays every one."""


def cases(*, whole: bool = False) -> list[object]:
    """Targets as parameters of a test; only those that serve the whole contract if `whole`."""
    return [
        pytest.param(
            target,
            id=target.id,
            marks=() if target.id in ESSENTIAL else pytest.mark.nightly,
        )
        for target in TARGETS
        if not whole or target.workloads is None
    ]


@dataclass(frozen=True, slots=True)
class Played:
    """A target and everything that the suite found of it."""

    target: Target
    findings: dict[str, ContractResult]


@dataclass(frozen=True, slots=True)
class Stage:
    """An entered engine whose environments are made."""

    engine: LocalEngine
    placement: CpuPlacement
    targets: Sequence[Target]  # that this session plays
    refused: dict[str, str]

    @property
    def database(self) -> OwnDatabase:
        """The engine's own database, which tells its statements."""
        database = self.engine.database
        assert isinstance(database, OwnDatabase)
        return database


def bare(target: Target) -> bool:
    """Whether there is no framework behind it."""
    return FRAMEWORKS[target.framework].framework.package is None


_PLAYED: dict[str, list[ContractResult]] = {}


def played_once(stage: Stage, target: Target) -> list[ContractResult]:
    """Start, play, end; a target is played once in a session."""
    if target.id not in _PLAYED:
        assert target.id not in stage.refused, stage.refused[target.id]
        server = stage.engine.start(target, stage.placement, hash_seed=0)
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
                    bare=bare(target),
                )
            )
        finally:
            server.stop()
    return _PLAYED[target.id]
