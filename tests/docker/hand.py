"""docker-compose.yml as a person drives it."""

import os
import secrets
import socket
import subprocess
import time
from contextlib import closing

from tests.docker.standing import ROOT, docker


class Hand:
    """A project of the test's own."""

    def __init__(self) -> None:
        self.project = f"hand-{secrets.token_hex(4)}"
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]

    def call(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type one command."""
        return subprocess.run(
            ["docker", "compose", "-p", self.project, *words],
            cwd=ROOT,
            env={**os.environ, "PORT": str(self.port), **variables},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def container(self, service: str) -> str:
        """The newest container of a service."""
        return docker(
            *("ps", "--all", "--quiet", "--latest"),
            *("--filter", f"label=com.docker.compose.project={self.project}"),
            *("--filter", f"label=com.docker.compose.service={service}"),
        )

    def healthy(self, service: str) -> str:
        """Wait until it is; what it was at the end."""
        name = self.container(service)
        status = ""
        for _ in range(300):
            status = docker("inspect", "-f", "{{.State.Health.Status}}", name)
            if status == "healthy":
                break
            time.sleep(0.1)
        return status

    def curl(self, path: str) -> str:
        """GET from inside the app's container: the engine may live in another network."""
        ask = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000{path}').read().decode())"
        return docker("exec", self.container("app"), "python", "-c", ask)
