"""Live targets: each is started, played once in a session, and ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine
from bench.deploy.postgres import OwnDatabase
from bench.model.framework import Target
from bench.run.contract import ContractResult, play


ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = load_frameworks()
TARGETS: Sequence[Target] = all_targets(FRAMEWORKS, load_profiles()[1])


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
    refused: dict[str, str]

    @property
    def database(self) -> OwnDatabase:
        """The engine's own database, which tells its statements."""
        database = self.engine.database
        assert isinstance(database, OwnDatabase)
        return database


def bare(target: Target) -> bool:
    """Whether there is no framework behind it."""
    return FRAMEWORKS[target.framework][0].package is None


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
