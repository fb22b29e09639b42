"""The known server and the real generator, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from bench.load.locust_generator import LocustGenerator
from tests.load.known import Known


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
