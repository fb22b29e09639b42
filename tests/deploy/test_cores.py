"""Which processors do what."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bench.deploy.cores import cores_for, pinning, spare
from bench.errors import EnvironmentFailure
from bench.model.plan import Pinning
from bench.model.topology import Core, Topology, cpu_words


def roles(cores: Pinning) -> dict[str, set[int]]:
    """The processors of each role."""
    return {
        "server": set(cores.server),
        "load": set(cores.load),
        "database": set(cores.database),
        "harness": set(cores.harness),
    }


@pytest.mark.parametrize(
    ("count", "load", "database", "more"),
    [
        (4, (2,), (3,), (0,)),
        (5, (2,), (3,), (4, 0)),
        (6, (2,), (3,), (4, 5, 0)),
        (8, (2, 7), (3,), (4, 5, 6)),
        (9, (2, 7), (3, 8), (4, 5, 6)),
        (16, (2, 7, 8, 9, 10, 11), (3, 12, 13, 14, 15), (4, 5, 6)),
        (64, (2, *range(7, 14)), (3, *range(14, 21)), (4, 5, 6)),
    ],
)
def test_four_or_more_cores_are_shared_with_nobody(
    count: int, load: tuple[int, ...], database: tuple[int, ...], more: tuple[int, ...]
) -> None:
    """One worker beside the harness on processor 0; what servers of more workers need comes before more for the others."""
    cores = pinning(range(count))
    assert (cores.server, cores.harness) == ((1,), (0,))
    assert (cores.load, cores.database, cores.more) == (load, database, more)
    assert cores.shared is None
    assert cores.idle == tuple(range(21, count))


def test_three_processors_let_database_and_harness_share() -> None:
    """The load keeps its own; what shares is said in words."""
    cores = pinning((4, 5, 6))
    assert (cores.server, cores.load) == ((4,), (5,))
    assert cores.database == cores.harness == (6,)
    assert cores.shared == "database and harness share processor 6"


def test_two_processors_leave_the_server_alone() -> None:
    """Everything else shares the other one, and that is said."""
    cores = pinning((0, 1))
    assert cores.server == (0,)
    assert cores.load == cores.database == cores.harness == (1,)
    assert cores.shared == "load, database and harness share processor 1"
    assert (cores.more, cores.idle) == ((), ())


def test_one_processor_is_refused_with_a_remedy() -> None:
    """Server and load on one processor cannot be told apart."""
    with pytest.raises(EnvironmentFailure, match="not enough") as refused:
        pinning((0,))
    assert "at least 2" in (refused.value.hint or "")


def test_more_workers_have_a_core_each_or_are_refused() -> None:
    """Six cores: up to four, the harness's own the last; the fifth has none."""
    cores = pinning(range(6))
    assert [cores_for(cores, workers).server for workers in (1, 2, 3, 4)] == [
        (1,),
        (1, 4),
        (1, 4, 5),
        (1, 4, 5, 0),
    ]
    with pytest.raises(EnvironmentFailure, match="4 are free"):
        cores_for(cores, 5)


def test_as_many_workers_as_are_asked_for_have_cores_kept() -> None:
    """Eight of sixteen cores, where an experiment wants servers of eight workers."""
    assert len(spare(pinning(range(16), most_workers=8))) == 8


def test_a_machine_of_fast_and_slow_cores_has_all_that_is_timed_on_the_fast_ones() -> (
    None
):
    """Four fast, two slow: harness on a slow one, which no server ever gets."""
    fast = [Core((cpu,)) for cpu in (2, 3, 4, 5)]
    slow = [Core((cpu,), kind=1) for cpu in (0, 1)]
    cores = pinning(Topology((*slow, *fast)))
    assert (cores.server, cores.load, cores.database) == ((2,), (3,), (4,))
    assert (cores.harness, cores.more, cores.idle) == ((0,), (5,), (1,))


def test_a_core_that_is_alone_of_its_kind_is_no_servers() -> None:
    """Two workers on cores of two speeds would be two servers."""
    kinds = (Core((0,), kind=1), Core((1,), kind=1), Core((2,)), Core((3,), kind=1))
    cores = pinning(Topology(kinds))
    assert cores.server == (1,)
    assert 2 not in spare(cores)


def test_load_and_database_stay_at_the_servers_memory() -> None:
    """Two nodes: the one with more cores; the harness leaves it if it must."""
    near = [Core((cpu,), node=1) for cpu in (4, 5, 6)]
    far = [Core((cpu,)) for cpu in (0, 1)]
    cores = pinning(Topology((*far, *near)))
    assert (cores.server, cores.load, cores.database) == ((4,), (5,), (6,))
    assert cores.harness == (0,)
    assert "another NUMA node" not in cores.among


def test_what_is_far_from_the_servers_memory_is_said() -> None:
    """One core on each of two nodes."""
    cores = pinning(Topology((Core((0,)), Core((1,), node=1))))
    assert "load and database on another NUMA node than the server" in cores.among


def test_a_quota_of_less_than_two_processors_is_said_to_be_shared() -> None:
    """Nothing can be kept apart in time; the run's windows tell how often it stopped the server."""
    cores = pinning(Topology((Core((0,)), Core((1,))), quota=1.5))
    assert "share a quota of 1.5 processors" in (cores.shared or "")


