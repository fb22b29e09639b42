"""What a run measures with; everything that touches the world is handed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.deploy.engine import Engine
from bench.deploy.trace import Tracer
from bench.load.generator import Generator
from bench.model.exchange import Request
from bench.run.burst import BurstReply, ask_at_once


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
