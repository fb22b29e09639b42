"""What a reader of the README types."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.deploy.compose_refusals import explain
from tests.docker.hand import Hand
from tests.docker.standing import ROOT, docker, inspect, needs_engine


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(900),
    needs_engine,
]


DJANGO = ("--env-file", "apps/docker/django.env")


@contextmanager
def project() -> Iterator[Hand]:
    """A project that is gone afterwards."""
    made = Hand()
    try:
        yield made
    finally:
        made.call("--profile", "load", "down", "--volumes", "--timeout", "1")
    label = f"label=com.docker.compose.project={made.project}"
    assert docker("ps", "--all", "--quiet", "--filter", label) == ""
    assert docker("network", "ls", "--quiet", "--filter", label) == ""


@pytest.fixture(scope="module")
def one_app() -> Iterator[Hand]:
    """One app and what it needs, up for the tests that look or load."""
    with project() as made:
        done = made.call(
            *(*DJANGO, "up", "-d", "--build", "--wait", "app"), HEALTH_INTERVAL="1s"
        )
        assert done.returncode == 0, done.stderr[-2000:]
        yield made


def load(hand: Hand, workload: str, *words: str, **variables: str) -> tuple[int, str]:
    """The status of Locust's master, and what it printed."""
    done = hand.call(
        *(*DJANGO, "--profile", "load", "up", "-d", *words),
        *(f"--scale=locust-worker={variables.get('WORKERS', '1')}",),
        *("locust-master", "locust-worker"),
        WORKLOAD=workload,
        HEALTH_INTERVAL="1s",
        DURATION="2s",
        CLIENTS="4",
        **variables,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    status = docker("wait", hand.container("locust-master"))
    said = hand.call("--profile", "load", "logs", "--no-log-prefix", "locust-master")
    return int(status), said.stdout + said.stderr


def aggregated(said: str) -> tuple[int, float]:
    """Requests, and the share of them that failed, of Locust's summary."""
    found = re.findall(r"Aggregated +(\d+) +\d+\(([\d.]+)%\)", said)
    assert found, said
    return int(found[-1][0]), float(found[-1][1]) / 100


def test_one_app_and_then_curl(one_app: Hand) -> None:
    """`up --wait` of one app returns when it answers, also from the rows; README's answer is the real one."""
    assert one_app.curl("/hello") == "Hello, World!"
    answer = one_app.curl("/db/7")
    assert json.loads(answer)["id"] == 7
    assert f"\n{answer}\n" in (ROOT / "README.md").read_text()


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
    words = (*DJANGO, "up", "-d", "app")
    with project() as other:
        other.port = one_app.port
        done = other.call(*words, HEALTH_INTERVAL="1s")

    assert done.returncode != 0
    said = explain(
        ["compose", *words], done.returncode, done.stdout + done.stderr, logged=False
    )
    assert "a port that would be published is in use" in said.message


def test_locusts_master_and_workers(one_app: Hand) -> None:
    """Two workers under one master really load the app; the rows that were written are reset before the next load."""
    status, said = load(one_app, "db-write", "--build", WORKERS="2")
    requests, failed = aggregated(said)
    assert (status, failed) == (0, 0) and requests > 0

    status, said = load(one_app, "db-list")
    requests, failed = aggregated(said)
    assert (status, failed) == (0, 0), said
    assert requests > 0


def test_the_reasons_of_failures_are_printed(one_app: Hand) -> None:
    """Rows that somebody else has changed meanwhile are failures, and Locust's table says which."""
    change = "PGPASSWORD=bench psql -h 127.0.0.1 -U bench -c 'UPDATE world SET randomnumber = 0'"
    docker("exec", one_app.container("database"), "sh", "-c", change)

    status, said = load(one_app, "db-list", "--no-deps")

    assert status == 1 and aggregated(said)[1] == 1
    assert "Error report" in said and "wrong answer: " in said


def test_an_unknown_workload_ends_the_master(one_app: Hand) -> None:
    """The master itself says what is wrong and ends; nobody waits for workers that cannot come."""
    status, said = load(one_app, "db-reed")

    assert status == 1
    assert "BENCH_WORKLOAD: no workload named 'db-reed'" in said
    assert "did you mean 'db-read'" in said


def test_the_file_is_valid() -> None:
    """Compose accepts every service, bare and with an environment file."""
    with project() as hand:
        for words in ((), ("--env-file", "apps/docker/django.env")):
            done = hand.call(
                *words, "--profile", "load", "--profile", "harness", "config"
            )
            assert done.returncode == 0, done.stderr
            assert "locust-master" in done.stdout and "relay" in done.stdout
