"""What a run has started and made, on disk, so that the next one can clean up after it."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import FrameType

from bench.deploy import compose_leftovers, processes
from bench.deploy.engine import Say
from bench.deploy.processes import Process
from bench.errors import EnvironmentFailure


MARK = "BENCH_LEDGER"
"""The environment variable by which strays of a run are found."""

_PREFIX = "bench-"  # of every folder that a ledger may remove
_GRACE_S = 3.0


class CleanupRegistry:
    """
    One run's list of processes and folders, and the lock that it holds.

    The kernel gives the lock back when the harness ends, however it ends. So
    whoever holds it knows that every other ledger beside it is a dead run's.
    """

    def __init__(
        self, running: Path, wait_s: float = 0.0, say: Say = lambda line: None
    ) -> None:
        """Take the lock, sweep up after dead runs; EnvironmentFailure while another one lives."""
        running.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(running / "lock", wait_s)
        try:
            left = [folder for folder in running.iterdir() if folder.is_dir()]
            for folder in left:
                _end_containers(folder, say)
            for folder in left:
                sweep(folder)
            self._kept = False
            self.token = secrets.token_hex(6)
            self.folder = running / self.token
            self.folder.mkdir()
            self._entries = (self.folder / "entries.jsonl").open("a")
        except BaseException:
            self._lock.close()
            raise

    def mark(self, name: str = "") -> str:
        """The value of MARK for a program of that name."""
        return f"{self.token}-{name}-"

    def record_process(self, pid: int) -> None:
        """Remember a process that was just started."""
        process = processes.read(pid)
        if process:
            self._write(kind="process", pid=pid, started=process.started)

    def record_containers(self) -> None:
        """Remember that this run starts containers, and on which engine."""
        self._write(kind="containers", engine=compose_leftovers.chosen_engine())

    def make_folder(self, parent: Path, purpose: str) -> Path:
        """A new folder outside of the cache, remembered before it exists."""
        folder = parent / f"{_PREFIX}{purpose}-{self.token}"
        self._write(kind="folder", path=str(folder))
        folder.mkdir()
        folder.chmod(0o755)  # whatever the umask: PostgreSQL's user goes through it
        return folder

    def _write(self, **entry: object) -> None:
        self._entries.write(json.dumps(entry) + "\n")
        self._entries.flush()

    def keep(self) -> None:
        """Leave what is recorded to the next run: some of it could not be removed now."""
        self._kept = True

    def close(self) -> None:
        """End what is still recorded, remove what was made, give the lock back."""
        if self._lock.closed:
            return
        try:
            self._entries.close()
            if not self._kept:
                sweep(self.folder)
        finally:
            self._lock.close()


def _locked(path: Path, wait_s: float) -> TextIOWrapper:
    lock = path.open("a+")
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise EnvironmentFailure(
                f"another run is measuring on this machine (process {holder}), "
                "and two at once would disturb each other",
                hint="wait until it ends, or end it with Ctrl-C",
            ) from None
        except OSError as error:
            lock.close()
            raise no_locks(path, error) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock


def no_locks(path: Path, error: OSError) -> EnvironmentFailure:
    """Why two runs at once could not be kept apart in that folder."""
    return EnvironmentFailure(
        f"{path.parent}: the file system cannot lock files ({error.strerror}), so "
        "nothing would keep two runs apart",
        hint="put the checkout on a local disk; some network file systems have no locks",
    )


def sweep(folder: Path) -> bool:
    """End and remove everything that a ledger names, and the ledger; whether there was anything."""
    entries = _entries(folder / "entries.jsonl")
    left = _descendants(_recorded(entries))
    for process in left:
        # SIGQUIT lets PostgreSQL give its shared memory back before it goes.
        processes.send(process, signal.SIGQUIT)
    processes.wait_until(lambda: not processes.living(left), _GRACE_S if left else 0)
    mark = f"{MARK}={folder.name}-"
    processes.end_all(lambda: [*processes.living(left), *processes.marked(mark)])
    for entry in entries:
        path = Path(str(entry.get("path", "")))
        if entry.get("kind") == "folder" and _ours(path, folder.name):
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return bool(entries)


def _end_containers(folder: Path, say: Say) -> None:
    """Whichever engine is used now: containers of a killed run would go on beside its servers."""
    for entry in _entries(folder / "entries.jsonl"):
        engine = entry.get("engine")
        if entry.get("kind") == "containers" and isinstance(engine, dict):
            said = compose_leftovers.end_killed_run(folder.name, engine)
            if said is not None:
                say(said)


def _entries(path: Path) -> list[dict[str, object]]:
    entries = []
    with contextlib.suppress(OSError):
        for line in path.read_text().splitlines():
            # A killed run may have written half a line.
            with contextlib.suppress(ValueError):
                entries.append(json.loads(line))
    return [entry for entry in entries if isinstance(entry, dict)]


def _recorded(entries: list[dict[str, object]]) -> list[Process]:
    """The recorded processes that are still the same ones."""
    recorded = []
    for entry in entries:
        if entry.get("kind") == "process":
            process = processes.read(int(str(entry["pid"])))
            if process and process.started == entry["started"]:
                recorded.append(process)
    return recorded


def _descendants(roots: list[Process]) -> list[Process]:
    """The live ones among them, with all that came of them or shares their session."""
    table = processes.everyone()
    descendants = {process.pid: process for process in roots}
    grew = True
    while grew:
        more = {
            process.pid: process
            for process in table.values()
            if process.pid not in descendants
            and (process.parent in descendants or process.session in descendants)
        }
        descendants.update(more)
        grew = bool(more)
    return processes.living(descendants.values())


def _ours(path: Path, token: str) -> bool:
    """A ledger is a file; it must not be able to have anything else removed."""
    return (
        path.is_absolute()
        and path.name.endswith(token)
        and path.name.startswith(_PREFIX)
    )


def roomy_folder(need_bytes: int) -> Path:
    """Where short-lived data goes: memory-backed where there is room, else the temporary folder."""
    memory = Path("/dev/shm")
    with contextlib.suppress(OSError):
        if shutil.disk_usage(memory).free >= need_bytes and os.access(memory, os.W_OK):
            return memory
    return Path(tempfile.gettempdir())


@contextmanager
def alone_here(
    cache: Path, cores: Sequence[int], wait_s: float = 0, say: Say = lambda line: None
) -> Iterator[CleanupRegistry]:
    """
    Keep other runs off this machine, and the harness on its cores, until the block ends.

    SIGTERM and SIGHUP leave through the same doors as an exception from here on.
    EnvironmentFailure while another run lives.
    """
    with (
        ending_cleanly(),
        closing(CleanupRegistry(cache / "running", wait_s, say)) as cleanup,
        on_cores(cores),
    ):
        yield cleanup


@contextmanager
def on_cores(cores: Sequence[int]) -> Iterator[None]:
    """Keep the harness itself to its cores."""
    before = os.sched_getaffinity(0)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Let SIGTERM and SIGHUP leave through the same doors as an exception."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {
        number: signal.signal(number, leave)
        for number in numbers
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Do not let a second Ctrl-C break cleaning up; it is bounded anyway."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            # What was cleaned up may have put its own handler back meanwhile.
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, handler)
