"""The seam between the harness and whatever runs the servers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from bench.model.framework import Target
from bench.model.plan import Pinning
from bench.model.run import Receipt
from bench.model.trial import Usage


type Say = Callable[[str], None]
"""Tells the user one short line of what goes on now."""


@dataclass(frozen=True, slots=True)
class CpuPlacement:
    """What every server of a run gets alike."""

    workers: int
    threads: int
    pinning: Pinning
    logs: Path  # folder for the logs of servers and database


class Server(Protocol):
    """One target that is up."""

    target: Target
    host: str
    port: int
    command: tuple[str, ...]  # as it was started, placeholders filled
    application_name: str  # as PostgreSQL sees its connections

    @property
    def first_answer_s(self) -> float | None:
        """From the start of the process to the first right answer; None if it stood already."""

    def usage(self, memory: bool = True) -> Usage | None:
        """CPU time so far and memory now, of everything that belongs to it; None where it is not ours to look into, TargetFailed if it is gone."""

    def check_alive(self) -> None:
        """Raise TargetFailed, with the end of its log, if a process of it has died."""

    def process_ids(self) -> list[int]:
        """Its live processes as this machine numbers them; none if they are another machine's."""

    def stop(self) -> None:
        """End it for certain, with all its children; harmless when repeated."""


class Database(Protocol):
    """The PostgreSQL that all targets of a run share."""

    dsn: str

    def facts(self) -> Mapping[str, str]:
        """Version and settings, as the server itself tells them."""

    def reset(self) -> None:
        """Bring the rows back to the seed."""

    def usage(self) -> Usage | None:
        """CPU time of the whole server, or None where it is not ours to look into."""

    def connections(self) -> Mapping[str, int] | None:
        """Connections open now, by application name (each server has its own); None where nobody tells."""


@runtime_checkable
class WatchedDatabase(Protocol):
    """A database that this run started, so that what it was asked can be read."""

    def watch_statements(self, on: bool) -> None:
        """Log every statement from now on, or none; never on while measuring."""

    def statements(self, application_name: str) -> list[str]:
        """What clients of that name have asked since this was last called for it, in order."""


class Engine(Protocol):
    """Prepares environments, keeps a database, starts servers; leaves nothing behind."""

    name: str

    def __enter__(self) -> Self:
        """Clean up after killed runs, then bring the database up."""

    def __exit__(self, kind: Any, error: Any, trace: Any, /) -> None:
        """Stop everything that was started, whatever happened."""

    @property
    def database(self) -> Database:
        """The database, once entered."""

    def prepare(
        self, targets: Sequence[Target], say: Say
    ) -> Mapping[str, Receipt | str]:
        """Make each target's environment; its receipt, or the reason why there is none."""

    def start(self, target: Target, placement: CpuPlacement, hash_seed: int) -> Server:
        """Start the target afresh and return at its first right answer of /healthz or /hello."""
