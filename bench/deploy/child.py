"""Starts a program of ours: own session, own cores, own user, dies with the harness."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.deploy.cleanup_registry import CleanupRegistry
from bench.deploy.processes import Tree
from bench.errors import EnvironmentFailure


_LAUNCH = Path(__file__).with_name("launch.py")
_HEAD_BYTES = 1 << 18
_TAIL_BYTES = 4000
_TAIL_LINES = 20


class UnixUser(NamedTuple):
    """Whom a program runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class LaunchSpec:
    """What to start, and how."""

    program: Path
    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    cores: Sequence[int] = ()
    user: UnixUser | None = None  # None: as we are
    stop: signal.Signals = signal.SIGTERM  # what asks it to end


class Child:
    """A program that runs."""

    def __init__(self, order: LaunchSpec, cleanup: CleanupRegistry) -> None:
        """Start it; EnvironmentFailure with the kernel's words if it cannot be started."""
        self.order = order
        self._log_start = order.log.stat().st_size if order.log.exists() else 0
        self.process, reading_end = _spawn(order)
        cleanup.record_process(self.process.pid)
        started_ns, reason = _read_report(reading_end)
        if started_ns is None:
            self.process.wait()
            raise EnvironmentFailure(f"cannot start {order.program.name}: {reason}")
        self.started_ns = started_ns
        self.tree = Tree(self.process.pid)

    @property
    def status(self) -> int | None:
        """Its exit status, None while it runs."""
        return self.process.poll()

    def ended(self) -> str:
        """How it ended, in words."""
        status = self.status
        if status is None:
            return "it still runs"
        if status < 0:
            return f"its process was ended by {signal.Signals(-status).name}"
        return f"its process ended with status {status}"

    def log_tail(self) -> str:
        """The last lines that it wrote since this start."""
        return tail(self.order.log, self._log_start)

    def log_head(self) -> str:
        """The first 256 KiB that it wrote since this start, where the first fault is."""
        try:
            with self.order.log.open("rb") as file:
                file.seek(self._log_start)
                return file.read(_HEAD_BYTES).decode(errors="replace")
        except OSError:
            return ""

    def ask_to_end(self) -> None:
        """Send the group its stop signal, without waiting."""
        if self.status is None:
            os.killpg(self.process.pid, self.order.stop)

    def end(self, grace_s: float = 3.0, mark: str | None = None) -> None:
        """Ask it to end, then make it; nothing of it is left. Harmless when repeated."""
        reaper = threading.Thread(target=self.process.wait, daemon=True)
        reaper.start()
        self.tree.end(self.order.stop, grace_s, mark)
        reaper.join(timeout=5)


def tail(log: Path, start: int = 0) -> str:
    """The last lines of a log file from that byte on, or ''."""
    try:
        with log.open("rb") as file:
            file.seek(max(start, log.stat().st_size - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.strip().splitlines()[-_TAIL_LINES:])


def _spawn(order: LaunchSpec) -> tuple[subprocess.Popen[bytes], int]:
    """The process, and the end of the pipe on which it tells that it starts."""
    reading_end, report = os.pipe()
    # The kernel sends the death signal when the starting thread ends, not the
    # process: from a passing thread it would end servers that shall live on.
    lasting = threading.current_thread() is threading.main_thread()
    text = json.dumps(
        {
            "program": str(order.program),
            "argv": list(order.argv),
            "cores": list(order.cores),
            "user": order.user,
            "death_signal": int(order.stop) if lasting else 0,
            "parent": os.getpid(),
            "report": report,
        }
    )
    order.log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with order.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCH), text],
                cwd=order.folder,
                env=dict(order.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(report,),
            )
    except BaseException:
        os.close(reading_end)
        raise
    finally:
        os.close(report)
    return process, reading_end


def _read_report(reading_end: int) -> tuple[int | None, str]:
    """When the program began (monotonic clock, ns), or None and why it did not."""
    with os.fdopen(reading_end, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    first, _, rest = said.partition("\n")
    if rest or not first.isdigit():
        return None, rest or first or "the launcher ended"
    return int(first), ""
