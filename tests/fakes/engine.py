"""An engine without processes, scripted: for tests of what drives engines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from bench.deploy.engine import CpuPlacement, Say
from bench.errors import TargetFailed
from bench.model.framework import Target
from bench.model.run import Receipt
from bench.model.trial import Usage


_FIRST_PORT = 20001


def _even(target: str, round_number: int) -> float:
    return 1.0


@dataclass(frozen=True, slots=True)
class Script:
    """
    What shall happen, by target id; rounds are counted by starts, from 1.

    `cpu_us` is the CPU time of one request in microseconds, `noise` a factor
    on it by (target, round). `refuses` gives the reason why there is no
    environment; `fails_to_start` and `dies` give the rounds in which the
    target does not come up, or dies at its first request. `idle_us` is spent
    at every look at a server, asked or not.
    """

    cpu_us: Mapping[str, float] = field(default_factory=dict)
    default_cpu_us: float = 100.0
    noise: Callable[[str, int], float] = _even
    refuses: Mapping[str, str] = field(default_factory=dict)
    fails_to_start: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    dies: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    idle_us: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: int | None = 50_000_000
    database_cpu_us: float = 20.0


class FakeServer:
    """A server that only adds up what it was said to have answered."""

    def __init__(
        self, script: Script, target: Target, port: int, round_number: int
    ) -> None:
        self.target = target
        self.host = "127.0.0.1"
        self.port = port
        self.command = tuple(part.replace("{port}", str(port)) for part in target.serve)
        self.first_answer_s = 0.25
        self.application_name = f"bench-{port}"
        self.round = round_number
        self.requests = 0
        self.stopped = False
        self.dead = False
        self._script = script
        self._cpu_us = 0.0

    def answer(self, requests: int) -> None:
        """Spend the CPU time of that many requests."""
        if self.round in self._script.dies.get(self.target.id, ()):
            self.dead = True
            return
        cost = self._script.cpu_us.get(self.target.id, self._script.default_cpu_us)
        self._cpu_us += requests * cost * self._script.noise(self.target.id, self.round)
        self.requests += requests

    def usage(self, memory: bool = True) -> Usage:
        """What was spent so far; TargetFailed if the script let it die."""
        self.check_alive()
        self._cpu_us += self._script.idle_us.get(self.target.id, 0.0)
        seen = self._script.memory_bytes if memory else None
        return Usage(int(self._cpu_us * 1000), seen, 2)

    def check_alive(self) -> None:
        """TargetFailed if it died or was stopped."""
        if self.stopped or self.dead:
            raise TargetFailed(
                f"{self.target.id} is gone: its process ended with status 1",
                hint="read its log",
                log_tail="the script let it die",
            )

    def process_ids(self) -> list[int]:
        """None: nothing runs."""
        return []

    def stop(self) -> None:
        """Count it as stopped."""
        self.stopped = True


class FakeDatabase:
    """A database that counts its resets."""

    def __init__(self) -> None:
        self.dsn = "postgresql://bench@127.0.0.1:1/bench"
        self.sslmode = ""
        self.resets = 0
        self.cpu_us = 0.0
        self.open: dict[str, int] = {}

    def facts(self) -> Mapping[str, str]:
        """A version, as a real one would tell."""
        return {"version": "18.0", "source": "fake"}

    def reset(self) -> None:
        """Count."""
        self.resets += 1

    def usage(self) -> Usage | None:
        """What the answered requests cost it."""
        return Usage(int(self.cpu_us * 1000), None, 6)

    def connections(self) -> Mapping[str, int]:
        """As many as were put into `open`."""
        return dict(self.open)


class FakeEngine:
    """
    Implements the seam from a Script.

    A fake generator tells it what it asked: `answered(port, requests)`.
    `events` is the story so far, `running` the servers not stopped yet.
    """

    name = "fake"

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.database = FakeDatabase()
        self.servers: list[FakeServer] = []
        self.events: list[str] = []
        self.placings: list[tuple[CpuPlacement, int]] = []
        self._starts: dict[str, int] = {}

    @property
    def running(self) -> list[FakeServer]:
        """The servers that nobody has stopped."""
        return [server for server in self.servers if not server.stopped]

    def __enter__(self) -> Self:
        self.events.append("enter")
        return self

    def __exit__(self, *error: object) -> None:
        for server in self.running:
            server.stop()
        self.events.append("exit")

    def prepare(
        self, targets: Sequence[Target], say: Say
    ) -> Mapping[str, Receipt | str]:
        """A receipt for each target, or the scripted reason."""
        receipts: dict[str, Receipt | str] = {}
        for target in targets:
            say(f"environment of {target.id}")
            receipts[target.id] = self.script.refuses.get(target.id) or Receipt(
                version=f"{target.version}.0",
                python="3.13.0 (configured with --enable-optimizations)",
                packages={target.framework: f"{target.version}.0"},
                lock_sha256="1" * 64,
                app_sha256="2" * 64,
            )
        return receipts

    def start(
        self, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> FakeServer:
        """A fresh server, or TargetFailed where the script says so."""
        number = self._starts.get(target.id, 0) + 1
        self._starts[target.id] = number
        self.events.append(f"start {target.id}")
        self.placings.append((placement, hash_seed))
        if number in self.script.fails_to_start.get(target.id, ()):
            raise TargetFailed(
                f"{target.id} did not start: its process ended with status 1",
                hint="read its log",
                log_tail="the script said so",
            )
        port = _FIRST_PORT + len(self.servers)
        server = FakeServer(self.script, target, port, number)
        self.servers.append(server)
        return server

    def answered(self, port: int, requests: int) -> None:
        """Let the server at that port spend what so many requests cost."""
        for server in self.running:
            if server.port == port:
                server.answer(requests)
                self.database.cpu_us += requests * self.script.database_cpu_us
                return
        raise ConnectionRefusedError(f"no fake server listens at port {port}")
