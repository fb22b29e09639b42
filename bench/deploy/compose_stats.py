"""What a container has used, told by the engine, where its control group is out of sight."""

import http.client
import json
import os
import socket
from typing import Any
from urllib.parse import quote, urlsplit

from bench.deploy.compose_tool import ComposeTool
from bench.errors import EnvironmentFailure
from bench.model.trial import Usage


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
            told = stats["memory_stats"]
            details = told.get("stats", {})
            idle = details.get("total_inactive_file", details.get("inactive_file", 0))
            charged = max(0, int(told["usage"]) - int(idle))
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
