"""Whatever ends a run, nothing of it stays; and nothing else is touched."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.deploy.cleanup_registry import CleanupRegistry
from bench.deploy.processes import everyone
from tests.docker.standing import ROOT, needs_engine, new_engine, traces


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(600),
    needs_engine,
]


@contextmanager
def run_of_its_own(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A harness in another process, once its server is up."""
    with starting(place) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process


@contextmanager
def starting(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A harness in another process, from its first moment."""
    command = [sys.executable, "-m", "tests.docker.killed_run"]
    process = subprocess.Popen(
        [*command, str(place / "cache"), str(place / "logs")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def mentions(text: str) -> list[int]:
    """Live processes with this text in their command."""
    found = []
    for process in everyone().values():
        try:
            words = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in words and process.alive:
            found.append(process.pid)
    return found


def test_a_signal_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM, sent twice, removes every container and network before the harness ends; other signals take the same way."""
    with run_of_its_own(tmp_path) as harness:
        assert len(traces(tmp_path / "cache")) == 5  # three, the server, the network
        harness.send_signal(signal.SIGTERM)
        harness.send_signal(signal.SIGTERM)
        assert harness.wait(60) != 0

    assert traces(tmp_path / "cache") == []
    assert (tmp_path / "logs/database.log").read_text()


def test_a_signal_while_it_comes_up_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C, twice, in the middle of `compose up` removes what has been made by then."""
    with starting(tmp_path) as harness:
        deadline = time.monotonic() + 120
        while not traces(tmp_path / "cache"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        harness.send_signal(signal.SIGINT)
        harness.send_signal(signal.SIGINT)
        assert harness.wait(60) != 0

    assert traces(tmp_path / "cache") == []


def test_the_next_run_sweeps_up_after_a_killed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 leaves containers, idle: what hung on the harness ends with it. Whatever engine comes next, and is chosen then, removes them."""
    inner = ("bench.load.container_process", "bench.deploy.compose_relay")
    cache, said = tmp_path / "cache", list[str]()
    with run_of_its_own(tmp_path) as harness:
        assert all(mentions(name) for name in inner)
        left = set(traces(cache))
        harness.send_signal(signal.SIGKILL)
        harness.wait(10)
        deadline = time.monotonic() + 20
        while any(mentions(name) for name in inner):
            assert time.monotonic() < deadline, "something outlived its harness"
            time.sleep(0.1)
    assert set(traces(cache)) == left != set()

    with monkeypatch.context() as changed:
        if "DOCKER_HOST" in os.environ:
            changed.setenv("DOCKER_HOST", "unix:///nowhere")
        CleanupRegistry(cache / "running", say=said.append).close()

    assert traces(cache) == []
    assert len(said) == 1 and said[0].startswith("removed what a killed run had left")


def test_containers_that_cannot_be_reached_are_named_with_the_command(
    tmp_path: Path,
) -> None:
    """The engine of a killed run does not answer: the next one says what may be left and how to remove it."""
    left = tmp_path / "running/0123456789ab"
    left.mkdir(parents=True)
    gone = {"kind": "containers", "engine": {"DOCKER_HOST": "unix:///nowhere"}}
    (left / "entries.jsonl").write_text(json.dumps(gone) + "\n")
    said: list[str] = []

    CleanupRegistry(tmp_path / "running", say=said.append).close()

    assert len(said) == 1
    assert "of unix:///nowhere" in said[0] and "no container engine answers" in said[0]
    assert (
        "docker rm -f $(docker ps -aq --filter label="
        "org.frameworks-on-trial.run=0123456789ab)" in said[0]
    )


def test_an_engine_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database cannot be filled, what was started is removed again."""

    def refuse(*arguments: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("bench.deploy.database.StandingDatabase._check_rows", refuse)

    with pytest.raises(RuntimeError, match="half way"):
        new_engine(tmp_path / "cache", tmp_path / "logs").__enter__()

    assert traces(tmp_path / "cache") == []
