"""A PostgreSQL that stands, whoever started it: its rows, its settings, its connections."""

import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import Connection

from bench.deploy.dsn import DSN_VARIABLE
from bench.errors import EnvironmentFailure
from bench.model.trial import Usage


HARNESS_NAME = "bench-harness"
"""The application name of the harness's own connection; never counted."""

ANSWERS_WITHIN_S = 60.0
"""A statement of the harness takes less than a second; a database that is silent for so long is gone."""

ROWS = 10_000
SUM_OF_NUMBERS = 50_047_160
_OURS = {"world", "fortune"}
_OLDEST = 150_000  # server_version_num
_SETTINGS = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_connections",
    "jit",
    "log_statement",
    "default_transaction_isolation",
    "server_encoding",
    "work_mem",
    "autovacuum",
    "io_method",
)


class StandingDatabase:
    """
    The rows that all targets share, in a database at `dsn`.

    Used as it is for a database that the user named: its CPU time and its
    statement log are not ours to look into.
    """

    source = "given by the user"
    _remedy = f"is the database that {DSN_VARIABLE} names up, and is its address right?"

    def __init__(self, dsn: str, scripts: Path, sslmode: str = "") -> None:
        """Connect, make the tables and fill them; EnvironmentFailure if that cannot be done."""
        self.dsn = dsn
        self.sslmode = sslmode  # "": as drivers do by themselves
        self._scripts = scripts
        self._connection: Connection[tuple[object, ...]] | None = None
        try:
            self._refuse_other_owners()
            self._run("schema.sql")
            self._run("seed.sql")
            self._check_rows()
        except BaseException:
            self.close()
            raise

    def facts(self) -> Mapping[str, str]:
        """Version, where it came from, and the settings that matter, as it tells them."""
        found = self._rows(
            b"SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)",
            [list(_SETTINGS)],
        )
        version = self._rows(b"SHOW server_version")[0][0]
        settings = {str(name): str(value) for name, value in sorted(found, key=str)}
        return {"version": str(version), "source": self.source, **settings}

    def reset(self) -> None:
        """Bring the rows back to the seed; EnvironmentFailure if they are not the seed's then."""
        self._run("reset.sql")
        self._check_rows()

    def remake(self) -> None:
        """Drop the tables and make them as they were first, whatever became of them."""
        self._run("schema.sql")
        self._run("seed.sql")
        self._check_rows()

    def usage(self) -> Usage | None:
        """None: a server that we did not start is not ours to look into."""
        return None

    def connections(self) -> Mapping[str, int]:
        """Connections of clients open now, by application name, the harness's own left out."""
        found = self._rows(
            b"SELECT application_name, count(*)::int FROM pg_stat_activity"
            b" WHERE backend_type = 'client backend' AND datname = current_database()"
            b" AND application_name <> %s GROUP BY 1",
            [HARNESS_NAME],
        )
        return {str(name): int(str(count)) for name, count in found}

    def close(self) -> None:
        """Close the harness's own connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _log_statements(self, on: bool) -> None:
        """Switch the server's log of statements, and wait until it was told."""
        value = "all" if on else "none"
        self._ask(f"ALTER SYSTEM SET log_statement = '{value}'".encode())
        self._ask(b"SELECT pg_reload_conf()")
        deadline = time.monotonic() + 5
        while self.facts()["log_statement"] != value:
            if time.monotonic() > deadline:
                raise EnvironmentFailure("PostgreSQL did not take up log_statement")
            time.sleep(0.01)

    def _connect(self) -> Connection[tuple[object, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self.dsn,
                # Like the applications: no password and no option from elsewhere.
                passfile="/nonexistent",
                sslmode=self.sslmode or None,
                autocommit=True,
                application_name=HARNESS_NAME,
                connect_timeout=10,
            )
        return self._connection

    def _rows(
        self, query: bytes, values: list[object] | None = None
    ) -> list[tuple[object, ...]]:
        return self._ask(query, values).fetchall()

    def _ask(
        self, query: bytes, values: list[object] | None = None
    ) -> psycopg.Cursor[tuple[object, ...]]:
        with self._answering():
            connection = self._connect()
            with _not_for_ever(connection):
                return connection.execute(query, values)

    def _run(self, script: str) -> None:
        path = self._scripts / script
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise EnvironmentFailure(
                f"apps/database/{script} cannot be read: {error.strerror}",
                hint="get a complete checkout of the repository",
            ) from error
        for statement in statements(text):
            self._ask(statement.encode())

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """A database that fails or goes away is a sentence with a remedy, at any time."""
        try:
            yield
        except psycopg.Error as error:
            raise EnvironmentFailure(
                f"the database cannot be used: {_first_line(error)}",
                hint=self._remedy,
            ) from error

    def _check_rows(self) -> None:
        found = self._rows(b"SELECT count(*), sum(randomnumber) FROM world")[0]
        if found != (ROWS, SUM_OF_NUMBERS):
            raise EnvironmentFailure(
                f"the seed gave {found[0]} rows with sum {found[1]}, not {ROWS} with sum "
                f"{SUM_OF_NUMBERS}",
                hint="restore the scripts in apps/database",
            )

    def _refuse_other_owners(self) -> None:
        """A database with other tables is somebody's; ours drops what it finds."""
        version = int(str(self._rows(b"SHOW server_version_num")[0][0]))
        if version < _OLDEST:
            raise EnvironmentFailure(
                f"the database is PostgreSQL {version // 10_000}, older than 15",
                hint=f"name a newer one in {DSN_VARIABLE}, or none at all",
            )
        query = b"SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        others = {str(name) for (name,) in self._rows(query)} - _OURS
        if others:
            raise EnvironmentFailure(
                f"the database holds other tables ({', '.join(sorted(others)[:3])})",
                hint="give the benchmark an empty database of its own",
            )


@contextmanager
def _not_for_ever(connection: Connection[tuple[object, ...]]) -> Iterator[None]:
    """
    Hang up on a server that is silent too long.

    psycopg waits without a limit, and the kernel of a process that was stopped
    still answers for it, so no timeout of the network ever ends the wait.
    """
    silent = threading.Event()
    line = socket.socket(fileno=os.dup(connection.fileno()))

    def hang_up() -> None:
        silent.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(ANSWERS_WITHIN_S, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    except psycopg.Error as error:
        if not silent.is_set():
            raise
        message = f"it gave no answer within {ANSWERS_WITHIN_S:g} s"
        raise psycopg.OperationalError(message) from error
    finally:
        watch.cancel()
        watch.join()
        line.close()


def statements(script: str) -> list[str]:
    """The statements of a script; each ends with a semicolon at the end of a line."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    parts = re.split(r";[ \t]*$", "\n".join(lines), flags=re.MULTILINE)
    return [part.strip() for part in parts if part.strip()]


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
