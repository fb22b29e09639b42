"""The PostgreSQL of a run: rows, settings, statements, cost."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from bench.deploy import binaries
from bench.deploy import database as standing
from bench.deploy.binaries import find_binaries, reachable, unprivileged
from bench.deploy.cleanup_registry import CleanupRegistry, roomy_folder
from bench.deploy.database import (
    DatabaseAddress,
    StandingDatabase,
    address_of,
    statements,
)
from bench.deploy.local import LocalEngine
from bench.deploy.postgres import OwnDatabase, logged
from bench.errors import EnvironmentFailure, UsageError
from tests.deploy.places import PINNING, make_root, tiny_engine


SUM = "SELECT count(*), sum(randomnumber) FROM world"


@pytest.fixture
def database(engine: LocalEngine) -> Iterator[OwnDatabase]:
    """The database of the shared engine, at its seed again afterwards."""
    assert isinstance(engine.database, OwnDatabase)
    yield engine.database
    engine.database.reset()


@pytest.mark.live
def test_the_rows_are_the_seed_and_come_back_to_it(database: OwnDatabase) -> None:
    """After writes and deletes, reset gives the same 10 000 rows."""
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        assert connection.execute(SUM).fetchone() == (10_000, 50_047_160)
        connection.execute("UPDATE world SET randomnumber = 1 WHERE id < 100")
        connection.execute("DELETE FROM world WHERE id > 9000")
        database.reset()
        assert connection.execute(SUM).fetchone() == (10_000, 50_047_160)
        row = connection.execute("SELECT randomnumber FROM world WHERE id = 7")
        assert row.fetchone() == (1144,)
        assert connection.execute("SELECT count(*) FROM fortune").fetchone() == (12,)


@pytest.mark.live
def test_the_server_itself_tells_its_settings(database: OwnDatabase) -> None:
    """Durability is off and said so; statements are not logged while measuring."""
    facts = database.facts()
    assert int(facts["version"].split(".")[0]) >= 15
    assert facts["fsync"] == facts["synchronous_commit"] == "off"
    assert facts["full_page_writes"] == facts["jit"] == "off"
    assert facts["shared_buffers"] == "128MB"
    assert facts["max_connections"] == "500"
    assert facts["log_statement"] == "none"
    assert "binaries, data in" in facts["source"]


@pytest.mark.live
def test_it_runs_on_its_cores_and_not_as_root(database: OwnDatabase) -> None:
    """Every process of it is pinned, and belongs to an ordinary user."""
    for pid in database.process_ids():
        assert os.sched_getaffinity(pid) == set(PINNING.database)
        assert Path(f"/proc/{pid}").stat().st_uid != 0


@pytest.mark.live
def test_connections_are_counted_by_application_name(database: OwnDatabase) -> None:
    """Each server's connections are told apart; the harness's own is left out."""
    first = psycopg.connect(database.dsn, application_name="bench-1")
    second = psycopg.connect(database.dsn, application_name="bench-1")
    third = psycopg.connect(database.dsn, application_name="bench-2")
    assert database.connections() == {"bench-1": 2, "bench-2": 1}
    for connection in (first, second, third):
        connection.close()


@pytest.mark.live
def test_statements_are_read_by_application_name(database: OwnDatabase) -> None:
    """Only what that name asked since the last look, in order; nothing once switched off."""
    mine = psycopg.connect(database.dsn, application_name="bench-1", autocommit=True)
    other = psycopg.connect(database.dsn, application_name="bench-2", autocommit=True)
    with mine, other:
        mine.execute("SELECT 0")
        database.watch_statements(True)
        mine.execute("SELECT 1")
        other.execute("SELECT 2")
        mine.execute("SELECT id\n FROM world WHERE id = %s", [7])
        assert database.statements("bench-1") == [
            "SELECT 1",
            "SELECT id\n FROM world WHERE id = $1",
        ]
        assert database.statements("bench-1") == []
        assert database.statements("bench-2") == ["SELECT 2"]
        database.watch_statements(False)
        mine.execute("SELECT 3")
        assert database.statements("bench-1") == []
    assert database.facts()["log_statement"] == "none"


@pytest.mark.live
def test_a_database_that_hangs_is_given_up_and_may_come_back(
    database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its processes are stopped, and the kernel still answers for them; no wait without an end."""
    monkeypatch.setattr(standing, "ANSWERS_WITHIN_S", 0.5)
    database.connections()
    stopped = database.process_ids()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(
            EnvironmentFailure, match=r"no answer within 0\.5 s"
        ) as failure:
            database.connections()
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert "postgres.log" in str(failure.value.hint)
    assert database.connections() == {}


