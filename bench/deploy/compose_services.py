"""Containers of a run: a target, the PostgreSQL of all, what they use and how they end."""

import contextlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import psycopg

from bench.deploy import processes
from bench.deploy.compose_relay import Relay
from bench.deploy.compose_tool import ComposeTool
from bench.deploy.compose_usage import StatsAccount, control_group
from bench.deploy.database import StandingDatabase
from bench.deploy.postgres import logged
from bench.deploy.processes import Process
from bench.deploy.readiness import HOST, Readiness, quoted_fault
from bench.errors import BenchError, EnvironmentFailure, TargetFailed
from bench.model.framework import Target
from bench.model.trial import Usage


INNER_PORT = 8000
"""What every server listens at, in a network namespace of its own."""

SERVICE = "database"
PORT = 5432
INNER_DSN = f"postgresql://bench:bench@{SERVICE}:{PORT}/bench"
"""How the servers reach it."""
_DATABASE_READY_S = 90.0
_SETTLED_S = 1.0  # a relay that was killed is known to be gone by then
_LOOK_S = 1.0  # between two looks whether the container still runs
_STOP_S = "3"
_TAIL_LINES = 20
_HEAD = 1 << 18  # characters
_KILLED = 137


class Account(Protocol):
    """Tells what one container has used."""

    def usage(self, memory: bool = True) -> Usage:
        """CPU time so far, memory and processes now; OSError if the container is gone."""

    def pids(self) -> list[int]:
        """Its processes as this machine numbers them; none if they are another machine's."""


@dataclass(frozen=True, slots=True)
class Container:
    """A started container, and the calls that concern it."""

    tool: ComposeTool
    name: str
    log: Path  # where its log goes when it ends
    memory_setting: str  # what names its memory limit

    def inspect(self, template: str) -> str:
        """What the engine knows of it, by a template; EnvironmentFailure if it is gone."""
        return self.tool.docker("inspect", "--format", template, self.name).strip()

    def address(self) -> str:
        """Its address in its network."""
        addresses = self.inspect(
            "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
        )
        if not addresses.split():
            how = self.ended() or "it has no address in its network"
            raise EnvironmentFailure(f"a container cannot be reached: {how}")
        return addresses.split()[0]

    def account(self) -> Account:
        """Where what it uses is told: by the kernel, else by the engine; EnvironmentFailure if nowhere."""
        identity, pid = self.inspect("{{.Id}} {{.State.Pid}}").split()
        try:
            return control_group(identity, int(pid))
        except EnvironmentFailure:
            return StatsAccount(self.tool, self.name)

    def ended(self) -> str | None:
        """
        How it, or a process in it for want of memory, has ended, in words; None while all is well.

        EnvironmentFailure if the engine itself does not answer any more.
        """
        try:
            state = json.loads(self.inspect("{{json .State}}"))
        except BenchError:
            self.tool.refuse_silent()
            return "its container is gone"
        if state.get("OOMKilled"):
            return f"a process was killed for want of memory ({self.memory_setting})"
        if state["Status"] == "running":
            return None
        status = state["ExitCode"]
        killed = " (killed)" if status == _KILLED else ""
        why = f": {state['Error']}" if state.get("Error") else ""
        return f"its container ended with status {status}{killed}{why}"

    def save_log(self) -> None:
        """Write all that it has said into the run folder."""
        with contextlib.suppress(BenchError):
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_text(self.said(), encoding="utf-8")

    def said(self, *options: str) -> str:
        """Its stdout and stderr."""
        joined = ("sh", "-c", 'exec docker logs "$@" 2>&1', "logs")
        return self.tool.run([*joined, *options, self.name], {}, 60)

    def log_tail(self) -> str:
        """The last lines that it said, or ''."""
        try:
            return self.said("--tail", str(_TAIL_LINES)).strip()
        except BenchError:
            return ""

    def log_head(self) -> str:
        """The first of what it said, where the first fault is, or ''."""
        try:
            return self.said()[:_HEAD]
        except BenchError:
            return ""

    def remove(self, ask_first: bool = True) -> None:
        """Save its log and remove it; harmless when repeated."""
        with contextlib.suppress(BenchError):
            if ask_first:
                self.tool.docker("stop", "--time", _STOP_S, self.name)
            self.save_log()
        with contextlib.suppress(BenchError):
            self.tool.docker("rm", "--force", "--volumes", self.name)


