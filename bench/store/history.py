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
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.errors import BenchError, EnvironmentFailure, UsageError
from bench.model.history import KeptRun, MadeOf, Point


FORMAT = 1
"""
The number of the file's format. History:

1  first format: runs, conditions, targets, points
"""
KIND = 0x466F5448  # "FoTH"
WAIT_S = 5.0
"""How long another program may hold the file before it is called in use."""

_TABLES = (
    """CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        machine TEXT NOT NULL,
        profile TEXT NOT NULL,
        rounds INTEGER NOT NULL,
        measuring TEXT,
        decides_nothing TEXT,
        made_from TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE conditions (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        digest TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (run, digest, name)
    ) STRICT""",
    """CREATE TABLE targets (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        target TEXT NOT NULL,
        version TEXT NOT NULL,
        packages TEXT NOT NULL,
        app_sha256 TEXT NOT NULL,
        PRIMARY KEY (run, target)
    ) STRICT""",
    """CREATE TABLE points (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        line TEXT NOT NULL,
        target TEXT NOT NULL,
        workload TEXT NOT NULL,
        metric TEXT NOT NULL,
        reference TEXT,
        conditions TEXT NOT NULL,
        value REAL,
        low REAL,
        high REAL,
        level REAL,
        n INTEGER,
        void TEXT,
        PRIMARY KEY (run, target, workload, metric)
    ) STRICT""",
)
_AGAIN = "move it away; `bench history add` makes a new one from the stored runs"
_RUN = "id, created_at, machine, profile, rounds, measuring, decides_nothing, made_from"
_CONDITION = "digest, name, value"
_TARGET = "target, version, packages, app_sha256"
_POINT = (
    "line, target, workload, metric, reference, conditions, "
    "value, low, high, level, n, void"
)


class History:
    """
    An open history; used in a `with`, which closes it.

    `write` makes the file where there is none. Every method raises UsageError
    for a file that is no history or is damaged, EnvironmentFailure for one that is
    in use or a disk that does not take it.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        if not write and not path.exists():
            raise UsageError(
                f"there is no history yet: {path} does not exist",
                "bench history add makes it from the stored runs",
            )
        self.path = path
        with self._told():
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
            # Also to read: what a crash left half written is rolled back by it.
            mode = "rwc" if write else "rw"
            self._file = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode={mode}",
                uri=True,
                timeout=WAIT_S,
                autocommit=True,
            )
        try:
            with self._told():
                self._begin(write)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def made_from(self) -> dict[str, str]:
        """The hash of the files that each run was read from, by its id."""
        with self._told():
            return dict(self._file.execute("SELECT id, made_from FROM runs"))

    def keep(self, run: KeptRun) -> None:
        """Write one run, all of it or nothing, over what was kept of it before."""
        with self._told(), self._transaction():
            self._file.execute("DELETE FROM runs WHERE id = ?", (run.id,))
            self._insert("runs", (_run_row(run),))
            self._insert(
                "conditions",
                [
                    (run.id, digest, name, value)
                    for digest, facts in run.conditions.items()
                    for name, value in facts.items()
                ],
            )
            self._insert("targets", [_target_row(run, one) for one in run.targets])
            self._insert("points", [_point_row(run, one) for one in run.points])

    def runs(self) -> tuple[KeptRun, ...]:
        """Every run that is kept, oldest first."""
        with self._told(), self._transaction("DEFERRED"):
            asked = f"SELECT {_RUN} FROM runs ORDER BY created_at, id"
            rows = self._file.execute(asked).fetchall()
            return tuple(self._read(row) for row in rows)

    def _read(self, row: tuple[Any, ...]) -> KeptRun:
        run = row[0]
        conditions: dict[str, dict[str, str]] = {}
        for digest, name, value in self._of(run, "conditions", _CONDITION):
            conditions.setdefault(digest, {})[name] = value
        return KeptRun(
            **dict(zip(_RUN.split(", "), row, strict=True)),
            conditions=conditions,
            targets=tuple(
                MadeOf(target, version, json.loads(packages), app_sha256)
                for target, version, packages, app_sha256 in self._of(
                    run, "targets", _TARGET
                )
            ),
            points=tuple(Point(*each) for each in self._of(run, "points", _POINT)),
        )

    def _of(self, run: str, table: str, columns: str) -> list[tuple[Any, ...]]:
        asked = f"SELECT {columns} FROM {table} WHERE run = ? ORDER BY rowid"
        return self._file.execute(asked, (run,)).fetchall()

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._file.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

    def _begin(self, write: bool) -> None:
        """See whose file it is, and what format; make the tables in an empty one."""
        if write and self._is_empty():
            with self._transaction():
                if self._is_empty():  # still: another may have been quicker
                    self._make()
        if self._number("application_id") != KIND:
            raise UsageError(f"{self.path}: a database, but no history", _AGAIN)
        found = self._number("user_version")
        if found != FORMAT:
            raise UsageError(
                f"{self.path}: format {found}, this version reads format {FORMAT}",
                f"use the version of the harness that wrote it, or {_AGAIN}",
            )
        self._file.execute("PRAGMA foreign_keys = ON")
        if write:
            self._file.execute("PRAGMA journal_mode = DELETE").fetchall()

    def _make(self) -> None:
        for table in _TABLES:
            self._file.execute(table)
        self._file.execute(f"PRAGMA application_id = {KIND}")
        self._file.execute(f"PRAGMA user_version = {FORMAT}")

    def _is_empty(self) -> bool:
        tables = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return not tables[0] and not self._number("application_id")

    def _number(self, pragma: str) -> int:
        return int(self._file.execute(f"PRAGMA {pragma}").fetchone()[0])

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        self._file.execute(f"BEGIN {kind}")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            # A full disk may have rolled it back already.
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            # Its subclasses but one are faults of this file, not of the user.
            if type(error) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
                raise
            raise _refusal(self.path, error) from error
        except OSError as error:
            raise EnvironmentFailure(
                f"{self.path}: {error.strerror}", "make room or mend the permissions"
            ) from error


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


def _run_row(run: KeptRun) -> tuple[Any, ...]:
    return (
        *(run.id, run.created_at, run.machine, run.profile, run.rounds),
        *(run.measuring, run.decides_nothing, run.made_from),
    )


def _target_row(run: KeptRun, one: MadeOf) -> tuple[Any, ...]:
    packages = json.dumps(dict(one.packages), sort_keys=True)
    return (run.id, one.target, one.version, packages, one.app_sha256)


def _point_row(run: KeptRun, one: Point) -> tuple[Any, ...]:
    return (
        *(run.id, one.line, one.target, one.workload, one.metric, one.reference),
        *(one.conditions, one.value, one.low, one.high, one.level, one.n, one.void),
    )
