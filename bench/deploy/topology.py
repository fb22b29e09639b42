"""Which processors this process has and how they hang together, from /sys and /proc. Linux."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from bench.deploy.machine import available_cores, parse_cpu_list, text_of
from bench.model.topology import Core, Topology


_CPUS = "sys/devices/system/cpu"
_NODES = "sys/devices/system/node"
# Where the kernel counts events of each kind of core apart: chips with several
# kinds under one instruction set, the fastest first.
_KINDS = (
    "sys/devices/cpu_core/cpus",
    "sys/devices/cpu_atom/cpus",
    "sys/devices/cpu_lowpower/cpus",
)
# What a core can do, beside the fastest one; without it, how fast it may run.
_SPEEDS = ("cpu_capacity", "cpufreq/cpuinfo_max_freq")
# Favoured cores of one kind run some per cent faster than their like; the next
# kind of core does much less.
_SAME_KIND = 0.9


def topology() -> Topology:
    """That of this machine, as far as this process could use it when it began."""
    return read_topology(available_cores())


def read_topology(allowed: Iterable[int], root: Path = Path("/")) -> Topology:
    """
    What the kernel whose files lie under `root` tells of the processors `allowed`.

    Those that are offline, or outside of our control group's set, are left
    out. What a kernel does not tell (in a virtual machine often the kind of
    core, in a sandbox everything) is taken to be alike for all.
    """
    online = _cpu_list(root / _CPUS / "online")
    ours = _usable(frozenset(allowed), online, _cpuset(root))
    kinds, nodes = _kinds(root, ours), _nodes(root)
    cores, placed = [], set[int]()
    for cpu in sorted(ours):
        if cpu in placed:
            continue
        # Less what was seen: a kernel that contradicts itself gives no
        # processor twice.
        group = _threads(root, cpu, online) - placed
        placed |= group
        place = root / _CPUS / f"cpu{cpu}"
        cores.append(
            Core(
                threads=tuple(sorted(group & ours)),
                foreign=tuple(sorted(group - ours)),
                kind=kinds[cpu],
                node=nodes.get(cpu, 0),
                package=_number(place / "topology/physical_package_id") or 0,
                cache=_last_cache(place / "cache"),
            )
        )
    return Topology(tuple(cores), _quota(root))


def _usable(allowed: frozenset[int], *limits: frozenset[int] | None) -> frozenset[int]:
    """Those of `allowed` inside of every limit that is known and does not deny them all."""
    for limit in limits:
        if limit and not allowed.isdisjoint(limit):
            allowed &= limit
    return allowed


def _threads(root: Path, cpu: int, online: frozenset[int] | None) -> frozenset[int]:
    """All threads of the processor's physical core that are online, itself included."""
    siblings = _cpu_list(root / _CPUS / f"cpu{cpu}/topology/thread_siblings_list")
    siblings = siblings or frozenset({cpu})
    return (siblings & online if online else siblings) | {cpu}


def _kinds(root: Path, ours: frozenset[int]) -> dict[int, int]:
    """Of each processor its kind of core; 0 is the fastest that we have."""
    named = [cpus for path in _KINDS if (cpus := _cpu_list(root / path))]
    if len(named) > 1:
        places = {cpu: kind for kind, cpus in enumerate(named) for cpu in cpus}
        kinds = {cpu: places.get(cpu, 0) for cpu in ours}
    else:
        kinds = _by_speed(root, ours)
    order = sorted(set(kinds.values()))
    return {cpu: order.index(kind) for cpu, kind in kinds.items()}


def _by_speed(root: Path, ours: frozenset[int]) -> dict[int, int]:
    for name in _SPEEDS:
        speed_of = {cpu: _number(root / _CPUS / f"cpu{cpu}" / name) for cpu in ours}
        speeds = {cpu: speed for cpu, speed in speed_of.items() if speed}
        if len(speeds) == len(ours) and len(set(speeds.values())) > 1:
            return _ranked(speeds)
    return dict.fromkeys(ours, 0)


def _ranked(speeds: Mapping[int, int]) -> dict[int, int]:
    """Speeds near to each other are one kind, counted from the fastest."""
    kinds: dict[int, int] = {}
    fastest, kind = max(speeds.values()), 0
    for speed in sorted(set(speeds.values()), reverse=True):
        if speed < _SAME_KIND * fastest:
            fastest, kind = speed, kind + 1
        kinds[speed] = kind
    return {cpu: kinds[speed] for cpu, speed in speeds.items()}


def _nodes(root: Path) -> dict[int, int]:
    """Of each processor its node of memory."""
    return {
        cpu: int(folder.name.removeprefix("node"))
        for folder in (root / _NODES).glob("node[0-9]*")
        for cpu in _cpu_list(folder / "cpulist") or ()
    }


def _last_cache(folder: Path) -> int:
    """The lowest processor at the same last-level cache; -1 if unknown."""
    levels: dict[int, int] = {}
    for index in folder.glob("index[0-9]*"):
        level, shared = _number(index / "level"), _cpu_list(index / "shared_cpu_list")
        if level and shared and text_of(index / "type") != "Instruction":
            levels[level] = min(shared)
    return levels[max(levels)] if levels else -1


def _cpuset(root: Path) -> frozenset[int] | None:
    """The processors of our control group; None where none says."""
    for folder in _control_groups(root, "cpuset"):
        for name in ("cpuset.cpus.effective", "cpuset.effective_cpus"):
            if cpus := _cpu_list(folder / name):
                return cpus
    return None


def _quota(root: Path) -> float | None:
    """The least time, in processors, that our control group or one around it allows; None: no limit."""
    quotas = []
    for folder in _control_groups(root, "cpu"):
        limit = (text_of(folder / "cpu.max") or "").split()
        old = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        limit = limit or [text_of(folder / name) or "" for name in old]
        # Without a limit the first word is "max", or in the old form -1.
        if len(limit) == 2 and all(word.isdigit() and int(word) for word in limit):
            quotas.append(int(limit[0]) / int(limit[1]))
    return min(quotas, default=None)


def _control_groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of our control group and those around it, innermost first; v1's and v2's."""
    for line in (text_of(root / "proc/self/cgroup") or "").splitlines():
        _, names, path = line.split(":", 2)
        mount = root / "sys/fs/cgroup"
        if names:
            mount /= controller
        if names and controller not in names.split(","):
            continue
        inside = PurePosixPath(path.lstrip("/"))
        if ".." in inside.parts:
            inside = PurePosixPath()  # outside of what we see: what we see is ours
        # In a container the path may be the host's: then none of its folders
        # is there, and the last one, the mount itself, is the container's.
        for folder in (inside, *inside.parents):
            yield mount / folder


def _cpu_list(path: Path) -> frozenset[int] | None:
    """A file with a list of processors; None if it is missing or empty."""
    text = text_of(path)
    return frozenset(parse_cpu_list(text)) if text else None


def _number(path: Path) -> int | None:
    text = text_of(path) or ""
    return int(text) if text.lstrip("-").isdigit() else None
