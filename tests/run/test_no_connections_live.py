"""A PostgreSQL whose connections somebody else has taken, under a real application and real load."""

import os
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from bench.analyse import reasons
from bench.analyse.voids import check
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets, select
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine, Options
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.model.load import Load
from bench.model.trial import Window
from tests.caches import ROOT, cache_of


pytestmark = pytest.mark.live

LOAD = Load(4, 0.1, 0.6)


def test_while_there_is_no_connection_left_windows_are_void_and_then_good_again(
    tmp_path: Path,
) -> None:
    """The answers are wrong and say so, nobody is blamed for more than those, and the harness keeps its own connection."""
    table = load_frameworks()
    every = all_targets(table, load_profiles()[1])
    (target,) = select(every, ["flask"], table)
    packages = {name: row.framework.package for name, row in table.items()}
    everywhere = os.sched_getaffinity(0)
    cores = pinning(sorted(everywhere))
    cache = cache_of("rounds")
    engine = LocalEngine(ROOT, cache, tmp_path, cores, packages, Options(wait_s=60))
    with engine, LocustGenerator(cores.load) as generator:
        os.sched_setaffinity(0, everywhere)
        refused = engine.prepare([target], lambda line: None)
        assert not isinstance(refused[target.id], str)
        server = engine.start(target, CpuPlacement(1, 8, cores, tmp_path), 1)
        visit = LoadRequest(server.host, server.port, "db-read", 1, LOAD, None)
        with ExitStack() as taken:
            with pytest.raises(psycopg.OperationalError, match="too many clients"):
                while True:
                    connection = psycopg.connect(engine.database.dsn)
                    taken.callback(connection.close)
            struck = generator.visit(visit)
            assert sum(engine.database.connections().values()) > 100
        good = generator.visit(visit)
        server.check_alive()
        server.stop()

    assert sum(struck.errors.values()) > 0
    assert "500" in (struck.first_error or "")
    window = Window(1, 1, target.id, "db-read", LOAD.name, "", struck, 1, None, None, None, None, None, None)  # fmt: skip
    assert reasons.ERRORS in [f.reason for f in check(window, LOAD, 1).findings]
    assert good.errors == {} and good.requests > 0
