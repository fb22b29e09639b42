"""The generator as several workers under one master: the same orders and tallies, divided and put together."""

import secrets
import socket
import subprocess
import sys
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from bench.errors import EnvironmentFailure
from bench.load.joining import Credentials
from bench.load.locust_generator import (
    QUIT_S,
    SLACK_S,
    START_S,
    LocustGenerator,
    clean_environment,
)
from bench.load.messages import (
    LoadCommand,
    Message,
    order_message,
    received,
    refusal_of,
)
from bench.load.worker_pool import WorkerPool
from bench.model.trial import WindowStats


GATHER_S = 180.0  # that a master may take to find and prepare its workers, at the worst
AWAIT_S = 600.0  # for those on other machines to join
REPLACEMENTS = 10
"""Workers started for others that had ended, in one run; more of it is no accident."""


class DistributedGenerator(LocustGenerator):
    """
    Starts a master and the pool's workers here, each on one of `cpus` in turn.

    A worker that is lost is named in the tally of the visit in which it was;
    before the next visit another is started for it, if it was one of ours.
    """

    module = "bench.load.master_process"

    def __init__(
        self,
        cpus: Sequence[int],
        worker_pool: WorkerPool,
        credentials: Credentials | None = None,
        log: Path | None = None,
        workloads: str = "bench.workloads",
    ) -> None:
        super().__init__(cpus, log=log, workloads=workloads)
        self._pool = worker_pool
        self._credentials = credentials or Credentials(secrets.token_hex(16), {})
        self._children: list[WorkerChild] = []
        self._hired = 0

    @property
    def port(self) -> int:
        """Where its master listens for workers."""
        return int(self._greeting["port"])

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The processes of this machine that send, as long as none is lost."""
        return tuple(child.pid for child in self._children)

    def __enter__(self) -> Self:
        """Start all of it and wait until everybody has joined; EnvironmentFailure if somebody does not."""
        _refuse_taken(self._pool)
        super().__enter__()
        try:
            # In turn; [()]: not pinned.
            pins: list[tuple[int, ...]] = [(cpu,) for cpu in self._cpus] or [()]
            self._hire([pins[n % len(pins)] for n in range(self._pool.here)])
            whole = self._pool.here + self._pool.elsewhere
            answer = self._ask(
                {"do": "await", "workers": whole, "patience_s": AWAIT_S},
                AWAIT_S + SLACK_S,
            )
            if "refused" in answer:
                raise refusal_of(answer)
        except BaseException:
            self._end(at_once=True)
            raise
        return self

    def carry_out(self, order: LoadCommand) -> WindowStats:
        """Like the one process; a fixed number of requests is sent again if a worker was lost with its share of them."""
        tally = super().carry_out(order)
        lost = any(worker.lost for worker in tally.workers)
        if lost and order.visit.requests_limit is not None:
            tally = super().carry_out(order)
        return tally

    def _answer(self, order: LoadCommand, patience_s: float) -> Message:
        """The answer of all workers of this machine; who is missed as the visit begins is replaced before anything is sent."""
        self._replace({child.post.name for child in self._children if not child.alive})
        while True:
            here = [child.post.name for child in self._children]
            answer = self._ask({**order_message(order), "here": here}, patience_s)
            if "missed" not in answer:
                return answer
            self._replace(set(answer["missed"]))

    def _words(self) -> list[str]:
        return ["--host", self._pool.host, "--port", str(self._pool.port)]

    def _environment(self) -> dict[str, str]:
        return super()._environment() | self._credentials.environment()

    def _ask(self, message: Message, patience_s: float) -> Message:
        return super()._ask(message, patience_s + GATHER_S)

    def _hire(self, places: Sequence[tuple[int, ...]]) -> None:
        """Start a worker on each of these sets of processors, and wait until all have joined."""
        started = []
        for cpus in places:
            self._hired += 1
            name = f"here-{self._hired}"
            # Like the one process, they go where this harness says: it has looked.
            post = Post(
                self._pool.host, self.port, name, cpus, self._workloads, anywhere=True
            )
            started.append(WorkerChild(post, self._credentials, self._log))
            self._children.append(started[-1])
        for child in started:
            child.joined(START_S)

    def _replace(self, names: Set[str]) -> None:
        """Others in the place of these; EnvironmentFailure when it happens again and again."""
        lost = [child for child in self._children if child.post.name in names]
        if not lost:
            return
        if self._hired + len(lost) > self._pool.here + REPLACEMENTS:
            raise EnvironmentFailure(
                f"load workers end again and again, now {', '.join(sorted(names))}{self._tail()}",
                hint="find what ends them: generator.log",
            )
        # Locust's master would miss them only after some seconds without a heartbeat.
        self._ask({"do": "drop", "names": sorted(names)}, SLACK_S)
        for child in lost:
            self._children.remove(child)
            child.end()
        self._hire([child.post.cpus for child in lost])

    def _end(self, at_once: bool) -> None:
        super()._end(at_once)
        for child in self._children:
            child.end()
        self._children.clear()


def _refuse_taken(worker_pool: WorkerPool) -> None:
    """Nobody can join where the master cannot listen: say so before anything is started."""
    if not worker_pool.port:
        return
    try:
        socket.create_server((worker_pool.host, worker_pool.port)).close()
    except OSError as error:
        raise EnvironmentFailure(
            f"load workers cannot be awaited at {worker_pool.host} port {worker_pool.port}: {error}",
            hint="name an address of this machine and a free port",
        ) from error


@dataclass(frozen=True, slots=True)
class Post:
    """Where a worker joins, by which name, on which processors (none: not pinned), and what it may do."""

    host: str
    port: int
    name: str
    cpus: tuple[int, ...] = ()
    workloads: str = "bench.workloads"
    anywhere: bool = False  # load may go beyond loopback and private networks


class WorkerChild:
    """Starts a worker; `joined` waits for it, `end` ends it. What it says beside goes to `log` (None: to our stderr)."""

    def __init__(
        self, post: Post, credentials: Credentials, log: IO[bytes] | None = None
    ) -> None:
        self.post = post
        self._channel, theirs = socket.socketpair()
        self._lines = self._channel.makefile("rb")
        command = [sys.executable, "-m", "bench.load.worker_process"]
        command += ["--channel", str(theirs.fileno()), "--name", post.name]
        command += ["--cpus", ",".join(str(cpu) for cpu in post.cpus)]
        command += ["--master", post.host, "--port", str(post.port)]
        command += ["--workloads", post.workloads]
        command += ["--anywhere", "yes" if post.anywhere else ""]
        with theirs:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                env=clean_environment() | credentials.environment(),
            )

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self._child.poll() is None

    def joined(self, patience_s: float | None) -> None:
        """Wait until the master has admitted it; EnvironmentFailure if it has not, or not in time (None: any)."""
        self._hear(patience_s)

    def ended(self) -> None:
        """Wait until the master says that it is over; EnvironmentFailure if it died, or the master is silent."""
        self._hear(None)

    def end(self) -> None:
        """End it, whatever it does; harmless when repeated."""
        self._lines.close()
        self._channel.close()
        try:
            self._child.wait(QUIT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _hear(self, patience_s: float | None) -> None:
        self._channel.settimeout(patience_s)
        try:
            message = received(self._lines)
        except TimeoutError:
            raise EnvironmentFailure(
                f"load worker {self.post.name} has not joined within {patience_s:g} s",
                hint="the machine is overloaded, or this is a fault of the harness",
            ) from None
        if message is None:
            raise EnvironmentFailure(
                f"load worker {self.post.name} ended (status {self._status()})",
                hint="its log says why; if it does not, was it killed for lack of memory?",
            )
        if "refused" in message:
            raise refusal_of(message)

    def _status(self) -> int | None:
        try:
            return self._child.wait(QUIT_S)
        except subprocess.TimeoutExpired:
            return None
