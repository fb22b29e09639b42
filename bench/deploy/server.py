"""One target as a local process: its command, its surroundings, its first answer."""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.child_environment import measured_environment
from bench.deploy.child import Child
from bench.deploy.engine import CpuPlacement
from bench.deploy.processes import Process, living, owns_port, settle
from bench.deploy.readiness import HOST, Readiness, quoted_fault
from bench.errors import TargetFailed
from bench.model.framework import Target
from bench.model.trial import Usage


@dataclass(frozen=True, slots=True)
class Where:
    """The files that a target is started from."""

    environment: Path  # its own, made from its lock
    folder: Path  # apps/<framework>
    home: Path  # an empty folder of the run
    dsn: str
    sslmode: str = ""  # "": as drivers do by themselves


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values where {names} stand; other braces stay as they are."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def placeholders(
    target: Target, placement: CpuPlacement, host: str, port: int
) -> dict[str, str]:
    """What stands for the {names} in the command and the variables of a target."""
    return {
        "host": host,
        "port": str(port),
        "workers": str(placement.workers),
        "threads": str(placement.threads),
        "connections": str(target.pool_connections),
    }


def free_port() -> int:
    """A loopback port that nobody listens at now."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Whether a server could listen at that loopback port now."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def surroundings(
    target: Target, where: Where, values: Mapping[str, str], hash_seed: int
) -> dict[str, str]:
    """
    The whole environment of a server: nothing comes from the user's shell.

    Variables that change servers behind one's back (telemetry, worker counts,
    debug switches, bytecode) are absent because only these few are there.
    """
    path = [str(where.environment / "bin"), *os.defpath.split(os.pathsep)]
    return {
        **measured_environment(os.environ),
        "PATH": os.pathsep.join(part for part in path if part),
        "HOME": str(where.home),
        "VIRTUAL_ENV": str(where.environment),
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "DATABASE_URL": where.dsn,
        **({"PGSSLMODE": where.sslmode} if where.sslmode else {}),
        "APPLICATION_NAME": application_name(int(values["port"])),
        "POOL_CONNECTIONS": values["connections"],
        **{name: fill(value, values) for name, value in target.environment.items()},
    }


def application_name(port: int) -> str:
    """The name under which the server at that port talks to PostgreSQL."""
    return f"bench-{port}"


class PortTaken(TargetFailed):
    """Somebody else got the port between choosing and listening."""


class LocalServer:
    """A started target; `first_answer_s` counts from the server's own first instruction."""

    def __init__(
        self, target: Target, port: int, child: Child, mark: str, ready_s: float
    ) -> None:
        """Wait for the first right answer; TargetFailed, and nothing left, if there is none."""
        self.target = target
        self.host = HOST
        self.port = port
        self.command = tuple(child.order.argv)
        self.application_name = application_name(port)
        self._child = child
        self._mark = mark
        self.stopped = False
        self.first_answer_s = 0.0
        try:
            self._await_answer(ready_s)
            self._workers = self._settled()
        except BaseException:
            self.stop()
            raise

    def usage(self, memory: bool = True) -> Usage:
        """CPU time so far and memory now of the whole process tree; TargetFailed if it is gone."""
        if self.stopped or self._child.status is not None:
            raise self._failure("is gone")
        spent = self._child.tree.cpu_ns()
        memory_bytes = self._child.tree.memory_bytes() if memory else None
        return Usage(spent, memory_bytes, len(self._child.tree.members()))

    def check_alive(self) -> None:
        """TargetFailed if it, or a worker that it had when it came up, has died."""
        if self.stopped or self._child.status is not None:
            raise self._failure("is gone")
        for worker in self._workers:
            if not living([worker]):
                raise self._failure(f"lost a worker (process {worker.pid})")

    def ask_to_end(self) -> None:
        """Ask once, without waiting; `stop` makes sure."""
        if not self.stopped:
            self._child.ask_to_end()

    def stop(self) -> None:
        """End it with everything that it started; harmless when repeated."""
        if not self.stopped:
            self._child.end(mark=self._mark)
            self.stopped = True

    def process_ids(self) -> list[int]:
        """Its live processes now."""
        return [process.pid for process in self._child.tree.alive()]

    def log_tail(self) -> str:
        """The last lines of its log."""
        return self._child.log_tail()

    def _await_answer(self, ready_s: float) -> None:
        began = self._child.started_ns
        readiness = Readiness(ready_s)
        while (why := readiness.hopeless(self._child.tree.alive)) is None:
            if self._child.status is not None:
                self._refuse_taken_port()
                raise self._start_failure("did not start")
            if readiness.up(self.port):
                self.first_answer_s = (time.monotonic_ns() - began) / 1e9
                if not owns_port(self.process_ids(), self.port):
                    taken = f"{self.target.id}: somebody else answers at its port"
                    raise PortTaken(taken)
                return
        raise self._start_failure(why)

    def _refuse_taken_port(self) -> None:
        """Whether it ended because somebody else listens there; then another port may do."""
        if not port_is_free(self.port):
            raise PortTaken(
                f"{self.target.id}: port {self.port} is in use by another program",
                hint="end that program, or let the engine choose free ports itself",
                log_tail=self.log_tail(),
            )

    def _settled(self) -> list[Process]:
        """The master and its children, once nobody is born any more."""
        settle(self.process_ids)
        root = self._child.process.pid
        # Not their grandchildren: a worker may ask a short-lived program something.
        alive = self._child.tree.alive()
        return [p for p in alive if p.pid == root or p.parent == root]

    def _start_failure(self, what: str) -> TargetFailed:
        """Of a server that has never answered rightly: what its log tells first is why."""
        return self._failure(what, quoted_fault(self._child.log_head()))

    def _failure(self, what: str, fault: str | None = None) -> TargetFailed:
        ended = "" if self._child.status is None else f": {self._child.ended()}"
        return TargetFailed(
            f"{self.target.id} {what}{ended}{f': {fault}' if fault else ''}",
            hint=f"read {self._child.order.log.name} among the run's logs",
            log_tail=self.log_tail(),
        )