@pytest.mark.live
def test_cpu_time_of_closed_connections_is_not_lost(database: OwnDatabase) -> None:
    """A backend's work stays counted after its connection ended, to the tick."""
    work = "SELECT sum(sqrt(n)) FROM generate_series(1, 1500000) AS n"
    before = database.usage()
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(work)
        during = database.usage()
    time.sleep(0.1)
    after = database.usage()
    assert before
    assert during
    assert after
    spent_s = (during.cpu_ns - before.cpu_ns) / 1e9
    assert spent_s > 0.1
    assert (after.cpu_ns - before.cpu_ns) / 1e9 == pytest.approx(spent_s, abs=0.04)


@pytest.mark.live
def test_without_a_connection_left_the_harness_goes_on(database: OwnDatabase) -> None:
    """Who comes late is refused in the database's words; our own connection was there first."""
    database.reset()
    most = int(database.facts()["max_connections"])
    with ExitStack() as all_of_them:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            for _ in range(most + 1):
                connection = psycopg.connect(database.dsn, application_name="greedy")
                all_of_them.callback(connection.close)
        assert database.connections()["greedy"] > most / 2
        assert database.usage() is not None
        database.reset()
        with pytest.raises(EnvironmentFailure, match="too many clients"):
            StandingDatabase(database.dsn, Path("not read"))