class ContainerServer:
    """
    A started target.

    `host` and `port` are the harness's own way to it; `inner` is where the
    generator finds it, without any detour.
    """

    def __init__(
        self,
        target: Target,
        container: Container,
        relay: Relay,
        command: Sequence[str],
        ready_s: float,
    ) -> None:
        """Wait for the first right answer; TargetFailed, and nothing left, if there is none."""
        self.target = target
        self.command = tuple(command)
        self.application_name = container.name
        self.container = container
        self.host = HOST
        self.port = 0
        self.inner = ("", INNER_PORT)
        self.first_answer_s = 0.0
        self.stopped = False
        self._relay = relay
        try:
            self.refuse_ended()
            self.inner = (container.address(), INNER_PORT)
            self.port = relay.forward(*self.inner)
            self._account = container.account()
            self._await_answer(ready_s)
        except TargetFailed:
            self.stop()
            raise
        except BaseException as error:
            try:
                # It may have ended between two questions: that is its failure alone.
                if isinstance(error, EnvironmentFailure):
                    self.refuse_ended()
            finally:
                self.stop()
            raise

    def usage(self, memory: bool = True) -> Usage:
        """CPU time so far and memory now of everything in the container; TargetFailed if it is gone."""
        try:
            return self._account.usage(memory)
        except (OSError, ValueError) as error:
            raise self._failure("is gone") from error

    def check_alive(self) -> None:
        """TargetFailed if it, or a worker that it had when it came up, has died."""
        how = None if self._workers else self.container.ended()
        if how is not None:
            raise self._failure("is gone", how)
        for worker in self._workers:
            if not processes.living([worker]):
                raise self._failure(f"lost a process ({worker.pid})")

    def process_ids(self) -> list[int]:
        """Its live processes as this machine numbers them; none if they are another machine's. TargetFailed if it is gone."""
        try:
            return self._account.pids()
        except OSError as error:
            raise self._failure("is gone") from error

    def stop(self) -> None:
        """End it for certain; its log is in the run folder then. Harmless when repeated."""
        if not self.stopped:
            self.stopped = True
            self._relay.forget(self.port)
            self.container.remove()

    def refuse_ended(self) -> None:
        """TargetFailed if the container has ended already."""
        how = self.container.ended()
        if how is not None:
            raise self._start_failure("did not start", how)

    def _await_answer(self, ready_s: float) -> None:
        began = datetime.fromisoformat(self.container.inspect("{{.State.StartedAt}}"))
        # The engine's clock and ours are asked this once: one may be set meanwhile.
        age_s = max(0.0, time.time() - began.timestamp())
        looked = time.monotonic()
        look_at = looked + _LOOK_S
        readiness = Readiness(ready_s)
        while (why := readiness.hopeless(self._processes)) is None:
            if readiness.up(self.port):
                self.first_answer_s = age_s + time.monotonic() - looked
                processes.settle(self.process_ids)
                self._workers = self._processes()
                return
            if time.monotonic() > look_at:
                self._relay.refuse_ended()
                self.refuse_ended()
                look_at = time.monotonic() + _LOOK_S
        raise self._start_failure(why)

    def _processes(self) -> list[Process]:
        readings = (processes.read(pid) for pid in self.process_ids())
        return [process for process in readings if process is not None]

    def _start_failure(self, what: str, how: str | None = None) -> TargetFailed:
        """Of a server that has never answered rightly: what its log tells first is why."""
        fault = quoted_fault(self.container.log_head())
        return self._failure(what, how, fault)

    def _failure(
        self, what: str, how: str | None = None, fault: str | None = None
    ) -> TargetFailed:
        how = how or self.container.ended()
        tail = self.container.log_tail()
        return TargetFailed(
            f"{self.target.id} {what}{f': {how}' if how else ''}"
            f"{f': {fault}' if fault else ''}",
            hint=f"read {self.container.log.name} among the run's logs",
            log_tail=tail,
        )


