"""
The history: one SQLite file with what every run showed, beside the run folders.

    runs         one row per run: when, on which machine, whether it may decide
    conditions   what must be equal before two figures are compared, by digest
    targets      what each target ran on
    points       figures: ratios to the floor, instructions per request

The file's format is SQLite's `user_version`, its kind `application_id`. A run
is written in one transaction, and a run that is there already is replaced as a
whole. What was not measured is NULL. The journal is SQLite's usual one and not
a write-ahead log: the file alone is the history, and may be copied.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from bench.errors import BenchError, EnvironmentFailure, UsageError
from bench.model.history import KeptRun, MadeOf, Point
from bench.model.verdict import Withheld


FORMAT = 1
"""
The number of the file's format. History:

1  first format: runs, conditions, targets, points
"""
KIND = 0x466F5448  # "FoTH"
WAIT_S = 5.0
"""How long another program may hold the file before it is called in use."""

_MAKE = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, created_at TEXT NOT NULL, machine TEXT NOT NULL,
    profile TEXT NOT NULL, rounds INTEGER NOT NULL, measuring TEXT,
    decides_nothing TEXT, made_from TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS conditions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    digest TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (run, digest, name)
) STRICT;
CREATE TABLE IF NOT EXISTS targets (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    target TEXT NOT NULL, version TEXT NOT NULL, packages TEXT NOT NULL,
    app_sha256 TEXT NOT NULL,
    PRIMARY KEY (run, target)
) STRICT;
CREATE TABLE IF NOT EXISTS points (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    line TEXT NOT NULL, target TEXT NOT NULL, workload TEXT NOT NULL,
    metric TEXT NOT NULL, reference TEXT, conditions TEXT NOT NULL,
    value REAL, low REAL, high REAL, level REAL, n INTEGER, void TEXT,
    PRIMARY KEY (run, target, workload, metric)
) STRICT;
PRAGMA application_id = {KIND};
PRAGMA user_version = {FORMAT};
COMMIT;
"""
_AGAIN = "move it away; `bench history add` makes a new one from the stored runs"


def keep(path: Path, run: KeptRun) -> None:
    """
    Write one run, all of it or nothing, over what was kept of it before.

    Makes the file where there is none. UsageError for a file that is no
    history or is damaged, EnvironmentFailure for one that is in use or a disk
    that does not take it.
    """
    conditions = [
        (run.id, digest, name, value)
        for digest, facts in run.conditions.items()
        for name, value in facts.items()
    ]
    targets = [
        (run.id, t.target, t.version, _packages(t), t.app_sha256) for t in run.targets
    ]
    head = (run.id, run.created_at, run.machine, run.profile, run.rounds)
    marks = (run.measuring, _mark(run.decides_nothing), run.made_from)
    with _opened(path, write=True) as file, file:
        file.execute("BEGIN IMMEDIATE")
        file.execute("DELETE FROM runs WHERE id = ?", (run.id,))
        _insert(file, "runs", [(*head, *marks)])
        _insert(file, "conditions", conditions)
        _insert(file, "targets", targets)
        _insert(file, "points", [(run.id, *astuple(point)) for point in run.points])


def kept_runs(path: Path) -> tuple[KeptRun, ...]:
    """Every run that is kept, oldest first; raises as `keep` does, UsageError where there is no history."""
    if not path.exists():
        raise UsageError(
            f"there is no history yet: {path} does not exist",
            "bench history add makes it from the stored runs",
        )
    # Read and write, also to read: what a crash left half written is rolled back by it.
    with _opened(path) as file, file:
        file.execute("BEGIN")
        rows = file.execute("SELECT * FROM runs ORDER BY created_at, id").fetchall()
        return tuple(_run(file, row) for row in rows)


def _run(file: sqlite3.Connection, row: tuple[Any, ...]) -> KeptRun:
    conditions: dict[str, dict[str, str]] = {}
    for digest, name, value in _of(file, "conditions", row[0]):
        conditions.setdefault(digest, {})[name] = value
    targets = tuple(
        MadeOf(name, version, json.loads(packages), app)
        for name, version, packages, app in _of(file, "targets", row[0])
    )
    points = tuple(Point(*point) for point in _of(file, "points", row[0]))
    *head, decides_nothing, made_from = row
    marks = (_read_mark(decides_nothing), made_from)
    return KeptRun(*(*head, *marks, conditions, targets, points))


def _of(file: sqlite3.Connection, table: str, run: str) -> list[tuple[Any, ...]]:
    asked = f"SELECT * FROM {table} WHERE run = ? ORDER BY rowid"
    return [row[1:] for row in file.execute(asked, (run,))]


def _insert(
    file: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        file.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def _mark(withheld: Withheld | None) -> str | None:
    return json.dumps(asdict(withheld)) if withheld else None


def _read_mark(text: str | None) -> Withheld | None:
    """Of rows that older versions wrote, the sentence that stands there instead of a value."""
    if text is None or text.startswith("{"):
        return Withheld(**json.loads(text)) if text else None
    return Withheld("", "", text)


def _packages(target: MadeOf) -> str:
    return json.dumps(dict(target.packages), sort_keys=True)


@contextmanager
def _opened(path: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """The file, once it is seen to be a history of this format; what SQLite refuses is told."""
    try:
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
        where = f"{path.resolve().as_uri()}?mode={'rwc' if write else 'rw'}"
        with closing(
            sqlite3.connect(where, uri=True, timeout=WAIT_S, isolation_level=None)
        ) as file:
            tables = file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if write and not tables and not _number(file, "application_id"):
                file.executescript(_MAKE)
            _see_whose(path, file)
            file.execute("PRAGMA foreign_keys = ON")
            yield file
    except sqlite3.DatabaseError as error:
        # Its subclasses but one are faults of this file, not of the user.
        if type(error) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
            raise
        raise _refusal(path, error) from error
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error


def _see_whose(path: Path, file: sqlite3.Connection) -> None:
    if _number(file, "application_id") != KIND:
        raise UsageError(f"{path}: a database, but no history", _AGAIN)
    number = _number(file, "user_version")
    if number != FORMAT:
        raise UsageError(
            f"{path}: format {number}, this version reads format {FORMAT}",
            f"use the version of the harness that wrote it, or {_AGAIN}",
        )


def _number(file: sqlite3.Connection, pragma: str) -> int:
    return int(file.execute(f"PRAGMA {pragma}").fetchone()[0])


def _refusal(path: Path, error: sqlite3.DatabaseError) -> BenchError:
    # The low byte is the kind, the others tell it more closely.
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return EnvironmentFailure(
            f"{path} is in use by another program",
            "wait until it has ended, then type it again: nothing was half written",
        )
    if kind == sqlite3.SQLITE_NOTADB:
        return UsageError(f"{path}: not a history, not even a database", _AGAIN)
    if kind == sqlite3.SQLITE_CORRUPT:
        return UsageError(f"{path}: the file is damaged ({error})", _AGAIN)
    return EnvironmentFailure(f"{path}: {error}", "make room or mend the permissions")
