"""The history keeps every figure as it was, a run as a whole, and refuses what is none."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import BenchError, EnvironmentFailure, UsageError
from bench.model.history import INSTRUCTIONS, KeptRun
from bench.model.verdict import Withheld
from bench.store import history as history_module
from bench.store.history import FORMAT, KIND, keep, kept_runs
from tests.kept_runs import night, point


NAME = "history.sqlite"
OLDER = Path(__file__).with_name("history-format-1.sql")
ODD = (
    point(0.1 + 0.2, low=1e-300, high=float("inf")),
    point(None, workload="json", low=None, high=None, n=None, void="no such <trial>"),
    point(371_234.5, metric=INSTRUCTIONS, conditions="ba9876543210"),
)


def filled(path: Path, *runs: KeptRun) -> Path:
    """A history of these runs."""
    for run in runs or (night(1, ODD),):
        keep(path, run)
    return path


def write(path: Path) -> None:
    """Keep one more run."""
    keep(path, night(9, [point()]))


def asked(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What any program with SQLite gets from the file."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(sql).fetchall()


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """To the last bit, with what was not measured, not recorded or without an end."""
    twin = Withheld("twin", "A target differs from itself", "3 % apart")
    run = night(1, ODD, measuring=None, decides_nothing=twin)
    assert kept_runs(filled(tmp_path / NAME, run)) == (run,)


def test_the_file_of_an_older_version_is_read_and_written_on(tmp_path: Path) -> None:
    """As the version before wrote it, statement by statement; its figures stay when a run is added."""
    path = tmp_path / NAME
    with closing(sqlite3.connect(path)) as file:
        file.executescript(OLDER.read_text("utf-8"))
    said = Withheld("", "", "the twin, 3 % apart")  # a sentence, as it was kept then
    older = night(1, ODD[1:], decides_nothing=said)
    assert kept_runs(path) == (older,)
    keep(path, night(2, [point()]))
    assert kept_runs(path) == (older, night(2, [point()]))


def test_what_was_not_measured_is_null(tmp_path: Path) -> None:
    """And never 0, for whoever reads the file with other means."""
    path = filled(tmp_path / NAME, night(1, ODD, measuring=None))
    rows = asked(path, "SELECT value, low, n, void FROM points WHERE workload = 'json'")
    assert rows == [(None, None, None, "no such <trial>")]
    assert asked(path, "SELECT measuring, decides_nothing FROM runs") == [(None, None)]


def test_runs_come_oldest_first_whenever_they_were_kept(tmp_path: Path) -> None:
    """The order of time is that of the runs."""
    runs = [night(number, [point()]) for number in (3, 1, 2)]
    kept = kept_runs(filled(tmp_path / NAME, *runs))
    assert [run.created_at[:10] for run in kept] == [
        f"2026-01-0{day}" for day in (1, 2, 3)
    ]


def test_a_run_kept_twice_is_there_once(tmp_path: Path) -> None:
    """As it was the last time, without anything of the time before."""
    before = night(1, ODD)
    after = replace(before, points=ODD[:1], made_from="new")
    path = filled(tmp_path / NAME, before, night(2, [point()]), after, after)
    assert kept_runs(path)[0] == after
    assert asked(path, "SELECT count(*) FROM points") == [(2,)]


def test_a_run_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    """A fault at its last figure takes back the first, and leaves what was kept before."""
    before = night(1, [point(0.4)])
    path = filled(tmp_path / NAME, before)
    twice = (point(), point(0.6))  # the same target, workload and metric
    with pytest.raises(sqlite3.IntegrityError):
        keep(path, replace(before, points=twice))
    keep(path, night(2, [point()]))
    assert [len(run.points) for run in kept_runs(path)] == [1, 1]
    assert kept_runs(path)[0] == before


def test_the_file_alone_is_the_history(tmp_path: Path) -> None:
    """No write-ahead log, nothing beside it; it says what it is."""
    path = filled(tmp_path / NAME, night(1, ODD))
    assert [entry.name for entry in tmp_path.iterdir()] == [NAME]
    assert asked(path, "PRAGMA journal_mode") == [("delete",)]
    assert asked(path, "PRAGMA user_version") == [(FORMAT,)]
    assert asked(path, "PRAGMA application_id") == [(KIND,)]


def newer(path: Path) -> None:
    """A history of the next format."""
    filled(path)
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {FORMAT + 1}")


def foreign(path: Path) -> None:
    """Somebody else's database."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("CREATE TABLE runs (id)")


def no_database(path: Path) -> None:
    """Something else."""
    path.write_text("run,value\n" * 100)


def damaged(path: Path) -> None:
    """A history whose tables were overwritten."""
    filled(path, night(1, ODD))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize("use", [kept_runs, write])
@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (newer, f"format {FORMAT + 1}, this version reads format {FORMAT}"),
        (foreign, "a database, but no history"),
        (no_database, "not a history, not even a database"),
        (damaged, "damaged"),
    ],
)
def test_what_is_no_history_is_refused_and_left_alone(
    make: Callable[[Path], None],
    fault: str,
    use: Callable[[Path], object],
    tmp_path: Path,
) -> None:
    """Named, with the way out; not a byte of it is changed."""
    path = tmp_path / NAME
    make(path)
    content = path.read_bytes()
    with pytest.raises(UsageError, match=fault) as caught:
        use(path)
    assert str(path) in caught.value.message
    assert "bench history add" in (caught.value.hint or "")
    assert path.read_bytes() == content


def test_a_file_in_use_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By who reads and by who writes; afterwards it is as before."""
    monkeypatch.setattr(history_module, "WAIT_S", 0.05)
    path = filled(tmp_path / NAME, night(1, ODD))
    with closing(sqlite3.connect(path, autocommit=True)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused: list[BenchError] = []
        for use in (kept_runs, write):
            with pytest.raises(EnvironmentFailure, match="in use by another") as caught:
                use(path)
            refused.append(caught.value)
        other.execute("ROLLBACK")
    assert all("wait" in (error.hint or "") for error in refused)
    assert len(kept_runs(path)) == 1


def test_there_is_none_before_the_first_run(tmp_path: Path) -> None:
    """Reading makes no file; the command that does is named."""
    with pytest.raises(UsageError, match="no history yet") as caught:
        kept_runs(tmp_path / NAME)
    assert "bench history add" in (caught.value.hint or "")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be: the machine's refusal, in one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match="file"):
        keep(tmp_path / "file" / NAME, night(1, ODD))
