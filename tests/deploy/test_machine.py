"""What is known of the machine."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from bench.deploy import machine
from bench.deploy.machine import (
    WINDOWS,
    cgroup_version,
    inspect_machine,
    parse_cpu_list,
    pressure,
    speed_class,
    steal_s,
)


def test_this_machine_is_described_the_same_way_twice() -> None:
    """What must be equal between runs has one fingerprint, whatever the load is now."""
    first, second = inspect_machine(), inspect_machine()
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 12
    assert first.cores == len(os.sched_getaffinity(0))
    assert first.memory_bytes > 2**28
    assert first.kernel.startswith("Linux ")
    assert first.cpu_model


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("python_optimised", None),
        ("available_cores", tuple(range(3))),
        ("siblings", ()),
    ],
)
def test_another_machine_has_another_fingerprint(
    monkeypatch: pytest.MonkeyPatch, function: str, value: object
) -> None:
    """How Python was built, and how many processors there are, is part of it."""
    before = inspect_machine()
    replaced = (not before.python_optimised) if value is None else value
    monkeypatch.setattr(machine, function, lambda: replaced)
    changed = inspect_machine().fingerprint != before.fingerprint
    assert changed == (function != "siblings")


ARM = {
    "CPU implementer": "0x41",
    "CPU architecture": "8",
    "CPU variant": "0x0",
    "CPU part": "0xd49",
    "CPU revision": "0",
}
X86 = {
    "vendor_id": "GenuineIntel",
    "cpu family": "6",
    "model": "207",
    "stepping": "2",
    "model name": "Intel(R) Xeon(R) Processor",
    "microcode": "0x1",
    "cpu MHz": "2300.000",
    "flags": "fpu hypervisor",
}


@pytest.mark.parametrize(
    ("known", "changed"),
    [
        (ARM, {"CPU part": "0xd4f"}),
        (ARM, {"CPU implementer": "0xc0"}),
        (X86, {"model": "143"}),
        (X86, {"microcode": "0x2"}),
        (X86, {"cpu MHz": "3100.000"}),
    ],
)
def test_another_processor_of_the_same_name_is_another_machine(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, str], changed: dict[str, str]
) -> None:
    """On ARM by implementer and part, on x86 by model, microcode and the frequency that a hypervisor states."""
    machines = []
    for cpu in (known, known, known | changed):
        monkeypatch.setattr(machine, "_first_cpu", lambda cpu=cpu: cpu)
        machines.append(inspect_machine())

    assert machines[0].fingerprint == machines[1].fingerprint != machines[2].fingerprint
    if known is ARM:
        assert machines[0].cpu_model.endswith("implementer 0x41, part 0xd49")


def test_the_momentary_frequency_of_bare_metal_is_no_part_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It changes with every look; what the processor is sold with does not."""
    bare = X86 | {"flags": "fpu"}
    monkeypatch.setattr(machine, "_CPUS", tmp_path)
    assert machine.nominal_mhz(bare) is None
    assert machine.nominal_mhz(X86) == "2300"

    (tmp_path / "cpu0/cpufreq").mkdir(parents=True)
    (tmp_path / "cpu0/cpufreq/cpuinfo_max_freq").write_text("3900000\n")
    assert machine.nominal_mhz(bare) == "3900"
    (tmp_path / "cpu0/cpufreq/base_frequency").write_text("2600000\n")
    assert machine.nominal_mhz(bare) == "2600"


def test_cores_are_counted_as_before_pinning() -> None:
    """Pinning the harness to a part of the machine does not shrink the machine."""
    before = os.sched_getaffinity(0)
    described = inspect_machine()
    os.sched_setaffinity(0, {min(before)})
    try:
        pinned = inspect_machine()
    finally:
        os.sched_setaffinity(0, before)
    assert pinned.fingerprint == described.fingerprint


def test_stolen_time_is_seconds_that_never_go_back() -> None:
    """The kernel's counter is read as a number of seconds since boot."""
    first, second = steal_s(), steal_s()
    assert first is not None
    assert second is not None
    assert 0 <= first <= second


def test_the_kernels_lists_of_processors_are_read() -> None:
    """Single numbers and ranges, in any mix."""
    assert parse_cpu_list("0,4-6\n") == (0, 4, 5, 6)
    assert parse_cpu_list("3") == (3,)
    assert parse_cpu_list("") == ()


@pytest.mark.parametrize(
    ("mounts", "version"),
    [
        ("25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "v2"),
        ("25 1 0:22 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "v1"),
        ("1 1 0:1 / /a rw - cgroup c rw\n2 1 0:2 / /b rw - cgroup2 c rw", "hybrid"),
        ("25 1 0:22 / /proc rw - proc proc rw", None),
    ],
)
def test_the_cgroup_version_follows_from_the_mounts(
    mounts: str, version: str | None
) -> None:
    """v1, v2 and both at once are told apart."""
    assert cgroup_version(mounts) == version


def test_a_resource_without_pressure_figures_has_none() -> None:
    """Unknown is None, not nought."""
    assert pressure("patience") is None


def test_what_is_handed_down_and_changes_speed_is_recorded() -> None:
    """Niceness and limits of whoever starts the harness are those of servers, database and load."""
    look = "import bench.deploy.machine as m; print(*m.inspect_machine().details.items(), sep='\\n')"
    words = ["bash", "-c", f'ulimit -n 512; exec nice -n 5 "$0" -c "{look}"']

    done = subprocess.run(
        [*words, sys.executable],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.defpath, "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )

    for setting in (("nice", str(min(19, os.nice(0) + 5))), ("open_files_limit", "512"), ("passed_variables", "TZ")):  # fmt: skip
        assert repr(setting) in done.stdout.splitlines(), done.stdout


def clock(ns: float, disturbed: Callable[[int], float] = lambda n: 1.0) -> Callable[[], int]:  # fmt: skip
    """A clock on which each piece of work takes so many ns, times what disturbs it then."""

    def ticks() -> Iterator[int]:
        now = 0.0
        for number in count():
            yield int(now)
            now += ns * disturbed(number)

    passing = ticks()
    return lambda: next(passing)


def test_twice_as_fast_is_two_classes_more() -> None:
    """Whatever the speed."""
    for ns in (20_000.0, 45_000.0, 100_000.0):
        assert speed_class(clock(ns / 2)) == speed_class(clock(ns)) + 2


@pytest.mark.parametrize("seed", range(5))
def test_what_disturbs_most_windows_changes_nothing(seed: int) -> None:
    """Two of three windows take up to three times as long; the fastest one decides."""
    random = Random(seed)
    slow = [random.uniform(1.3, 3.0) if n % 3 else 1.0 for n in range(WINDOWS)]
    pieces = 4_000_000 // 40_000 + 2

    def disturbed(number: int) -> float:
        return slow[number // pieces % WINDOWS]

    assert speed_class(clock(40_000, disturbed)) == speed_class(clock(40_000))


def test_this_machine_is_of_one_class_or_the_next_to_it() -> None:
    """By its own clock, whatever else runs here."""
    first, second = speed_class(), speed_class()

    assert abs(first - second) <= 1
