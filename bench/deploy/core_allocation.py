"""Who gets which physical cores: arithmetic on a topology, nothing is touched."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.model.topology import Core, Topology


_MOST = 8  # cores for load, and for the database: no run here could use more


@dataclass(frozen=True, slots=True)
class Shares:
    """The physical cores of each role, the first of each the nearest to the server."""

    server: Core
    more: tuple[Core, ...]  # for servers of more workers; the harness's may be last
    load: tuple[Core, ...]
    database: tuple[Core, ...]
    harness: Core


def allocate_cores(cores: Sequence[Core], most_workers: int) -> Shares:
    """
    Give each role its cores: whole ones, each to one role, as long as there are four.

    Up to `most_workers` cores, that of the harness included where there are no
    others, are kept for servers; what is then left goes to load and database
    by halves, up to eight cores each. Fewer than four are shared by those who
    are not the server.
    """
    home = servers_core(cores)
    others = sorted(
        (core for core in cores if core != home), key=lambda core: distance(home, core)
    )
    if len(others) < 2:
        return _crowded(home, others)
    harness = _harness_core(home, others)
    others.remove(harness)
    if len(others) == 1:
        return Shares(home, (), (others[0],), (harness,), harness)
    pool = [core for core in others if _alike(home, core)]
    pool += [core for core in others if core not in pool][: max(0, 2 - len(pool))]
    load, rest = pool[0], pool[1:]
    # Interrupts that come to processor 0 hurt the database least.
    database = next((core for core in rest if core.is_first), rest[0])
    rest.remove(database)
    more, left = rest[: most_workers - 1], rest[most_workers - 1 :]
    if len(more) < most_workers - 1 and _alike(home, harness):
        more.append(harness)  # it rests while a window lasts
    half = min((len(left) + 1) // 2, _MOST - 1)
    return Shares(
        server=home,
        more=tuple(more),
        load=(load, *left[:half]),
        database=(database, *left[half:][: _MOST - 1]),
        harness=harness,
    )


def servers_core(cores: Sequence[Core]) -> Core:
    """
    The core on which every server has its first worker.

    Of the fastest kind that has more than one core, where the most cores of
    that kind are near, and not that of processor 0 if there are three or more.
    """
    counts = Counter(core.kind for core in cores)
    several = [kind for kind, count in counts.items() if count > 1]
    kind = min(several or counts)
    alike = [core for core in cores if core.kind == kind]
    quiet = [core for core in alike if len(cores) > 2 and not core.is_first]

    def company(core: Core) -> tuple[int, int, int]:
        nodes = sum(other.node == core.node for other in alike)
        packages = sum(_package(other) == _package(core) for other in alike)
        return nodes, packages, sum(_cache(other) == _cache(core) for other in alike)

    most = max(company(core) for core in quiet or alike)
    return min(
        (core for core in quiet or alike if company(core) == most),
        key=lambda core: core.threads,
    )


def distance(home: Core, core: Core) -> tuple[int, ...]:
    """How far a core is from the server's, to sort by: memory first, then kind, then cache."""
    return (
        core.node != home.node,
        core.package != home.package,
        core.kind != home.kind,
        core.kind,
        core.is_first,
        _cache(core) != _cache(home),
        core.threads[0],
    )


def within_quota(topology: Topology) -> list[Core]:
    """
    The cores that a quota has time for, two threads at the least.

    Pinned to no more threads than the quota has processors, no role can be
    stopped for what another one used.
    """
    cores = list(topology.cores)
    if topology.quota is None or topology.quota >= len(topology.processors):
        return cores
    limit = max(2, int(topology.quota))
    if len(cores) == 1:
        return [replace(cores[0], threads=cores[0].threads[:limit])]
    home = servers_core(cores)
    nearest = sorted(cores, key=lambda core: (core != home, *distance(home, core)))
    return [replace(core, threads=core.threads[:1]) for core in nearest[:limit]]


def _crowded(home: Core, others: Sequence[Core]) -> Shares:
    """On two physical cores all but the server are on one; on a single one they are its other threads."""
    server = replace(home, threads=home.threads[:1])
    place = others[0] if others else replace(home, threads=home.threads[1:])
    load = replace(place, threads=place.threads[:1])
    rest = replace(place, threads=place.threads[1:] or place.threads)
    return Shares(server, (), (load,), (rest,), rest)


def _harness_core(home: Core, others: Sequence[Core]) -> Core:
    """
    One that the others miss least, as it rests while a window lasts.

    Of the slowest kind near the server's memory, if that is slower than the
    server's; else one like the server's that is not wanted for load and
    database; else the farthest. Preferably that of processor 0. `others` come
    by their distance.
    """
    near = [core for core in others if core.node == home.node]
    slowest = max((core.kind for core in near), default=home.kind)
    slow = [core for core in near if core.kind == slowest]
    like = [core for core in others if _alike(home, core)]
    if slowest > home.kind:
        return next((core for core in slow if core.is_first), slow[0])
    if len(like) > 2:
        return next((core for core in like if core.is_first), like[-1])
    return others[-1]


def _alike(home: Core, core: Core) -> bool:
    return (core.kind, core.node) == (home.kind, home.node)


def _package(core: Core) -> tuple[int, int]:
    return core.node, core.package


def _cache(core: Core) -> tuple[int, int, int]:
    return core.node, core.package, core.cache
