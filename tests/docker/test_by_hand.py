"""What a reader of the README types, with every compose that is here."""

import json
import os
import secrets
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.docker.standing import ROOT, composes, docker, inspect, needs_engine


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(900),
    needs_engine,
]


class Hand:
    """One compose program and a project of the test's own."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.project = f"hand-{secrets.token_hex(4)}"
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]

    def call(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type one command."""
        return subprocess.run(
            [*shlex.split(self.program), "-p", self.project, *words],
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


@pytest.fixture(params=composes() or ["none"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    """A project that is gone after the test."""
    made = Hand(request.param)
    yield made
    made.call("--profile", "load", "down", "--volumes", "--timeout", "1")
    label = f"label=com.docker.compose.project={made.project}"
    assert docker("ps", "--all", "--quiet", "--filter", label) == ""
    assert docker("network", "ls", "--quiet", "--filter", label) == ""


def test_one_app_and_then_curl(hand: Hand) -> None:
    """`up` of one app waits for its database; then it answers, also from the rows."""
    done = hand.call(
        *("--env-file", "apps/docker/fastapi.env", "up", "-d", "--build", "app"),
        HEALTH_INTERVAL="1s",
    )
    assert done.returncode == 0, done.stderr[-2000:]

    assert hand.healthy("database") == "healthy"
    assert hand.healthy("app") == "healthy"
    assert hand.curl("/hello") == "Hello, World!"
    assert json.loads(hand.curl("/db/7"))["id"] == 7


def test_nothing_is_published_beyond_this_machine(hand: Hand) -> None:
    """The one published port is bound to the loopback address."""
    done = hand.call("up", "-d", "--build", "app", HEALTH_INTERVAL="1s")
    assert done.returncode == 0, done.stderr[-2000:]

    for service, published in (("app", True), ("database", False)):
        host = inspect(hand.container(service))["HostConfig"]
        assert isinstance(host, dict)
        bound = [
            b["HostIp"]
            for ports in (host["PortBindings"] or {}).values()
            for b in ports
        ]
        assert bound == (["127.0.0.1"] if published else [])
        assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"]


def test_locusts_master_and_workers(hand: Hand) -> None:
    """Two workers under one master really load the app: requests without a failure."""
    done = hand.call(
        *("--profile", "load", "up", "-d", "--build", "--scale", "locust-worker=2"),
        "locust-worker",
        HEALTH_INTERVAL="1s",
        WORKERS="2",
        DURATION="2s",
        CLIENTS="4",
    )
    assert done.returncode == 0, done.stderr[-2000:]

    master = hand.container("locust-master")
    assert docker("wait", master) == "0"
    done = hand.call("--profile", "load", "logs", "locust-master")
    (total,) = [
        line
        for line in done.stdout.splitlines()
        if "req/s" not in line and "(0.00%)" in line and "Aggregated" in line
    ]
    assert int(total.split("Aggregated")[1].split()[0]) > 0


def test_the_file_is_valid(hand: Hand) -> None:
    """Both generations of compose accept every service, bare and with an environment file."""
    for words in ((), ("--env-file", "apps/docker/django.env")):
        done = hand.call(*words, "--profile", "load", "--profile", "harness", "config")
        assert done.returncode == 0, done.stderr
        assert "locust-master" in done.stdout and "relay" in done.stdout
