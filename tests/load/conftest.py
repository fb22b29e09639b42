"""The known server and the real generator, for the tests of this folder."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.load.locust_generator import LocustGenerator


ROOT = Path(__file__).parent.parent.parent


class Known:
    """A known server in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.known_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def count(self) -> dict[str, int]:
        """Requests and connections that the server has seen, this question apart."""
        url = f"http://127.0.0.1:{self.port}/count"
        with urllib.request.urlopen(url, timeout=5) as reply:
            seen: dict[str, int] = json.load(reply)
        return {**seen, "connections": seen["connections"] - 1}

    def end(self) -> None:
        """Kill it; harmless when repeated."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def known() -> Iterator[Known]:
    """A fresh known server."""
    server = Known()
    yield server
    server.end()


@pytest.fixture(scope="package")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustGenerator]:
    """The real generator, kept over the tests: visits must not disturb each other."""
    log = tmp_path_factory.mktemp("generator") / "log"
    with LocustGenerator((), log=log, workloads="tests.load.known_workloads") as made:
        yield made
    assert log.read_text() == "", "the generator said something"
