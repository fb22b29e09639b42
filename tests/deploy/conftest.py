"""One small repository and one engine for the tests that do not break them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.deploy.local import LocalEngine
from tests.deploy.places import make_root, tiny, tiny_engine


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one small app."""
    return make_root(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="module")
def engine(root: Path) -> Iterator[LocalEngine]:
    """An entered engine whose one environment is made."""
    with tiny_engine(root, ready_s=10.0) as entered:
        entered.prepare([tiny()], lambda line: None)
        yield entered
