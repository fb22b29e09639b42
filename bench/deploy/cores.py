"""Which processors do what: the server first, and everybody else off its core."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bench.deploy.core_allocation import Shares, allocate_cores, within_quota
from bench.errors import EnvironmentFailure
from bench.model.plan import Pinning
from bench.model.topology import Core, Topology, cpu_words, flat


MOST_WORKERS = 4
"""Of one server, for which cores are kept unless more is asked for."""


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
    _refuse_if_too_few(topology.processors)
    shares = allocate_cores(within_quota(topology), most_workers)
    found = Pinning(
        server=shares.server.threads[:1],
        load=_firsts(shares.load),
        database=_all(shares.database),
        harness=shares.harness.threads,
        shared="; ".join(_shared(shares, topology)) or None,
        more=_firsts(shares.more),
        among="; ".join(_among(shares, topology)),
        physical=tuple(sorted(core.threads for core in topology.cores)),
    )
    busy = {*spare(found), *found.load, *found.database, *found.harness}
    return replace(
        found, idle=tuple(cpu for cpu in topology.processors if cpu not in busy)
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


def _refuse_if_too_few(everyone: tuple[int, ...]) -> None:
    if len(everyone) < 2:
        raise EnvironmentFailure(
            f"{len(everyone)} processor is not enough: the server would share it "
            "with the load, and neither could be told from the other",
            hint="run on a machine (or with a CPU set) of at least 2 processors",
        )


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
