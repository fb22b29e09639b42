"""Which processors do what."""

import pytest

from bench.deploy.cores import pinning
from bench.errors import MachineRefused


@pytest.mark.parametrize("count", [4, 5, 8, 64])
def test_four_or_more_processors_are_shared_with_nobody(count: int) -> None:
    """Server, load, database and harness are disjoint, and every processor is given out."""
    cores = pinning(range(count))
    groups = (cores.server, cores.load, cores.database, cores.harness)
    given = [cpu for group in groups for cpu in group]
    assert sorted(given) == list(range(count))
    assert all(groups)
    assert len(cores.server) == 1
    assert cores.shared is None


@pytest.mark.parametrize("count", range(2, 12))
@pytest.mark.parametrize("workers", range(1, 11))
def test_the_server_has_one_core_per_worker_to_itself(count: int, workers: int) -> None:
    """Whatever the machine, the server shares with nobody; else the machine is refused."""
    if workers >= count:
        with pytest.raises(MachineRefused) as refused:
            pinning(range(count), workers)
        assert refused.value.hint
        return
    cores = pinning(range(count), workers)
    assert len(cores.server) == workers
    assert not set(cores.server) & {*cores.load, *cores.database, *cores.harness}
    assert cores.load
    alone = count - workers >= 3
    assert (cores.shared is None) == alone


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


def test_one_processor_is_refused_with_a_remedy() -> None:
    """Server and load on one processor cannot be told apart."""
    with pytest.raises(MachineRefused, match="not enough") as refused:
        pinning((0,))
    assert "at least 2" in (refused.value.hint or "")


def test_threads_of_one_core_are_not_used_side_by_side_while_there_are_enough() -> None:
    """With four physical cores, one thread of each is used."""
    pairs = [(0, 4), (1, 5), (2, 6), (3, 7)]
    cores = pinning(range(8), 1, pairs)
    used = {*cores.server, *cores.load, *cores.database, *cores.harness}
    assert used == {0, 1, 2, 3}
    assert cores.shared is None


def test_threads_of_one_core_that_must_be_used_are_confessed() -> None:
    """With two physical cores of two threads each, the reader is told."""
    cores = pinning(range(4), 1, [(0, 2), (1, 3)])
    assert "threads of one physical core" in (cores.shared or "")
