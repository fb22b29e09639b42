"""What a run measures with; everything that touches the world is handed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.deploy.engine import Engine, Server
from bench.deploy.http_client import BurstReply, ask_at_once
from bench.deploy.trace import Tracer
from bench.load.generator import Generator
from bench.model.exchange import Request
from bench.model.plan import Cell, Plan
from bench.model.trial import Window
from bench.model.workload import Workload
from bench.plan.schedule import request_seed


@dataclass(frozen=True, slots=True)
class Instruments:
    """The engine, the generator and the clocks."""

    engine: Engine
    generator: Generator
    folder: Path  # the run folder: samples and logs go below it
    verify: Callable[
        [str, int, str], str | None
    ]  # host, port, workload -> what is wrong
    steal_s: Callable[[], float | None]  # stolen from this machine so far
    utc_now: Callable[[], str]
    tracer: Tracer | None = None  # None: windows say nothing of the machine
    fingerprint: Callable[[], str | None] = lambda: None  # of the machine as it is now
    # host, port, request, how many of it, limit in seconds -> each one's fate
    ask_at_once: Callable[[str, int, Request, int, float], Sequence[BurstReply]] = (
        ask_at_once
    )


@dataclass(frozen=True, slots=True)
class Now:
    """What the run does at this moment; for the eyes, never stored."""

    round: int
    doing: str  # starting, warming up, measuring
    target: str
    workload: str | None = None
    cycle: int | None = None


@dataclass(slots=True)
class Round:
    """The state of one round while it goes on."""

    number: int
    plan: Plan
    tools: Instruments
    workloads: dict[str, Workload]
    # Of this round, in the order in which they were measured; an interrupted
    # round begins with what it had.
    windows: list[Window] = field(default_factory=list)
    servers: dict[str, Server] = field(default_factory=dict)
    most_connections: dict[str, int] = field(default_factory=dict)
    # Target, workload and experiment of the volleys that this round has had.
    volleys: set[tuple[str, str, str]] = field(default_factory=set)
    # Target and experiment of the meetings that the run has had.
    meetings: set[tuple[str, str]] = field(default_factory=set)

    def has(self, cell: Cell, cycle: int) -> bool:
        """Whether that window was measured before the round was interrupted."""
        wanted = (cell.target, cell.workload, cell.load.name, cycle)
        return any(
            wanted == (w.target, w.workload, w.load, w.cycle) for w in self.windows
        )

    @property
    def seed(self) -> int:
        """The seed of the request bodies."""
        return request_seed(self.plan, self.number)
