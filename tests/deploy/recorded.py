"""
Topologies of machines as files: what their kernels say, and the plan that was reviewed for it.

Record another one there with: python -m tests.deploy.recorded > tests/deploy/topologies/NAME.json
In a path, [0,4-6] stands for each of these numbers: many files say the same.
"""

import json
import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.deploy.cores import pinning
from bench.deploy.machine import parse_cpu_list
from bench.deploy.topology import read_topology
from bench.model.topology import Topology


FOLDER = Path(__file__).parent / "topologies"
_NUMBERS = re.compile(r"\[([\d,-]+)\]")
_CPU = "sys/devices/system/cpu/cpu[0-9]*"
_TOLD = (
    "sys/devices/system/cpu/online",
    "sys/devices/system/node/node[0-9]*/cpulist",
    "sys/devices/cpu_*/cpus",
    f"{_CPU}/topology/thread_siblings_list",
    f"{_CPU}/topology/physical_package_id",
    f"{_CPU}/cache/index[0-9]*/level",
    f"{_CPU}/cache/index[0-9]*/type",
    f"{_CPU}/cache/index[0-9]*/shared_cpu_list",
    f"{_CPU}/cpu_capacity",
    f"{_CPU}/cpufreq/cpuinfo_max_freq",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One machine."""

    about: str
    allowed: tuple[int, ...]
    files: dict[str, str]
    plan: tuple[str, ...]

    def lay_out(self, folder: Path) -> Path:
        """Write its kernel's files below the folder."""
        for path, text in self.files.items():
            for file_path in _each(path):
                place = folder / file_path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(f"{text}\n")
        return folder

    def read(self, folder: Path) -> Topology:
        """Its topology, as the harness reads it."""
        return read_topology(self.allowed, self.lay_out(folder))


def names() -> list[str]:
    """Of every recorded machine."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def recorded(name: str) -> Recorded:
    """The machine of that name."""
    machine: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Recorded(
        machine["about"],
        parse_cpu_list(machine["allowed"]),
        machine["files"],
        tuple(machine["plan"]),
    )


def record(root: Path = Path("/")) -> dict[str, str]:
    """What the kernel tells here, files of processors that say the same as one."""
    alike = defaultdict[tuple[str, str], list[int]](list)
    files = {}
    for pattern in _TOLD:
        for path in sorted(root.glob(pattern)):
            place = path.relative_to(root).as_posix()
            text = path.read_text().strip()
            number = re.search(r"/cpu(\d+)/", place)
            if number is None:
                files[place] = text
            else:
                whole = place.replace(number[0], "/cpu[]/")
                alike[whole, text].append(int(number[1]))
    for (whole, text), cpus in alike.items():
        files[whole.replace("[]", f"[{_kernel_list(cpus)}]")] = text
    return files


def _each(path: str) -> list[str]:
    numbers = _NUMBERS.search(path)
    if numbers is None:
        return [path]
    return [
        path.replace(numbers[0], str(number)) for number in parse_cpu_list(numbers[1])
    ]


def _kernel_list(cpus: list[int]) -> str:
    runs: list[list[int]] = []
    for cpu in sorted(cpus):
        if runs and cpu == runs[-1][-1] + 1:
            runs[-1].append(cpu)
        else:
            runs.append([cpu])
    return ",".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs
    )


def main() -> None:
    """Print what this machine's kernel tells, with the plan that is made of it, to be reviewed."""
    from bench.cli.plan_text import pinning_lines

    allowed = sorted(os.sched_getaffinity(0))
    machine = {
        "about": "Recorded on: say which machine, kernel and hypervisor.",
        "allowed": _kernel_list(allowed),
        "files": record(),
        "plan": list(pinning_lines(pinning(read_topology(allowed)))),
    }
    sys.stdout.write(json.dumps(machine, indent=1) + "\n")


if __name__ == "__main__":
    main()