@pytest.mark.live
def test_a_named_database_is_used_instead(
    database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BENCH_DATABASE_DSN comes first: nothing of ours is started, its cost is not known."""
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE given")
    dsn = database.dsn.replace("/postgres", "/given")
    monkeypatch.setenv("BENCH_DATABASE_DSN", dsn)
    with tiny_engine(make_root(tmp_path)) as engine:
        assert engine.database.dsn == dsn
        assert engine.database.usage() is None
        assert engine.database.facts()["source"] == "given by the user"
        engine.database.reset()


@pytest.mark.live
def test_a_database_with_other_tables_is_left_alone(
    database: OwnDatabase, root: Path
) -> None:
    """What is somebody's is refused before anything in it is dropped."""
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE somebodys")
    dsn = database.dsn.replace("/postgres", "/somebodys")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE payroll (id integer)")
        connection.execute("CREATE TABLE world (id integer)")
        with pytest.raises(EnvironmentFailure, match="payroll"):
            StandingDatabase(dsn, root / "apps" / "database")
        assert connection.execute("SELECT count(*) FROM world").fetchone() == (0,)


def test_a_database_that_does_not_answer_is_refused(root: Path) -> None:
    """The refusal says what the driver said, and where to look."""
    dsn = "postgresql://bench@127.0.0.1:1/nothing"
    with pytest.raises(EnvironmentFailure, match="cannot be used") as refused:
        StandingDatabase(dsn, root / "apps" / "database")
    assert "BENCH_DATABASE_DSN" in (refused.value.hint or "")


@pytest.mark.live
def test_a_postgres_that_cannot_start_tells_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of PostgreSQL's log and a remedy are in the refusal; no data is left."""
    from bench.deploy import postgres

    monkeypatch.setitem(postgres._SETTINGS, "shared_buffers", "plenty")
    root = make_root(tmp_path)
    with (
        pytest.raises(EnvironmentFailure, match="shared_buffers") as refused,
        tiny_engine(root),
    ):
        pass
    assert "BENCH_DATABASE_DSN" in (refused.value.hint or "")
    assert [p.name for p in (root / ".cache" / "running").iterdir()] == ["lock"]


@pytest.mark.live
@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as somebody else")
def test_programs_out_of_reach_are_copied_with_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy runs as the unprivileged user; what is in reach is not copied."""
    user = unprivileged()
    assert user is not None
    programs = find_binaries()
    honest = binaries._runs_as
    cleanup = CleanupRegistry(tmp_path)
    folder = cleanup.make_folder(roomy_folder(1 << 28), "test")
    try:
        monkeypatch.setattr(binaries, "_runs_as", lambda *_: True)
        assert reachable(programs, user, folder) == programs
        assert list(folder.iterdir()) == []
        monkeypatch.setattr(binaries, "_runs_as", lambda *_: False)
        copied = reachable(programs, user, folder)
        assert copied.folder.is_relative_to(folder)
        assert honest(copied.folder, user)
    finally:
        cleanup.close()
    assert not folder.exists()


def test_scripts_are_cut_at_semicolons_that_end_a_line() -> None:
    """Semicolons inside a line, comments and empty rests are no statements."""
    script = (
        "-- a; comment;\nSELECT ';' AS a;\n\nINSERT INTO t\n  VALUES (1); \n-- end\n"
    )
    assert statements(script) == ["SELECT ';' AS a", "INSERT INTO t\n  VALUES (1)"]


def test_the_log_is_read_by_its_prefix() -> None:
    """Statements of simple and prepared queries, continued lines; no details, no others."""
    log = (
        "bench app=a LOG:  statement: SELECT 1\n"
        "bench app=b LOG:  statement: SELECT 2\n"
        "\tFROM b\n"
        "bench app=a LOG:  execute _pg3_0: SELECT 3\n"
        "\tFROM a\n"
        "bench app=a DETAIL:  Parameters: $1 = '7'\n"
        "bench app=a ERROR:  no such thing\n"
        "bench app=a LOG:  execute s/p: COMMIT\n"
    )
    assert logged(log, "a") == ["SELECT 1", "SELECT 3\nFROM a", "COMMIT"]


@pytest.mark.parametrize(
    ("given", "url", "sslmode"),
    [
        ("postgresql://u:p@h:1/d", "postgresql://u:p@h:1/d", ""),
        ("postgres://u:p@h/d", "postgresql://u:p@h:5432/d", ""),
        ("postgres://u@h/d?sslmode=disable", "postgresql://u@h:5432/d", "disable"),
        ("postgres://h/d?user=u", "postgresql://u@h:5432/d", ""),
        ("postgresql://u@[::1]:7", "postgresql://u@[::1]:7/u", ""),
        ("host=h user=u password='a b/c@d%' dbname=d", "postgresql://u:a%20b%2Fc%40d%25@h:5432/d", ""),
        ("postgresql://u:a%2Fb@h/d", "postgresql://u:a%2Fb@h:5432/d", ""),
    ],
)  # fmt: skip
def test_what_libpq_reads_becomes_what_every_driver_reads(
    given: str, url: str, sslmode: str
) -> None:
    """Another scheme, libpq's own words, escapes: the same database under one spelling."""
    assert address_of(given) == DatabaseAddress(url, sslmode)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("postgresql://u@h/d?options=-csearch_path%3Dx&target_session_attrs=any", "options, target_session_attrs"),
        ("postgresql://u@h/d?sslmode=verify-full", "sslmode=verify-full"),
        ("postgresql://u@h/d?sslrootcert=/a", "sslrootcert"),
        ("service=mine", "service"),
        ("postgresql:///d?host=/run/postgresql&user=u", "over TCP"),
        ("postgresql://u@h1,h2/d", "one host"),
        ("postgresql://u@h:port/d", "port"),
        ("postgresql://h/d", "no user"),
        ("postgresql://u@h/a%20b", "other characters"),
        ("mysql://u@h/d", "cannot be read"),
    ],
)  # fmt: skip
def test_what_not_every_driver_understands_is_refused_by_name(
    given: str, named: str
) -> None:
    """Before anything starts, and with the form that is understood."""
    with pytest.raises(UsageError, match=named) as refused:
        address_of(given)
    assert refused.value.message.startswith("BENCH_DATABASE_DSN ")
    assert "postgresql://USER" in (refused.value.hint or "")


@pytest.mark.parametrize(
    "given",
    [
        "hunter2",
        "mysql://u:hunter2@h/d",
        "host=h user=u password=my hunter2",
        "postgresql://u:hunter2 x@h/d",
        "postgresql://u:%zzhunter2@h/d",
        "postgresql://u:a@b/hunter2@h/d",
    ],
)
def test_a_password_is_in_no_refusal(given: str) -> None:
    """Whatever part of the address cannot be read, and also where the parts are told wrongly apart."""
    with pytest.raises(UsageError) as refused:
        address_of(given)
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
