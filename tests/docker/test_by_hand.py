"""What a reader of the README types, with every compose that is here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.deploy.compose_refusals import explain
from tests.docker.hand import Hand
from tests.docker.standing import composes, docker, inspect, needs_engine


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(900),
    needs_engine,
]


FORMS = {"docker compose": ("--env-file", "apps/docker/fastapi.env")}
"""How an app is asked for; else the default, which the other builder makes anyway."""


@contextmanager
def project(program: str) -> Iterator[Hand]:
    """A project that is gone afterwards."""
    made = Hand(program)
    try:
        yield made
    finally:
        made.call("--profile", "load", "down", "--volumes", "--timeout", "1")
    label = f"label=com.docker.compose.project={made.project}"
    assert docker("ps", "--all", "--quiet", "--filter", label) == ""
    assert docker("network", "ls", "--quiet", "--filter", label) == ""


@pytest.fixture(params=composes() or ["none"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    """A project of one test."""
    with project(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=composes() or ["none"])
def one_app(request: pytest.FixtureRequest) -> Iterator[Hand]:
    """One app and what it needs, up for the tests that only look."""
    with project(request.param) as made:
        done = made.call(
            *FORMS.get(made.program, ()), *("up", "-d", "--build", "app"),
            HEALTH_INTERVAL="1s",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        yield made


def test_one_app_and_then_curl(one_app: Hand) -> None:
    """`up` of one app waits for its database; then it answers, also from the rows."""
    assert one_app.healthy("database") == "healthy"
    assert one_app.healthy("app") == "healthy"
    assert one_app.curl("/hello") == "Hello, World!"
    assert json.loads(one_app.curl("/db/7"))["id"] == 7


def test_nothing_is_published_beyond_this_machine(one_app: Hand) -> None:
    """The one published port is bound to the loopback address."""
    for service, published in (("app", True), ("database", False)):
        host = inspect(one_app.container(service))["HostConfig"]
        assert isinstance(host, dict)
        bound = [
            b["HostIp"]
            for ports in (host["PortBindings"] or {}).values()
            for b in ports
        ]
        assert bound == (["127.0.0.1"] if published else [])
        assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"]


def test_a_port_that_is_taken_is_named(one_app: Hand) -> None:
    """A second app on the port of the first does not come up, and what compose says of it is understood."""
    words = (*FORMS.get(one_app.program, ()), "up", "-d", "app")
    with project(one_app.program) as other:
        other.port = one_app.port
        done = other.call(*words, HEALTH_INTERVAL="1s")

    assert done.returncode != 0
    said = explain(["compose", *words], done.returncode, done.stdout + done.stderr)
    assert "a port that would be published is in use" in said.message


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
