"""What a container has used, from the files of its control group (versions 1 and 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import MachineRefused
from bench.model.trial import Usage


_ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """
    Where the kernel keeps the accounts of one container.

    `memory` and `cpu` are the same folder in version 2.
    """

    cpu: Path
    memory: Path
    version: int

    def usage(self, memory: bool = True) -> Usage:
        """
        CPU time so far (ns in version 1, whole microseconds in 2), memory now, processes now.

        Memory is what the kernel charges the container, without file pages
        that it could drop at once. OSError if the container is gone.
        """
        if self.version == 2:
            spent = int(_table(self.cpu / "cpu.stat")["usage_usec"]) * 1000
        else:
            spent = _number(self.cpu / "cpuacct.usage")
        charged = self._charged() if memory else None
        return Usage(spent, charged, len(self.pids()), self._throttled_ns())

    def pids(self) -> list[int]:
        """Its processes, as this machine numbers them."""
        return [int(line) for line in (self.cpu / "cgroup.procs").read_text().split()]

    def _throttled_ns(self) -> int | None:
        """How long a quota has stopped it so far; None where the kernel has no quotas."""
        try:
            table = _table(self.cpu / "cpu.stat")
        except OSError:
            return None
        if "throttled_usec" in table:
            return int(table["throttled_usec"]) * 1000
        return int(table["throttled_time"]) if "throttled_time" in table else None

    def _charged(self) -> int:
        name, idle = (
            ("memory.current", "inactive_file")
            if self.version == 2
            else ("memory.usage_in_bytes", "total_inactive_file")
        )
        total = _number(self.memory / name)
        return max(0, total - int(_table(self.memory / "memory.stat")[idle]))


def control_group(
    pid: int, root: Path = _ROOT, proc: Path = Path("/proc")
) -> ControlGroup:
    """
    The control group of that process.

    MachineRefused where the engine's processes are not this machine's: in a
    virtual machine, or behind a remote context.
    """
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
        return _found(lines, root)
    except (OSError, KeyError, ValueError, StopIteration) as error:
        raise MachineRefused(
            "the CPU time of containers cannot be read here: the container engine "
            f"runs in another machine ({error or type(error).__name__})",
            "use an engine on this machine itself, or ENGINE=local",
        ) from error


def _found(lines: list[str], root: Path) -> ControlGroup:
    fields = [line.split(":", 2) for line in lines]
    if (root / "cgroup.controllers").exists():
        path = next(path for _, names, path in fields if not names)
        folder = root / path.lstrip("/")
        (folder / "cpu.stat").read_text()
        return ControlGroup(folder, folder, 2)
    # Also a hybrid host, which has a line of version 2 beside these.
    by_name = {name: path for _, names, path in fields for name in names.split(",")}
    cpu = _mounted(root, "cpuacct") / by_name["cpuacct"].lstrip("/")
    memory = _mounted(root, "memory") / by_name["memory"].lstrip("/")
    (cpu / "cpuacct.usage").read_text()
    return ControlGroup(cpu, memory, 1)


def _mounted(root: Path, controller: str) -> Path:
    """A controller's folder; several may share one, named by all of them."""
    folders = sorted(root.iterdir())
    return next(path for path in folders if controller in path.name.split(","))


def _number(path: Path) -> int:
    return int(path.read_text())


def _table(path: Path) -> Mapping[str, str]:
    pairs = (line.split() for line in path.read_text().splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
