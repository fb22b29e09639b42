"""The processes of a tree: which they are, what they used, how they end. Linux."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil


_PROC = Path("/proc")
_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_CPUCLOCK_SCHED = 2
_DEAD = frozenset("ZX")
_POLL_S = 0.01
_SETTLE_S = 2.0
_STEADY_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the process table; pid and start together name it for ever."""

    pid: int
    parent: int
    session: int
    started: int  # clock ticks since boot
    state: str
    reaped_ns: int  # CPU time of its children that it has waited for

    @property
    def alive(self) -> bool:
        """Whether it can still do something."""
        return self.state not in _DEAD


def read(pid: int) -> Process | None:
    """The process of that id now, or None."""
    try:
        # Of every process, many times a second while servers start: no pathlib.
        with open(f"{_PROC}/{pid}/stat", "rb", buffering=0) as stat:  # noqa: PTH123
            text = stat.read()
    except OSError:
        return None
    # The name, in parentheses, may hold anything; what follows the last one may not.
    fields = text[text.rindex(b")") + 2 :].split(None, 20)
    return Process(
        pid=pid,
        parent=int(fields[1]),
        session=int(fields[3]),
        started=int(fields[19]),
        state=fields[0].decode(),
        reaped_ns=(int(fields[13]) + int(fields[14])) * _TICK_NS,
    )


def same(process: Process) -> Process | None:
    """The same process as it is now; None if it ended, whoever has its id today."""
    now = read(process.pid)
    return now if now and now.started == process.started else None


def living(processes: Iterable[Process]) -> list[Process]:
    """Those of them that can still do something, as they are now."""
    now = map(same, processes)
    return [process for process in now if process and process.alive]


def everyone() -> dict[int, Process]:
    """Every process that can be seen, by id."""
    with os.scandir(_PROC) as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    processes = (read(pid) for pid in pids)
    return {process.pid: process for process in processes if process}


class ProcessTable:
    """
    The process table, read again only when a process was born since.

    The kernel tells the id that it gave out last, for the price of one small
    file; on a machine where nothing forks, looking at ten servers costs no scan.
    """

    def __init__(self) -> None:
        self._last_id = ""
        self._seen: Mapping[int, Process] = {}

    def seen(self, fresh: bool = False) -> Mapping[int, Process]:
        """All processes; those that ended since the last scan may still be there."""
        last_id = (_PROC / "loadavg").read_text().split()[-1]
        if fresh or last_id != self._last_id:
            self._seen, self._last_id = everyone(), last_id
        return self._seen


TABLE = ProcessTable()


def cpu_ns(pid: int) -> int | None:
    """CPU time of one process with all its threads, ended ones too; None if it is gone."""
    # The kernel's id of another process's CPU clock (clock_getcpuclockid(3)).
    try:
        return time.clock_gettime_ns((~pid << 3) | _CPUCLOCK_SCHED)
    except OSError:
        return None


def memory_bytes(pids: Iterable[int]) -> int | None:
    """Proportional memory of all of them together; None where the kernel does not tell."""
    total = 0
    for pid in pids:
        try:
            text = (_PROC / str(pid) / "smaps_rollup").read_bytes()
        except OSError:
            return None
        line = next((row for row in text.splitlines() if row.startswith(b"Pss:")), None)
        total += int(line.split()[1]) * 1024 if line else 0
    return total


def marked(mark: str) -> list[Process]:
    """Live processes that were started with this text in their environment."""
    processes = []
    for process in everyone().values():
        with contextlib.suppress(OSError):
            if mark.encode() in (_PROC / str(process.pid) / "environ").read_bytes():
                processes.append(process)
    return [process for process in processes if process.alive]


def owns_port(pids: Iterable[int], port: int) -> bool:
    """Whether one of these processes listens at that port."""
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            for socket in psutil.Process(pid).net_connections("tcp"):
                if socket.status == psutil.CONN_LISTEN and socket.laddr.port == port:
                    return True
    return False


class Tree:
    """A started process with everything that came of it, wherever it went."""

    def __init__(self, pid: int) -> None:
        self.root = pid
        self._known: dict[int, Process] = {}
        self._last_ns = 0
        self.members(fresh=True)

    def members(self, fresh: bool = False) -> list[Process]:
        """All processes of it that are still in the table, zombies included."""
        table = TABLE.seen(fresh)
        members = dict[int, Process]()
        for pid, process in table.items():
            remembered = self._known.get(pid)
            recognised = (
                remembered is not None and remembered.started == process.started
            )
            if pid == self.root or process.session == self.root or recognised:
                members[pid] = process
        children: dict[int, list[Process]] = {}
        for process in table.values():
            children.setdefault(process.parent, []).append(process)
        waiting = list(members)
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child.pid not in members:
                    members[child.pid] = child
                    waiting.append(child.pid)
        self._known = members
        return list(members.values())

    def alive(self) -> list[Process]:
        """Those that can still do something, as of now."""
        return living(self.members(fresh=True))

    def cpu_ns(self) -> int:
        """
        CPU time of the whole tree so far, of those that have ended too.

        Live processes to the nanosecond; ended ones from what their parent
        was told when it waited for them, to the clock tick (10 ms).
        """
        for attempt in range(5):
            total = self._read_cpu(self.members(fresh=attempt > 0))
            if total is not None:
                self._last_ns = max(self._last_ns, total)
                break
        return self._last_ns

    def _read_cpu(self, members: list[Process]) -> int | None:
        """One reading, or None if somebody ended in the middle of it."""
        own = [cpu_ns(process.pid) for process in members]
        now = [same(process) for process in members]
        if any(cpu_ns(process.pid) is None for process in members):
            return None
        total = 0
        for spent, process in zip(own, now, strict=True):
            if spent is None or process is None:
                return None
            total += spent + process.reaped_ns
        return total

    def memory_bytes(self) -> int | None:
        """Proportional memory of all that are alive; None where it cannot be read."""
        return memory_bytes(process.pid for process in self.alive())

    def end(self, first: signal.Signals, grace_s: float, mark: str | None) -> None:
        """
        End all of it: `first` to the group, then SIGKILL to whoever is left.

        `mark` finds those that left the group and lost their parents. The
        caller reaps the root.
        """
        self.members(fresh=True)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.root, first)
        wait_until(lambda: not self.alive(), grace_s)
        end_all(lambda: [*self.alive(), *(marked(mark) if mark else [])])


def end_all(left: Callable[[], list[Process]], limit_s: float = 5.0) -> None:
    """SIGKILL everybody whom `left` names, until it names nobody; bounded."""

    def killed() -> bool:
        remaining = left()
        for process in remaining:
            send(process, signal.SIGKILL)
        return not remaining

    wait_until(killed, limit_s)


def send(process: Process, number: signal.Signals) -> None:
    """Signal this very process, and nobody who got its id since."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if same(process):
            os.kill(process.pid, number)


def wait_until(done: Callable[[], bool], limit_s: float) -> bool:
    """Ask until the answer is yes or the time is over; the last answer."""
    deadline = time.monotonic() + limit_s
    while not (answer := done()) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return answer


def settle(pids: Callable[[], list[int]]) -> None:
    """Wait until nobody is born any more, two seconds at the most."""
    before: list[int] = []
    steady = 0

    def quiet() -> bool:
        nonlocal before, steady
        now = pids()
        steady = steady + 1 if now == before else 0
        before = now
        return steady >= _STEADY_LOOKS

    wait_until(quiet, _SETTLE_S)
