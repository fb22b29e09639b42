"""A PostgreSQL of our own: made for one run, in memory where there is room, gone afterwards."""

import os
import pwd
import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.child_environment import measured_environment
from bench.deploy.binaries import Binaries, find_binaries, reachable, unprivileged
from bench.deploy.child import Child, LaunchSpec, UnixUser, tail
from bench.deploy.cleanup_registry import MARK, CleanupRegistry, roomy_folder
from bench.deploy.database import DSN_VARIABLE, StandingDatabase, address_of
from bench.deploy.readiness import HOST
from bench.deploy.server import free_port
from bench.errors import EnvironmentFailure
from bench.model.plan import Pinning
from bench.model.trial import Usage


_USER = "bench"
_NEED_BYTES = 1 << 30
_INITDB_LIMIT_S = 120
_READY_LIMIT_S = 60.0
_PORT_TRIES = 4
_COMPLAINTS = 3
_COMPLAINT = re.compile("FATAL|PANIC|ERROR|error|invalid|could not|cannot|insufficient")
_FEWEST_FILES = 64  # what PostgreSQL asks for
_FILES = 4096
_LOG_PREFIX = "bench app=%a "
_LOGGED = re.compile(
    r"^bench app=(?P<name>.*?) LOG:  (?:statement|execute [^:]*): (?P<text>.*)$"
)
_SETTINGS = {
    "listen_addresses": HOST,
    # Nobody uses a socket, and its path may be longer than the kernel takes.
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "500",
    "jit": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": _LOG_PREFIX,
    "log_statement": "none",
    # The default kind would stay in memory if everything of it were killed.
    "dynamic_shared_memory_type": "mmap",
}


@dataclass(frozen=True, slots=True)
class Installed:
    """Programs, user and folder of one PostgreSQL of ours."""

    binaries: Binaries
    user: UnixUser | None
    folder: Path
    log: Path


class OwnDatabase(StandingDatabase):
    """The PostgreSQL that this run started; also tells its CPU time and its statements."""

    _remedy = "see postgres.log among the run's logs"

    def __init__(self, child: Child, port: int, installed: Installed, scripts: Path):
        self._child = child
        self._installed = installed
        self._read_to: dict[str, int] = {}
        self._watched_from = 0
        memory = installed.folder.is_relative_to("/dev/shm")
        place = "memory" if memory else "the temporary folder"
        self.source = f"{installed.binaries.source} binaries, data in {place}"
        super().__init__(f"postgresql://{_USER}@{HOST}:{port}/postgres", scripts)

    def usage(self) -> Usage | None:
        """CPU time and memory of the server with all its backends, ended ones too."""
        if self._child.status is not None:
            raise EnvironmentFailure(
                f"PostgreSQL is gone: {self._child.ended()}\n{self._child.log_tail()}",
                hint="see postgres.log among the run's logs",
            )
        tree = self._child.tree
        return Usage(tree.cpu_ns(), tree.memory_bytes(), len(tree.members()))

    @property
    def folder(self) -> Path:
        """Where its data lies, until it is stopped."""
        return self._installed.folder

    def process_ids(self) -> list[int]:
        """Its live processes now."""
        return [process.pid for process in self._child.tree.alive()]

    def watch_statements(self, on: bool) -> None:
        """Log every statement from now on, or none; never on while measuring."""
        self._log_statements(on)
        # The others were told when we were; a backend looks before its next command.
        time.sleep(0.05)
        if on:
            self._read_to.clear()
            self._watched_from = self._installed.log.stat().st_size

    def statements(self, application_name: str) -> list[str]:
        """What clients of that name have asked since this was last called for it, in order."""
        start = self._read_to.get(application_name, self._watched_from)
        with self._installed.log.open("rb") as log:
            log.seek(start)
            text = log.read()
        complete = text[: text.rfind(b"\n") + 1]
        self._read_to[application_name] = start + len(complete)
        return logged(complete.decode(errors="replace"), application_name)


def logged(text: str, application_name: str) -> list[str]:
    """The statements of one application in a piece of the server's log."""
    statements: list[str] = []
    open_entry = False
    for line in text.splitlines():
        if open_entry and line.startswith("\t"):
            statements[-1] += "\n" + line[1:]
            continue
        match = _LOGGED.match(line)
        open_entry = bool(match and match["name"] == application_name)
        if match and open_entry:
            statements.append(match["text"])
    return statements


@contextmanager
def open_database(
    apps: Path, logs: Path, cores: Pinning, cleanup: CleanupRegistry
) -> Iterator[StandingDatabase]:
    """The user's database if one is named, else one of our own, ended and removed afterwards."""
    given = os.environ.get(DSN_VARIABLE)
    with ExitStack() as stack:
        if given:
            named = address_of(given)
            scripts = apps / "database"
            database = StandingDatabase(named.url, scripts, named.sslmode)
        else:
            installed = _install(logs, cleanup)
            child, port = _start(installed, cores, cleanup)
            stack.callback(_stop, child)
            database = OwnDatabase(child, port, installed, apps / "database")
        stack.callback(database.close)
        yield database


def _install(logs: Path, cleanup: CleanupRegistry) -> Installed:
    """Programs within reach and an empty cluster; EnvironmentFailure with what initdb said."""
    _refuse_nameless()
    _refuse_few_files()
    user = unprivileged()
    folder = cleanup.make_folder(roomy_folder(_NEED_BYTES), "postgres")
    binaries = reachable(find_binaries(), user, folder)
    logs.mkdir(parents=True, exist_ok=True)
    installed = Installed(binaries, user, folder, logs / "postgres.log")
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        _refuse_closed(folder)
        _give(data, user)
    _initdb(installed, data, cleanup)
    with (data / "postgresql.conf").open("a") as conf:
        for name, value in _SETTINGS.items():
            conf.write(f"{name} = '{value}'\n")
    return installed