@pytest.mark.parametrize(
    ("cpus", "words"),
    [
        ((3,), "3"),
        ((7, 3), "3+7"),
        ((1, 2), "1+2"),
        ((2, 7, 8, 9, 13, 14), "2+7-9+13+14"),
    ],
)
def test_processors_in_words(cpus: tuple[int, ...], words: str) -> None:
    """Three neighbours or more are a range."""
    assert cpu_words(cpus) == words


quickly = settings(deadline=None, max_examples=60)


@some.composite
def topologies(draw: some.DrawFn) -> Topology:
    """Any machine: cores of any kind and place, threads numbered at random, some of them not ours."""
    threads = draw(some.lists(some.integers(1, 4), min_size=1, max_size=12))
    numbers = draw(some.permutations(range(sum(threads))))
    cores = []
    for count in threads:
        group, numbers = numbers[:count], numbers[count:]
        ours = draw(some.integers(1, count))
        cores.append(
            Core(
                threads=tuple(sorted(group[:ours])),
                foreign=tuple(sorted(group[ours:])),
                kind=draw(some.integers(0, 2)),
                node=draw(some.integers(0, 2)),
                package=draw(some.integers(0, 1)),
                cache=draw(some.integers(0, 3)),
            )
        )
    quota = draw(some.none() | some.floats(0.5, 40))
    return Topology(tuple(cores), quota)


def homes(machine: Topology) -> dict[int, Core]:
    """Of each processor its physical core."""
    return {cpu: core for core in machine.cores for cpu in core.threads}


def planned(machine: Topology) -> Pinning:
    """Its plan, or nothing to hold where it is refused, which is for one processor alone."""
    if len(machine.processors) < 2:
        with pytest.raises(EnvironmentFailure):
            pinning(machine)
        return Pinning((), (), (), (), None)
    return pinning(machine)


@quickly
@given(topologies())
def test_every_processor_has_one_fate(machine: Topology) -> None:
    """Given to somebody or idle, none invented, none forgotten; every role has one."""
    cores = planned(machine)
    if not cores.server:
        return
    busy = {*spare(cores)}.union(*roles(cores).values())
    assert busy.isdisjoint(cores.idle)
    assert busy | set(cores.idle) == set(machine.processors)
    assert all(roles(cores).values())


@quickly
@given(topologies())
def test_nobody_works_on_the_servers_physical_core(machine: Topology) -> None:
    """Not even on another thread of it, unless there is no other core; and then that is said."""
    cores, home = planned(machine), homes(machine)
    beside = {home[c] for c in (*cores.load, *cores.database, *cores.harness)}
    alone = {home[cpu] for cpu in cores.server}.isdisjoint(beside)
    if len(machine.cores) > 1:
        assert alone
    elif cores.server:
        assert not alone
        assert "server and load are threads of one physical core" in (
            cores.shared or ""
        )


@quickly
@given(topologies())
def test_all_servers_have_cores_of_one_kind_and_whole_ones(machine: Topology) -> None:
    """However many workers: one thread of each core, and no core that load or database work on."""
    cores, home = planned(machine), homes(machine)
    servers = [home[cpu] for cpu in spare(cores)]
    assert len(set(servers)) == len(servers)
    assert len({(core.kind, core.node) for core in servers}) <= 1
    taken = {home[cpu] for cpu in (*cores.load, *cores.database)}
    if len(machine.cores) > 1:
        assert taken.isdisjoint(servers)


@quickly
@given(topologies())
def test_whatever_shares_a_core_is_said(machine: Topology) -> None:
    """With no words, server, load, database and harness are on physical cores of their own, and all theirs."""
    cores = planned(machine)
    if not cores.server or cores.shared is not None:
        return
    home = homes(machine)
    places = [{home[cpu] for cpu in cpus} for cpus in roles(cores).values()]
    assert all(place.isdisjoint(other) for place, other in combinations(places, 2))
    assert all(home[cpu].foreign == () for cpu in (*cores.server, *cores.load))


@quickly
@given(topologies())
def test_processor_0_is_no_servers_where_there_are_others(machine: Topology) -> None:
    """Of its kind, on a machine of three cores or more; many machines send it their interrupts."""
    cores = planned(machine)
    if machine.quota is not None or len(machine.cores) < 3:
        return
    home = homes(machine)[cores.server[0]]
    if sum(core.kind == home.kind for core in machine.cores) > 1:
        assert not home.is_first


@quickly
@given(topologies(), some.randoms(use_true_random=False))
def test_the_order_in_which_cores_are_told_changes_nothing(
    machine: Topology, chance: Random
) -> None:
    """The same machine has the same plan, always."""
    shuffled = list(machine.cores)
    chance.shuffle(shuffled)
    assert planned(Topology(tuple(shuffled), machine.quota)) == planned(machine)


@quickly
@given(topologies())
def test_no_more_processors_work_than_a_quota_has_time_for(machine: Topology) -> None:
    """So that no role is stopped for what another one used; two at the least."""
    cores = planned(machine)
    busy = {*spare(cores)}.union(*roles(cores).values())
    if machine.quota is not None:
        assert len(busy) <= max(2, machine.quota)