class ContainerDatabase(StandingDatabase):
    """Its rows over the relay, its CPU time from its control group, its statements from its log."""

    _remedy = f"see {SERVICE}.log among the run's logs"

    def __init__(
        self, container: Container, relay: Relay, image: str, scripts: Path
    ) -> None:
        """Wait until it takes connections, then make and fill the tables."""
        self._container = container
        self._relay = relay
        self._refuse_ended()
        try:
            self._account = container.account()
            address = container.address()
        except EnvironmentFailure:
            self._refuse_ended()  # it may have ended between two questions
            raise
        # The last line read, by application; "": by all.
        self._read_to: dict[str, str] = {}
        self.source = f"container of {image}, data in memory"
        port = relay.forward(address, PORT)
        dsn = f"postgresql://bench:bench@{HOST}:{port}/bench"
        self._await_connections(dsn)
        super().__init__(dsn, scripts)

    def usage(self) -> Usage | None:
        """CPU time and memory of the whole container."""
        try:
            return self._account.usage()
        except (OSError, ValueError) as error:
            raise self._gone(self._container.ended() or str(error)) from error

    def watch_statements(self, on: bool) -> None:
        """Log every statement from now on, or none; never on while measuring."""
        self._log_statements(on)
        # The others were told when we were; a backend looks before its next command.
        time.sleep(0.05)
        last = [stamp for stamp, _ in self._lines("--tail", "1")]
        self._read_to = {"": last[0] if last else ""} if on else {}

    def statements(self, application_name: str) -> list[str]:
        """What clients of that name have asked since this was last called for it, in order."""
        read_to = self._read_to.get(application_name, self._read_to.get("", ""))
        since = ("--since", read_to) if read_to else ()
        lines = [line for line in self._lines(*since) if line[0] > read_to]
        if lines:
            self._read_to[application_name] = lines[-1][0]
        return logged("\n".join(text for _, text in lines), application_name)

    def _ask(
        self, query: bytes, values: list[object] | None = None
    ) -> psycopg.Cursor[tuple[object, ...]]:
        """Like any database's, but what stands between is asked first whose fault a failure is."""
        try:
            return super()._ask(query, values)
        except EnvironmentFailure:
            self._container.tool.refuse_silent()
            self._relay.refuse_ended(_SETTLED_S)
            how = self._container.ended()
            if how is not None:
                raise self._gone(how) from None
            raise

    def _gone(self, how: str) -> EnvironmentFailure:
        return EnvironmentFailure(
            f"PostgreSQL is gone: {how}",
            hint=f"see {self._container.log.name} among the run's logs",
        )

    def _lines(self, *options: str) -> list[tuple[str, str]]:
        """
        When each line was said and the line; the engine writes times of equal length.

        Times, not line numbers: the engine throws the oldest lines of a long log away.
        """
        said = self._container.said("--timestamps", *options).splitlines()
        pairs = (line.partition(" ") for line in said)
        return [(stamp, text) for stamp, _, text in pairs]

    def _await_connections(self, dsn: str) -> None:
        deadline = time.monotonic() + _DATABASE_READY_S
        look_at = time.monotonic() + 1
        while True:
            try:
                psycopg.connect(dsn, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                said = re.sub(r"\s+", " ", str(error))
            now = time.monotonic()
            if now > look_at:
                self._relay.refuse_ended()
                self._refuse_ended()
                look_at = now + 1
            if now > deadline:
                raise self._not_up(said)
            time.sleep(0.05)

    def _refuse_ended(self) -> None:
        how = self._container.ended()
        if how is not None:
            raise self._not_up(how)

    def _not_up(self, how: str) -> EnvironmentFailure:
        self._container.save_log()
        said = self._container.log_tail().splitlines()
        last = f"; the last that it said: {said[-1].strip()[:200]}" if said else ""
        return EnvironmentFailure(
            f"PostgreSQL did not come up in its container: {how}{last}",
            hint=f"see {self._container.log.name} among the run's logs, and "
            "DATABASE_MEMORY and POSTGRES_IMAGE where they are set",
        )