def _refuse_few_files() -> None:
    """Raise the limit of open files as far as this user may; EnvironmentFailure if that is not enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    may = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < may:
        resource.setrlimit(resource.RLIMIT_NOFILE, (may, hard))
    if may < _FEWEST_FILES:
        raise EnvironmentFailure(
            f"a process may open {may} files here, and PostgreSQL needs {_FEWEST_FILES}",
            hint=f"raise the limit: ulimit -n {_FILES}",
        )


def _refuse_closed(folder: Path) -> None:
    """PostgreSQL's user must come through every folder above its data."""
    closed = [path for path in folder.parents if not path.stat().st_mode & 0o001]
    if closed:
        raise EnvironmentFailure(
            f"{closed[-1]}: PostgreSQL runs as another user than root, who may not "
            "enter that folder",
            hint="set TMPDIR to a folder that everybody may enter, or run as an ordinary "
            "user",
        )


def _give(data: Path, user: UnixUser) -> None:
    """Let the data be that user's; EnvironmentFailure for a root that may not do what root may."""
    try:
        os.chown(data, *user)
    except OSError as error:
        raise EnvironmentFailure(
            "PostgreSQL refuses to run as root, and this root may not become another "
            f"user ({error.strerror}): a container without CAP_CHOWN and CAP_SETUID, or "
            "a user namespace with one user",
            hint="run as an ordinary user, or give the container those capabilities, or "
            f"name a database in {DSN_VARIABLE}",
        ) from error


def _refuse_nameless() -> None:
    """PostgreSQL asks for the name of the user who starts it."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise EnvironmentFailure(
            f"user {os.geteuid()} has no entry in /etc/passwd, and PostgreSQL starts for "
            "no user without a name",
            hint="run as a user of this machine (docker run without --user, or with one "
            f"of the image's), or name a database in {DSN_VARIABLE}",
        ) from error


def _initdb(installed: Installed, data: Path, cleanup: CleanupRegistry) -> None:
    command = [str(installed.binaries.folder / "initdb"), "-D", str(data)]
    options = ["-U", _USER, "-A", "trust", "--no-sync"]
    options += ["--encoding=UTF8", "--locale=C.UTF-8"]
    user, group = installed.user or (None, None)
    try:
        done = subprocess.run(
            [*command, *options],
            cwd=data,
            # So that the next run ends it, if we are killed meanwhile, before
            # it removes the folder.
            env={**_environment(data), MARK: cleanup.mark("initdb")},
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_INITDB_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _refused(str(error)) from error
    if done.returncode < 0:
        how = signal.Signals(-done.returncode).name
        raise _refused(f"initdb was ended by {how}", done.stdout)
    if done.returncode:
        raise _refused(_complaints(done.stdout), done.stdout)


def _start(
    installed: Installed, cores: Pinning, cleanup: CleanupRegistry
) -> tuple[Child, int]:
    """A server that takes connections; another port if somebody was quicker."""
    for _ in range(_PORT_TRIES):
        port = free_port()
        child = Child(_order(installed, port, cores, cleanup), cleanup)
        try:
            if _takes_connections(child, port):
                return child, port
            said = child.log_tail()
        except BaseException:
            _stop(child)
            raise
        _stop(child)
        if "could not bind" not in said:
            break
    said = said or tail(installed.log)
    raise _refused(_complaints(said), said)


def _order(
    installed: Installed, port: int, cores: Pinning, cleanup: CleanupRegistry
) -> LaunchSpec:
    data = installed.folder / "data"
    program = installed.binaries.folder / "postgres"
    return LaunchSpec(
        program=program,
        argv=[str(program), "-D", str(data), "-p", str(port)],
        folder=data,
        environment={**_environment(data), MARK: cleanup.mark("postgres")},
        log=installed.log,
        cores=cores.database,
        user=installed.user,
        stop=signal.SIGINT,  # PostgreSQL's fast shutdown
    )


def _takes_connections(child: Child, port: int) -> bool:
    deadline = time.monotonic() + _READY_LIMIT_S
    while time.monotonic() < deadline and child.status is None:
        try:
            psycopg.connect(
                host=HOST,
                port=port,
                user=_USER,
                dbname="postgres",
                sslmode="disable",
                connect_timeout=5,
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return child.status is None
    return False


def _stop(child: Child) -> None:
    """Fast shutdown, then the immediate one, then by force; no backend is left."""
    child.ask_to_end()
    try:
        child.process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.process.send_signal(signal.SIGQUIT)
    child.end()


def _environment(data: Path) -> dict[str, str]:
    return measured_environment(os.environ, LC_ALL="C.UTF-8", HOME=str(data))


def _complaints(said: str) -> str:
    """Of all that it wrote, the lines that a reader looks for; else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    complaints = [line for line in lines if _COMPLAINT.search(line)]
    return "; ".join(complaints[-_COMPLAINTS:] or lines[-1:])


def _refused(said: str, log: str | None = None) -> EnvironmentFailure:
    return EnvironmentFailure(
        f"PostgreSQL cannot start: {said or 'it said nothing'}",
        log_tail=log,
        hint="see postgres.log among the run's logs, or name a database that is up in "
        f"{DSN_VARIABLE}",
    )
