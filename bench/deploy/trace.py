"""
What the machine did while a window was measured: two looks, and what lies between. Linux.

Whatever the kernel does not tell is None, never zero: a virtual machine keeps
no frequency and no heat, some kernels keep no pressure.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.deploy.machine import pressure, text_of
from bench.model.trial import MachineTrace


_PROC = Path("/proc")
_CPUS = Path("/sys/devices/system/cpu")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# The places in a "cpuN" line of /proc/stat, see proc_stat(5).
_WORK = (0, 1, 2)  # user, nice, system
_REST = (3, 4, 7)  # idle, waiting for a disk, stolen


@dataclass(frozen=True, slots=True)
class CoreTimes:
    """What some processors together have done since boot, in seconds."""

    work: float  # by the ticks that found them at work
    rest: float  # idle, waiting for a disk, or kept by the hypervisor


@dataclass(frozen=True, slots=True)
class Moment:
    """One look; counters since boot, to be subtracted."""

    at_s: float  # monotonic
    cores: CoreTimes | None  # of the server
    server_wait_ns: Mapping[int, int] | None  # by thread
    generator_wait_ns: Mapping[int, int] | None
    pressure_s: float | None
    frequency_mhz: float | None
    throttles: int | None
    swapped_pages: int | None


@dataclass(frozen=True, slots=True)
class Tracer:
    """Looks at the server's processors and at the two ends of the load."""

    server_cores: tuple[int, ...]
    generator_pid: int | None  # None: not a process of this machine

    def look(self, server_pids: Sequence[int]) -> Moment:
        """Read everything now; without pids the server is another machine's, and so are its processors."""
        ours = bool(server_pids)
        generator = () if self.generator_pid is None else (self.generator_pid,)
        return Moment(
            at_s=time.monotonic(),
            cores=core_times(self.server_cores) if ours else None,
            server_wait_ns=waits_ns(server_pids),
            generator_wait_ns=waits_ns(generator),
            pressure_s=_pressure_s(),
            frequency_mhz=_frequency_mhz(self.server_cores) if ours else None,
            throttles=_throttles(self.server_cores) if ours else None,
            swapped_pages=_swapped_pages(),
        )

    def between(
        self, before: Moment, after: Moment, known_cpu_ns: int | None
    ) -> MachineTrace:
        """
        What happened from one look to the other.

        `known_cpu_ns` is the CPU time on the server's processors that is
        accounted for: the server's own, and that of the idle servers. None:
        nobody accounts for it, and so nobody knows which part was another program's.
        """
        elapsed_s = after.at_s - before.at_s
        return MachineTrace(
            elapsed_s=elapsed_s,
            foreign_s=(
                None
                if known_cpu_ns is None
                else self._foreign_s(before, after, known_cpu_ns / 1e9)
            ),
            server_wait_s=_waited_s(before.server_wait_ns, after.server_wait_ns),
            generator_wait_s=_waited_s(
                before.generator_wait_ns, after.generator_wait_ns
            ),
            pressure_s=difference(before.pressure_s, after.pressure_s),
            frequency_mhz=after.frequency_mhz,
            throttles=difference(before.throttles, after.throttles),
            swapped_pages=difference(before.swapped_pages, after.swapped_pages),
        )

    def _foreign_s(self, before: Moment, after: Moment, known_s: float) -> float | None:
        if before.cores is None or after.cores is None:
            return None
        elapsed_s = (after.at_s - before.at_s) * len(self.server_cores)
        # Ticks are samples, and a load driven by timers may march in step with
        # them; idle time is exact on most kernels, but misses what interrupts
        # took. Only what both of them see has certainly been somebody's.
        worked_s = after.cores.work - before.cores.work
        not_rested_s = elapsed_s - (after.cores.rest - before.cores.rest)
        return max(0.0, min(worked_s, not_rested_s) - known_s)


def core_times(cores: Iterable[int]) -> CoreTimes | None:
    """What these processors have done since boot; None where one is not listed."""
    wanted = {f"cpu{core}" for core in cores}
    work = rest = 0.0
    for line in (text_of(_PROC / "stat") or "").splitlines():
        name, *fields = line.split()
        if name in wanted and len(fields) > max(_REST):
            wanted.remove(name)
            ticks = [int(field) for field in fields]
            work += sum(ticks[place] for place in _WORK) * _TICK_S
            rest += sum(ticks[place] for place in _REST) * _TICK_S
    return None if wanted else CoreTimes(work, rest)


def waits_ns(pids: Iterable[int]) -> dict[int, int] | None:
    """How long each thread of these processes was ready to run and did not; None if nobody tells."""
    waits: dict[int, int] = {}
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            for task in (_PROC / str(pid) / "task").iterdir():
                waits[int(task.name)] = int((task / "schedstat").read_text().split()[1])
    return waits or None


def _waited_s(
    before: Mapping[int, int] | None, after: Mapping[int, int] | None
) -> float | None:
    """Of the threads that lived at both looks: a thread that ended took its count along."""
    if before is None or after is None:
        return None
    both = before.keys() & after.keys()
    return sum(after[thread] - before[thread] for thread in both) / 1e9


def _pressure_s() -> float | None:
    """How long somebody had to wait for a processor, since boot."""
    total = (pressure("cpu") or "").partition("total=")[2]
    return int(total) / 1e6 if total else None


def _frequency_mhz(cores: Sequence[int]) -> float | None:
    """The mean of what the processors say they run at now; None where nobody sets it."""
    texts = [text_of(_CPUS / f"cpu{core}/cpufreq/scaling_cur_freq") for core in cores]
    frequencies = [int(text) / 1000 for text in texts if text]
    return sum(frequencies) / len(frequencies) if frequencies else None


def _throttles(cores: Sequence[int]) -> int | None:
    """How often heat has slowed these processors down, since boot."""
    paths = [_CPUS / f"cpu{c}/thermal_throttle/core_throttle_count" for c in cores]
    counts = [int(text) for text in map(text_of, paths) if text]
    return sum(counts) if counts else None


def _swapped_pages() -> int | None:
    """Pages that went to swap or came back, since boot."""
    counts = {"pswpin", "pswpout"}
    lines = (line.split() for line in (text_of(_PROC / "vmstat") or "").splitlines())
    pages = [int(count) for name, count in lines if name in counts]
    return sum(pages) if pages else None


def difference[Number: (int, float)](
    before: Number | None, after: Number | None
) -> Number | None:
    """How far a counter went between two looks; None where one of them does not tell."""
    return None if before is None or after is None else after - before
