"""The engine of one machine: servers as processes beside a PostgreSQL of our own."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, Self

from bench.deploy import environments
from bench.deploy.child import Child, LaunchSpec
from bench.deploy.cleanup_registry import MARK, CleanupRegistry, alone_here, undisturbed
from bench.deploy.database import StandingDatabase
from bench.deploy.engine import CpuPlacement, Say
from bench.deploy.environments import Environments, program_of
from bench.deploy.postgres import open_database
from bench.deploy.readiness import HOST
from bench.deploy.server import (
    LocalServer,
    PortTaken,
    Where,
    fill,
    free_port,
    placeholders,
    port_is_free,
    surroundings,
)
from bench.deploy.uv_tool import Refused
from bench.errors import EnvironmentFailure, TargetFailed
from bench.model.framework import Target
from bench.model.plan import Pinning
from bench.model.run import Receipt


_PORT_TRIES = 4


@dataclass(frozen=True, slots=True)
class Options:
    """What seldom needs to be said, of processes as of containers."""

    first_port: int | None = None  # processes get it and the next ones; None: any
    ready_s: float = 60.0  # how long a server may take to its first right answer
    wait_s: float = 0.0  # how long to wait for another run to end
    timed: bool = True  # False: no start of a process is measured, or need be quick
    say: Say = lambda line: None  # is told what goes on while the engine comes up


class _Started(Protocol):
    stopped: bool

    def stop(self) -> None:
        """End it."""


class StartingEngine[ADatabase: StandingDatabase, AServer: _Started]:
    """
    What engines have in common that start servers beside a database of the run.

    `packages` gives each framework's distribution, None for the floor.
    """

    def __init__(
        self,
        root: Path,
        cache: Path | None,
        logs: Path | None,
        cores: Pinning,
        packages: Mapping[str, str | None],
        options: Options | None = None,
    ) -> None:
        self._root = root
        self._apps = root / "apps"
        self._cache = cache or root / ".cache"
        self._logs = logs
        self._cores = cores
        self._packages = packages
        self._options = options or Options()
        self._open: ExitStack | None = None
        self._cleanup: CleanupRegistry | None = None
        self._database: ADatabase | None = None
        self._servers: list[AServer] = []
        self._started = 0

    def __exit__(self, *error: Any) -> None:
        """
        End and remove all that was started and made; not to be interrupted.

        An error of the run itself goes before one of the removal.
        """
        if self._open is not None:
            with undisturbed():
                self._open.__exit__(*error)
            self._open = self._cleanup = self._database = None

    @property
    def database(self) -> ADatabase:
        """The database, once entered."""
        if self._database is None:
            raise RuntimeError("the engine has not been entered")
        return self._database

    @property
    def logs(self) -> Path:
        """Where logs are written: the folder that was given, else one that is gone with the engine."""
        return self._logs or self._entered().folder / "logs"

    def _begin(self, stack: ExitStack) -> CleanupRegistry:
        """Sweep up after dead runs, and keep others away until the stack ends."""
        wait_s, say = self._options.wait_s, self._options.say
        here = alone_here(self._cache, self._cores.harness, wait_s, say)
        self._cleanup = stack.enter_context(here)
        return self._cleanup

    def _entered(self) -> CleanupRegistry:
        if self._cleanup is None:
            raise RuntimeError("the engine has not been entered")
        return self._cleanup

    def _keep(self, server: AServer) -> AServer:
        self._servers = [s for s in self._servers if not s.stopped] + [server]
        return server

    def _stop_servers(self) -> None:
        with ExitStack() as all_of_them:
            for server in self._servers:
                all_of_them.callback(server.stop)
        self._servers = []


class LocalEngine(StartingEngine[StandingDatabase, LocalServer]):
    """Implements the seam with processes; Linux."""

    name = "local"

    _folders = 0

    @cached_property
    def _environments(self) -> Environments:
        folder, compiled = self._cache / "environments", self._options.timed
        return Environments(self._apps, folder, compiled=compiled)

    def __enter__(self) -> Self:
        """
        Sweep up after dead runs, then bring the database up.

        SIGTERM and SIGHUP end the harness through `__exit__` from here on.
        EnvironmentFailure while another run lives, or without PostgreSQL.
        """
        with ExitStack() as stack:
            cleanup = self._begin(stack)
            self._database = stack.enter_context(
                open_database(self._apps, self.logs, self._cores, cleanup)
            )
            stack.callback(self._stop_servers)
            self._open = stack.pop_all()
        return self

    @property
    def mark(self) -> dict[str, str]:
        """A variable for programs that end by themselves: if the harness is killed before, the next one ends them."""
        return {MARK: self._entered().mark("errand")}

    @contextmanager
    def folder(self, purpose: str) -> Iterator[Path]:
        """A new folder for a while; if the harness is killed meanwhile, the next one removes it."""
        self._folders += 1
        temporary = Path(tempfile.gettempdir())
        name = f"{purpose}-{self._folders}"
        made = self._entered().make_folder(temporary, name)
        made.chmod(0o700)  # nobody else's business
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def prepare(
        self, targets: Sequence[Target], say: Say
    ) -> Mapping[str, Receipt | str]:
        """Each target's receipt, or the reason why there is none; no network once made."""
        return environments.prepare(self._environments, targets, self._packages, say)

    def start(
        self, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> LocalServer:
        """Start the target afresh; TargetFailed, with nothing left, if it does not come up."""
        for attempt in range(_PORT_TRIES):
            port = self._port()
            try:
                server = self._start_at(port, target, placement, hash_seed)
            except PortTaken:
                if self._options.first_port or attempt == _PORT_TRIES - 1:
                    raise
                continue
            return self._keep(server)
        raise AssertionError("the loop above returns or raises")

    def _port(self) -> int:
        first = self._options.first_port
        if first is None:
            return free_port()
        taken = {server.port for server in self._servers if not server.stopped}
        port = next(port for port in range(first, 65536) if port not in taken)
        if not port_is_free(port):
            raise EnvironmentFailure(
                f"port {port} is in use by another program",
                hint="end that program, or let the engine choose free ports itself",
            )
        return port

    def _start_at(
        self, port: int, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> LocalServer:
        cleanup = self._entered()
        self._started += 1
        where = self._where(target)
        values = placeholders(target, placement, HOST, port)
        mark = cleanup.mark(str(self._started))
        argv = [fill(word, values) for word in target.serve]
        order = LaunchSpec(
            program=program_of(where.environment, argv[0]),
            argv=argv,
            folder=where.folder,
            environment={
                **surroundings(target, where, values, hash_seed),
                MARK: mark,
            },
            log=placement.logs / f"{safe_name(target.id)}-{self._started}.log",
            cores=placement.pinning.server,
        )
        try:
            child = Child(order, cleanup)
        except EnvironmentFailure as error:
            raise TargetFailed(f"{target.id}: {error.message}") from error
        return LocalServer(target, port, child, f"{MARK}={mark}", self._options.ready_s)

    def _where(self, target: Target) -> Where:
        try:
            environment = self._environments.path(target.framework, target.lock_name)
        except Refused as error:
            raise TargetFailed(f"{target.id}: {error.reason}") from error
        folder, home = self._apps / target.framework, self._entered().folder
        database = self.database
        return Where(environment, folder, home, database.dsn, database.sslmode)

    def _stop_servers(self) -> None:
        for server in self._servers:
            server.ask_to_end()  # all at once, so that they end side by side
        super()._stop_servers()


def safe_name(text: str) -> str:
    """A target's id as part of a file name."""
    return re.sub(r"[^A-Za-z0-9.@_-]+", "-", text)
