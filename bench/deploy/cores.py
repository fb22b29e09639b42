"""Which processors do what: the server first, and everybody else off its core."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench.errors import EnvironmentFailure
from bench.model.plan import Pinning
from bench.model.topology import Core, Topology, cpu_words, flat


MOST_WORKERS = 4
"""Of one server, for which cores are kept unless more is asked for."""


_MOST = 8  # cores for load, and for the database: no run here could use more


@dataclass(frozen=True, slots=True)
class Shares:
    """The physical cores of each role, the first of each the nearest to the server."""

    server: Core
    more: tuple[Core, ...]  # for servers of more workers; the harness's may be last
    load: tuple[Core, ...]
    database: tuple[Core, ...]
    harness: Core


def pinning(
    available: Topology | Iterable[int], most_workers: int = MOST_WORKERS
) -> Pinning:
    """
    Share out a machine; of a plain list of processors nothing else is known.

    The server never shares its physical core, and load, database and harness
    have theirs where there are four. On three, database and harness share one,
    on two all three do; on a single one of several threads the server's
    neighbours are the others, and that is said. The server and each process of
    the load use one thread of a core and leave its others idle, as what runs
    beside them would change their processor time.

    Raises EnvironmentFailure where the server would have to share its processor.
    """
    topology = available if isinstance(available, Topology) else flat(available)
    if len(topology.processors) < 2:
        raise EnvironmentFailure(
            f"{len(topology.processors)} processor is not enough: the server would "
            "share it with the load, and neither could be told from the other",
            hint="run on a machine (or with a CPU set) of at least 2 processors",
        )
    shares = allocate_cores(within_quota(topology), most_workers)
    shared_out = Pinning(
        server=shares.server.threads[:1],
        load=_firsts(shares.load),
        database=_all(shares.database),
        harness=shares.harness.threads,
        shared="; ".join(_shared(shares, topology)) or None,
        more=_firsts(shares.more),
        among="; ".join(_among(shares, topology)),
        physical=tuple(sorted(core.threads for core in topology.cores)),
    )
    busy = {
        *spare(shared_out),
        *shared_out.load,
        *shared_out.database,
        *shared_out.harness,
    }
    return replace(
        shared_out, idle=tuple(cpu for cpu in topology.processors if cpu not in busy)
    )


def spare(pinning: Pinning) -> tuple[int, ...]:
    """
    The cores that servers of several sizes may have, the usual ones first.

    The harness rests while a window lasts, so its own core may be the last.
    """
    return (*pinning.server, *pinning.more)


def cores_for(pinning: Pinning, workers: int) -> Pinning:
    """The same pinning with a core for each of so many workers; EnvironmentFailure if there are too few."""
    cores = spare(pinning)
    if workers > len(cores):
        raise EnvironmentFailure(
            f"{workers} worker processes need {workers} cores of their own, "
            f"{len(cores)} are free of load and database",
            hint="run on a machine (or with a CPU set) of more processors",
        )
    return replace(pinning, server=cores[:workers])


def _firsts(cores: Iterable[Core]) -> tuple[int, ...]:
    return tuple(core.threads[0] for core in cores)


def _all(cores: Iterable[Core]) -> tuple[int, ...]:
    return tuple(sorted(cpu for core in cores for cpu in core.threads))


def _shared(shares: Shares, topology: Topology) -> Iterator[str]:
    """What had to share, and what is not ours to keep apart; nothing on a machine of four cores of its own."""
    load, database = _firsts(shares.load), _all(shares.database)
    harness = shares.harness.threads
    if load == database == harness:
        yield f"load, database and harness share {_processors(load)}"
    elif database == harness:
        yield f"database and harness share {_processors(database)}"
    homes = {cpu: core for core in topology.cores for cpu in core.threads}
    server = homes[shares.server.threads[0]]
    if homes[load[0]] == server:
        yield "server and load are threads of one physical core"
    elif load != database and homes[load[0]] == homes[database[0]]:
        yield "load and database are threads of one physical core"
    foreign = set(server.foreign).union(*(homes[cpu].foreign for cpu in load))
    if foreign:
        yield (
            "threads of the cores of server and load that are not ours to keep idle: "
            f"{cpu_words(foreign)}"
        )
    if topology.quota is not None and topology.quota < 2:
        yield f"all of them share a quota of {topology.quota:g} processors"


def _among(shares: Shares, topology: Topology) -> Iterator[str]:
    """What there was to choose from, and where that shows."""
    cores, processors = topology.cores, len(topology.processors)
    threads = f" with {processors} processors" if processors > len(cores) else ""
    yield f"{len(cores)} physical core{'s' if len(cores) > 1 else ''}{threads}"
    counts = Counter(core.kind for core in cores)
    if len(counts) > 1:
        order = sorted(counts)
        yield (
            f"kinds of core, the fastest first: {'+'.join(str(counts[k]) for k in order)}; "
            f"servers have kind {order.index(shares.server.kind) + 1}"
        )
    for name, places in (
        ("packages", {core.package for core in cores}),
        ("NUMA nodes", {core.node for core in cores}),
    ):
        if len(places) > 1:
            yield f"{len(places)} {name}"
    far = [
        role
        for role, core in (("load", shares.load[0]), ("database", shares.database[0]))
        if core.node != shares.server.node
    ]
    if far:
        yield f"{' and '.join(far)} on another NUMA node than the server"
    if topology.quota is not None and 2 <= topology.quota < processors:
        yield f"a quota leaves time for {int(topology.quota)} processors"


def _processors(cpus: tuple[int, ...]) -> str:
    return f"processor{'s' if len(cpus) > 1 else ''} {cpu_words(cpus)}"


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
