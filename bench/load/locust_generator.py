"""The generator as the harness sees it: orders go to the Locust process, tallies come back."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

import bench
from bench.child_environment import sending_environment
from bench.errors import EnvironmentFailure
from bench.load.generator import LoadRequest
from bench.load.loops import DRAIN_S, LIMITED_S
from bench.load.messages import (
    LoadCommand,
    Message,
    line,
    order_message,
    received,
    refusal_of,
    tally_of,
)
from bench.model.trial import WindowStats


START_S = 60.0  # Locust imports much
SLACK_S = 30.0  # on top of what a visit takes, before its process is given up
QUIT_S = 5.0
TAIL_BYTES = 4000


class LocustGenerator:
    """
    Starts the generator process, pinned to `cpus` (none: not pinned), and orders visits.

    `log` gets what the process says, which is nothing as long as all is well.
    `workloads` is the module whose `workload(name)` knows the visits' workloads.
    """

    module = "bench.load.locust_process"
    """What runs in the process."""

    def __init__(
        self,
        cpus: Sequence[int],
        hash_seed: int = 0,
        log: Path | None = None,
        workloads: str = "bench.workloads",
    ) -> None:
        self._cpus = tuple(cpus)
        self._hash_seed = hash_seed
        self._log_path = log
        self._workloads = workloads
        self._log: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._lines: IO[bytes] | None = None
        self._greeting: Message = {}

    @property
    def pid(self) -> int:
        """The process that sends; for those who account for its CPU."""
        assert self._child is not None
        return self._child.pid

    def __enter__(self) -> Self:
        """Start it and wait until it is ready; EnvironmentFailure if it does not come up."""
        if self._log_path is None:
            self._log = tempfile.TemporaryFile()
        else:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            self._log = self._log_path.open("ab+")
        try:
            self._start()
            self._greeting = self._receive(START_S)
            if "refused" in self._greeting:
                raise refusal_of(self._greeting)
        except BaseException:
            self._end(at_once=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """End the process, whatever state it is in."""
        self._end(at_once=kind is not None)

    def visit(self, order: LoadRequest) -> WindowStats:
        """Carry out one visit; EnvironmentFailure if the process died, UsageError for an unknown workload."""
        return self.carry_out(LoadCommand(order))

    def carry_out(self, order: LoadCommand) -> WindowStats:
        """Like `visit`, for orders that may name a path instead of a workload."""
        limited = order.visit.requests_limit is not None
        duration_s = LIMITED_S if limited else order.visit.load.duration_s
        return tally_of(self._answer(order, duration_s + DRAIN_S + SLACK_S))

    def forget(self, host: str, port: int) -> None:
        """Close the connections kept to a server that is about to stop."""
        self._ask({"do": "forget", "host": host, "port": port}, SLACK_S)

    def _answer(self, order: LoadCommand, patience_s: float) -> Message:
        return self._ask(order_message(order), patience_s)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel, self._lines = ours, ours.makefile("rb")
        command = [sys.executable, "-m", self.module]
        command += ["--channel", str(theirs.fileno())]
        command += ["--cpus", ",".join(str(cpu) for cpu in self._cpus)]
        command += self._words()
        with theirs:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
                env=self._environment(),
            )

    def _words(self) -> list[str]:
        """What else the process is told."""
        return ["--workloads", self._workloads]

    def _environment(self) -> dict[str, str]:
        return clean_environment(self._hash_seed)

    def _ask(self, message: Message, patience_s: float) -> Message:
        if self._channel is None:
            raise EnvironmentFailure(
                "the generator was asked before it was started or after it ended",
                hint="use it inside its `with` block",
            )
        try:
            self._channel.settimeout(SLACK_S)
            self._channel.sendall(line(message))
        except OSError:
            raise self._died("when it was given an order") from None
        try:
            return self._receive(patience_s)
        except BaseException:
            # An answer that comes later would be taken for the next one's.
            self._end(at_once=True)
            raise

    def _receive(self, patience_s: float) -> Message:
        assert self._channel is not None and self._lines is not None
        self._channel.settimeout(patience_s)
        try:
            message = received(self._lines)
        except TimeoutError:
            raise EnvironmentFailure(
                f"the generator did not answer within {patience_s:g} s{self._tail()}",
                hint="the machine is overloaded, or this is a fault of the harness",
            ) from None
        if message is None:
            raise self._died("in its work")
        return message

    def _died(self, when: str) -> EnvironmentFailure:
        assert self._child is not None
        try:
            status = self._child.wait(QUIT_S)
        except subprocess.TimeoutExpired:
            status = None
        return EnvironmentFailure(
            f"the generator process ended {when} (status {status}){self._tail()}",
            hint="if its log names no reason, was it killed for lack of memory?",
        )

    def _tail(self) -> str:
        """The end of its log, for messages; empty if it said nothing."""
        if self._log is None:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - TAIL_BYTES))
        text = self._log.read().decode("utf-8", "replace").strip()
        return f"; the end of its log:\n{text}" if text else ""

    def _end(self, at_once: bool) -> None:
        if self._channel is not None:
            if not at_once:
                try:
                    self._channel.sendall(line({"do": "quit"}))
                except OSError:
                    at_once = True
            self._wait(0.0 if at_once else QUIT_S)
            if self._lines is not None:
                self._lines.close()
            self._channel.close()
            self._channel = self._lines = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def _wait(self, patience_s: float) -> None:
        if self._child is None:
            return
        try:
            if patience_s > 0:
                self._child.wait(patience_s)
        except subprocess.TimeoutExpired:
            pass
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()


def clean_environment(hash_seed: int = 0) -> dict[str, str]:
    """The environment of every process that sends."""
    assert bench.__file__ is not None
    return sending_environment(
        os.environ,
        str(Path(bench.__file__).parent.parent),
        PYTHONHASHSEED=str(hash_seed),
        OPENBLAS_NUM_THREADS="1",  # sums of a window need no more
        GEVENT_LOOP="libev-cext",
    )
