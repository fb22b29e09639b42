"""Reading control groups, versions 1 and 2, from copies of what kernels show."""

from pathlib import Path

import pytest

from bench.deploy.compose_usage import control_group
from bench.errors import EnvironmentFailure


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A folder with an empty /proc and /sys/fs/cgroup."""
    (tmp_path / "proc/77").mkdir(parents=True)
    (tmp_path / "cgroup").mkdir()
    return tmp_path


def write(path: Path, text: str) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def version_1(kernel: Path, cpu_name: str = "cpu,cpuacct") -> None:
    """A container on a hybrid host: controllers of version 1, and an empty tree of version 2."""
    write(
        kernel / "proc/77/cgroup",
        f"4:memory:/docker/abc\n2:{cpu_name}:/docker/abc\n1:name=systemd:/docker/abc\n"
        "0::/docker/abc\n",
    )
    folder = kernel / "cgroup" / cpu_name / "docker/abc"
    write(folder / "cpuacct.usage", "1234567891\n")
    write(folder / "cgroup.procs", "77\n78\n")
    memory = kernel / "cgroup/memory/docker/abc"
    write(memory / "memory.usage_in_bytes", "5000000\n")
    write(memory / "memory.stat", "cache 1\ntotal_inactive_file 1000000\n")
    (kernel / "cgroup/unified").mkdir(exist_ok=True)


@pytest.mark.parametrize("cpu_name", ["cpuacct", "cpu,cpuacct"])
def test_version_1(kernel: Path, cpu_name: str) -> None:
    """Nanoseconds of cpuacct; memory without what could be dropped; processes counted."""
    version_1(kernel, cpu_name)

    usage = control_group("abc", 77, kernel / "cgroup", kernel / "proc").usage()

    assert usage.cpu_ns == 1_234_567_891
    assert usage.memory_bytes == 4_000_000
    assert usage.processes == 2


def version_2(kernel: Path) -> Path:
    """The group of a container under systemd."""
    write(kernel / "cgroup/cgroup.controllers", "cpu memory\n")
    write(kernel / "proc/77/cgroup", "0::/system.slice/docker-abc.scope\n")
    folder = kernel / "cgroup/system.slice/docker-abc.scope"
    write(folder / "cpu.stat", "usage_usec 2500\nuser_usec 1500\nsystem_usec 1000\n")
    write(folder / "memory.current", "3000\n")
    write(folder / "memory.stat", "anon 2000\ninactive_file 500\n")
    write(folder / "cgroup.procs", "77\n")
    return folder


def test_version_2(kernel: Path) -> None:
    """Microseconds of cpu.stat as nanoseconds; memory.current without inactive files."""
    version_2(kernel)

    group = control_group("abc", 77, kernel / "cgroup", kernel / "proc")

    assert group.version == 2
    assert group.usage().cpu_ns == 2_500_000
    assert group.usage().memory_bytes == 2500
    assert group.usage(memory=False).memory_bytes is None


def test_an_engine_elsewhere_is_refused(kernel: Path) -> None:
    """A process id of another machine has no control group here: a sentence, not a wrong number."""
    with pytest.raises(EnvironmentFailure, match="runs in another machine"):
        control_group("abc", 99, kernel / "cgroup", kernel / "proc")


@pytest.mark.parametrize("version", [1, 2])
def test_a_process_of_somebody_else_is_refused(kernel: Path, version: int) -> None:
    """With an engine on another machine its number may be anybody's here: that group is never read."""
    version_1(kernel)
    if version == 2:
        version_2(kernel)

    with pytest.raises(EnvironmentFailure, match="is not that of the container"):
        control_group("def", 77, kernel / "cgroup", kernel / "proc")
    with pytest.raises(EnvironmentFailure):
        control_group("", 77, kernel / "cgroup", kernel / "proc")


def test_memory_without_an_account_is_not_measured(kernel: Path) -> None:
    """A kernel whose memory controller is off tells CPU time all the same; a group that is gone tells nothing."""
    folder = version_2(kernel)
    (folder / "memory.current").unlink()
    group = control_group("abc", 77, kernel / "cgroup", kernel / "proc")

    assert group.usage().memory_bytes is None
    assert group.usage().cpu_ns == 2_500_000

    (folder / "cgroup.procs").unlink()
    with pytest.raises(OSError):
        group.usage()


def test_version_1_without_a_memory_controller(kernel: Path) -> None:
    """The process is in no group for memory: not measured."""
    version_1(kernel)
    write(kernel / "proc/77/cgroup", "2:cpu,cpuacct:/docker/abc\n")

    usage = control_group("abc", 77, kernel / "cgroup", kernel / "proc").usage()

    assert usage.memory_bytes is None
    assert usage.cpu_ns == 1_234_567_891
