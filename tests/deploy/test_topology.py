"""What kernels say of their processors, read from recorded machines and from this one."""

import os
from pathlib import Path

import pytest

from bench.cli.plan_text import pinning_lines
from bench.deploy.cores import pinning
from bench.deploy.topology import read_topology, topology
from bench.model.topology import Core
from tests.deploy.recorded import Recorded, names, record, recorded


CPUS = "sys/devices/system/cpu"


def machine(files: dict[str, str], allowed: tuple[int, ...] = (0, 1, 2, 3)) -> Recorded:
    """A machine of which only that is known."""
    return Recorded("", allowed, files, ())


def kinds(files: dict[str, str], folder: Path) -> list[int]:
    """The kind of each of four cores."""
    return [core.kind for core in machine(files).read(folder).cores]


@pytest.mark.parametrize("name", names())
def test_the_plan_of_a_recorded_machine_is_the_reviewed_one(
    name: str, tmp_path: Path
) -> None:
    """Line by line as a person sees it: who runs where, of which cores, and what is left idle."""
    machine_record = recorded(name)
    assert list(pinning_lines(pinning(machine_record.read(tmp_path)))) == list(
        machine_record.plan
    )


def test_this_machine_recorded_reads_like_itself(tmp_path: Path) -> None:
    """What the recorder writes down is all that the reader looks at, control groups aside."""
    allowed = tuple(sorted(os.sched_getaffinity(0)))
    again = machine(record(), allowed).read(tmp_path)
    assert again.cores == read_topology(allowed).cores
    assert set(again.processors) == set(allowed)


def test_this_machine_is_read_as_it_was_when_the_harness_began() -> None:
    """Pinned to one processor, it still knows the others."""
    before, whole = os.sched_getaffinity(0), topology()
    os.sched_setaffinity(0, {min(before)})
    try:
        assert topology() == whole
    finally:
        os.sched_setaffinity(0, before)


def test_a_machine_that_tells_nothing_has_processors_that_are_alike(
    tmp_path: Path,
) -> None:
    """No /sys at all, as in some sandboxes: each processor is a core, with nothing to choose by."""
    read = read_topology((0, 2, 5), tmp_path)
    assert read.cores == tuple(Core((cpu,), cache=-1) for cpu in (0, 2, 5))
    assert read.quota is None


def test_threads_that_are_not_ours_are_known(tmp_path: Path) -> None:
    """The affinity mask takes half of each core away; the other half is somebody's."""
    desktop = recorded("desktop-4-cores-8-threads")
    read = read_topology((1, 2, 6), desktop.lay_out(tmp_path))
    assert [(core.threads, core.foreign) for core in read.cores] == [
        ((1,), (5,)),
        ((2, 6), ()),
    ]


def test_offline_processors_are_nobodys(tmp_path: Path) -> None:
    """Neither ours, though the mask has them, nor a thread beside one of ours."""
    files = {
        f"{CPUS}/online": "0-2",
        f"{CPUS}/cpu[1,3]/topology/thread_siblings_list": "1,3",
    }
    read = machine(files).read(tmp_path)
    assert read.processors == (0, 1, 2)
    assert all(core.foreign == () for core in read.cores)


def test_a_kernel_that_contradicts_itself_gives_no_processor_twice(
    tmp_path: Path,
) -> None:
    """Processor 0 names 1 as its neighbour, 1 names 2: every one of them once."""
    files = {
        f"{CPUS}/cpu0/topology/thread_siblings_list": "0-1",
        f"{CPUS}/cpu2/topology/thread_siblings_list": "1-2",
    }
    read = machine(files).read(tmp_path)
    assert [core.threads for core in read.cores] == [(0, 1), (2,), (3,)]


@pytest.mark.parametrize(
    ("speeds", "expected"),
    [
        (("1024", "1024", "1024", "1024"), [0, 0, 0, 0]),
        (("1024", "1009", "980", "1024"), [0, 0, 0, 0]),  # favoured cores
        (("414", "1024", "414", "1024"), [1, 0, 1, 0]),
        (("1024", "870", "860", "320"), [0, 1, 1, 2]),
    ],
)
def test_cores_of_about_one_speed_are_one_kind(
    tmp_path: Path, speeds: tuple[str, ...], expected: list[int]
) -> None:
    """Capacities within a tenth of the fastest of their kind are that kind's."""
    files = {f"{CPUS}/cpu{n}/cpu_capacity": text for n, text in enumerate(speeds)}
    assert kinds(files, tmp_path) == expected


def test_the_kernels_own_lists_of_kinds_come_before_speeds(tmp_path: Path) -> None:
    """A performance core may be capped below an efficiency core and stays what it is."""
    files = {
        "sys/devices/cpu_core/cpus": "0-1",
        "sys/devices/cpu_atom/cpus": "2-3",
        f"{CPUS}/cpu[0-1]/cpufreq/cpuinfo_max_freq": "2000000",
        f"{CPUS}/cpu[2-3]/cpufreq/cpuinfo_max_freq": "3000000",
    }
    assert kinds(files, tmp_path) == [0, 0, 1, 1]


def test_kinds_that_are_not_ours_do_not_count(tmp_path: Path) -> None:
    """Limited to efficiency cores, a process has cores of one kind."""
    hybrid = recorded("hybrid-8-cores")
    read = read_topology((8, 9, 10, 11), hybrid.lay_out(tmp_path))
    assert {core.kind for core in read.cores} == {0}


@pytest.mark.parametrize(
    ("files", "processors", "quota"),
    [
        pytest.param(
            {
                "proc/self/cgroup": "0::/a/b",
                "sys/fs/cgroup/a/b/cpuset.cpus.effective": "1-2",
                "sys/fs/cgroup/a/b/cpu.max": "max 100000",
                "sys/fs/cgroup/a/cpu.max": "250000 100000",
            },
            (1, 2),
            2.5,
            id="v2, the quota of a group around ours",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "3:cpuset:/c\n2:cpu,cpuacct:/c\n0::/",
                "sys/fs/cgroup/cpuset/c/cpuset.effective_cpus": "0-2",
                "sys/fs/cgroup/cpu/c/cpu.cfs_quota_us": "150000",
                "sys/fs/cgroup/cpu/c/cpu.cfs_period_us": "100000",
            },
            (0, 1, 2),
            1.5,
            id="v1",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "3:cpuset:/docker/f00\n2:cpu:/docker/f00",
                "sys/fs/cgroup/cpuset/cpuset.effective_cpus": "2-3",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            },
            (2, 3),
            None,
            id="v1 in a container, the path is the host's",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "0::/../../x",
                "sys/fs/cgroup/cpu.max": "200000 100000",
                "x/cpu.max": "100000 100000",
            },
            (0, 1, 2, 3),
            2.0,
            id="v2, a path that leads outside",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "0::/",
                "sys/fs/cgroup/cpuset.cpus.effective": "8-9",
            },
            (0, 1, 2, 3),
            None,
            id="a set that denies all that the mask allows is not believed",
        ),
    ],
)
def test_a_control_group_limits_what_is_ours(
    tmp_path: Path,
    files: dict[str, str],
    processors: tuple[int, ...],
    quota: float | None,
) -> None:
    """Its set of processors, and the least quota of it and of the groups around it."""
    read = machine(files).read(tmp_path)
    assert (read.processors, read.quota) == (processors, quota)
