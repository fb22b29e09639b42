"""What a container has used, from the files of its control group (versions 1 and 2)."""

import http.client
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from bench.deploy.compose_tool import ComposeTool
from bench.errors import EnvironmentFailure
from bench.model.trial import Usage


_ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """
    Where the kernel keeps the accounts of one container.

    `memory` and `cpu` are the same folder in version 2; `memory` is None where
    the kernel keeps no account of memory.
    """

    cpu: Path
    memory: Path | None
    version: int

    def usage(self, memory: bool = True) -> Usage:
        """
        CPU time so far (ns in version 1, whole microseconds in 2), memory now, processes now.

        Memory is what the kernel charges the container, without file pages
        that it could drop at once; None where the kernel does not account for
        it. OSError if the container is gone.
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

    def _charged(self) -> int | None:
        if self.memory is None:
            return None
        name, idle = (
            ("memory.current", "inactive_file")
            if self.version == 2
            else ("memory.usage_in_bytes", "total_inactive_file")
        )
        try:
            total = _number(self.memory / name)
            return max(0, total - int(_table(self.memory / "memory.stat")[idle]))
        except (FileNotFoundError, KeyError):
            # Its controller is switched off; a container that is gone lacks
            # cgroup.procs, too, which is read next.
            return None


def control_group(
    container_id: str, pid: int, root: Path = _ROOT, proc: Path = Path("/proc")
) -> ControlGroup:
    """
    The control group of that container, whose first process has that id.

    Every engine names a container's group after its id (64 hexadecimal
    digits), so a group without it belongs to somebody else: the engine counts
    the processes of another machine. EnvironmentFailure then, and where there is
    no such process, as with an engine in a virtual machine.
    """
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
        return _found(container_id, lines, root)
    except (OSError, LookupError, ValueError, StopIteration) as error:
        raise EnvironmentFailure(
            "the CPU time of containers cannot be read here: the container engine "
            f"runs in another machine ({error or type(error).__name__})",
            "use an engine on this machine itself, or ENGINE=local",
        ) from error


def _found(container_id: str, lines: list[str], root: Path) -> ControlGroup:
    fields = [line.split(":", 2) for line in lines]
    if (root / "cgroup.controllers").exists():
        path = next(path for _, names, path in fields if not names)
        folder = root / _own(container_id, path)
        (folder / "cpu.stat").read_text()
        return ControlGroup(folder, folder, 2)
    # Also a hybrid host, which has a line of version 2 beside these.
    by_name = {name: path for _, names, path in fields for name in names.split(",")}
    cpu = _mounted(root, "cpuacct") / _own(container_id, by_name["cpuacct"])
    (cpu / "cpuacct.usage").read_text()
    memory = None
    if container_id in by_name.get("memory", ""):
        memory = _mounted(root, "memory") / _own(container_id, by_name["memory"])
    return ControlGroup(cpu, memory, 1)


def _own(container_id: str, path: str) -> str:
    """That path below a mount point; LookupError unless the group is that container's."""
    if not container_id or container_id not in path:
        raise LookupError(f"process group {path} is not that of the container")
    return path.lstrip("/")


def _mounted(root: Path, controller: str) -> Path:
    """A controller's folder; several may share one, named by all of them."""
    folders = sorted(root.iterdir())
    return next(path for path in folders if controller in path.name.split(","))


def _number(path: Path) -> int:
    return int(path.read_text())


def _table(path: Path) -> Mapping[str, str]:
    pairs = (line.split() for line in path.read_text().splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


_LIMIT_S = 30.0


class StatsAccount:
    """
    Reads the engine's own interface, over its socket on this machine.

    The same counters as the control group's, but slower to ask for (some ten
    milliseconds, with old engines a second). For an engine in a virtual machine.
    """

    def __init__(self, tool: ComposeTool, container: str) -> None:
        """EnvironmentFailure where the engine has no socket on this machine."""
        self._path = _socket_path(tool)
        self._container = tool.docker(
            "inspect", "--format", "{{.Id}}", container
        ).strip()

    def usage(self, memory: bool = True) -> Usage:
        """CPU time so far (ns), memory now, tasks now. OSError if the container is gone."""
        stats = self._stats()
        used = int(stats["cpu_stats"].get("cpu_usage", {}).get("total_usage", 0))
        tasks = int(stats.get("pids_stats", {}).get("current", 0))
        if not tasks:
            raise ProcessLookupError("nothing runs in the container any more")
        charged = None
        if memory:
            memory_stats = stats["memory_stats"]
            details = memory_stats.get("stats", {})
            idle = details.get("total_inactive_file", details.get("inactive_file", 0))
            charged = max(0, int(memory_stats["usage"]) - int(idle))
        stopped = stats["cpu_stats"].get("throttling_data", {}).get("throttled_time")
        return Usage(used, charged, tasks, None if stopped is None else int(stopped))

    def pids(self) -> list[int]:
        """None that this machine could look at."""
        return []

    def _stats(self) -> dict[str, Any]:
        connection = http.client.HTTPConnection("localhost", timeout=_LIMIT_S)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.settimeout(_LIMIT_S)
            connection.sock.connect(self._path)
            name = quote(self._container)
            connection.request(
                "GET", f"/containers/{name}/stats?stream=false&one-shot=true"
            )
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"the container engine broke off: {error}") from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise ProcessLookupError(f"the container engine says {answer.status}")
        stats: dict[str, Any] = json.loads(content)
        return stats


def _socket_path(tool: ComposeTool) -> str:
    host = os.environ.get("DOCKER_HOST") or tool.docker(
        "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"
    )
    parts = urlsplit(host.strip())
    if parts.scheme != "unix":
        raise EnvironmentFailure(
            f"the CPU time of containers cannot be read over {parts.scheme or host}",
            "use an engine on this machine itself, or ENGINE=local",
        )
    return parts.path
