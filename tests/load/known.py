"""A known server in a process of its own."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path


ROOT = Path(__file__).parent.parent.parent


class Known:
    """Starts one at an address of this machine; `end` it. `always` is the path as which it answers every path."""

    def __init__(self, always: str | None = None, host: str = "127.0.0.1") -> None:
        self.host = host
        command = [sys.executable, "-m", "tests.load.known_server", host]
        self.process = subprocess.Popen(
            [*command, always] if always else command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def count(self) -> dict[str, int]:
        """Requests and connections that the server has seen, this question apart."""
        url = f"http://{self.host}:{self.port}/count"
        # Not through a proxy that the environment names for others.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(url, timeout=5) as reply:
            counts: dict[str, int] = json.load(reply)
        return {**counts, "connections": counts["connections"] - 1}

    def end(self) -> None:
        """Kill it; harmless when repeated."""
        self.process.kill()
        self.process.communicate()
