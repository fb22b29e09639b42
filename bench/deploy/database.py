"""A PostgreSQL that stands, whoever started it: its address, its rows, its settings, its connections."""

import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from bench.errors import EnvironmentFailure, UsageError
from bench.model.trial import Usage


DSN_VARIABLE = "BENCH_DATABASE_DSN"
_EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
_TAKEN = {"host", "port", "user", "password", "dbname", "sslmode"}
_SSL_MODES = ("disable", "allow", "prefer", "require")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")

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
            self.remake()
        except BaseException:
            self.close()
            raise

    def facts(self) -> Mapping[str, str]:
        """Version, where it came from, and the settings that matter, as it tells them."""
        rows = self._rows(
            b"SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)",
            [list(_SETTINGS)],
        )
        version = self._rows(b"SHOW server_version")[0][0]
        settings = {str(name): str(value) for name, value in sorted(rows, key=str)}
        return {"version": str(version), "source": self.source, **settings}

    def reset(self) -> None:
        """Bring the rows back to the seed; EnvironmentFailure if they are not the seed's then."""
        self._play("reset.sql")

    def remake(self) -> None:
        """Drop the tables and make them as they were first, whatever became of them."""
        self._play("schema.sql", "seed.sql")

    def usage(self) -> Usage | None:
        """None: a server that we did not start is not ours to look into."""
        return None

    def connections(self) -> Mapping[str, int]:
        """Connections of clients open now, by application name, the harness's own left out."""
        rows = self._rows(
            b"SELECT application_name, count(*)::int FROM pg_stat_activity"
            b" WHERE backend_type = 'client backend' AND datname = current_database()"
            b" AND application_name <> %s GROUP BY 1",
            [HARNESS_NAME],
        )
        return {str(name): int(str(count)) for name, count in rows}

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
        try:
            connection = self._connect()
            with _not_for_ever(connection):
                return connection.execute(query, values)
        except psycopg.Error as error:
            # At any time a database may fail or go away.
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise EnvironmentFailure(
                f"the database cannot be used: {said}", hint=self._remedy
            ) from error

    def _play(self, *scripts: str) -> None:
        """Run these scripts; EnvironmentFailure if the rows are not the seed's then."""
        for script in scripts:
            try:
                text = (self._scripts / script).read_text(encoding="utf-8")
            except OSError as error:
                raise EnvironmentFailure(
                    f"apps/database/{script} cannot be read: {error.strerror}",
                    hint="get a complete checkout of the repository",
                ) from error
            for statement in statements(text):
                self._ask(statement.encode())
        self._check_rows()

    def _check_rows(self) -> None:
        counted = self._rows(b"SELECT count(*), sum(randomnumber) FROM world")[0]
        if counted != (ROWS, SUM_OF_NUMBERS):
            raise EnvironmentFailure(
                f"the seed gave {counted[0]} rows with sum {counted[1]}, not {ROWS} with sum "
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


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is, in the one form that all drivers read; `sslmode` is "" if nobody chose one."""

    url: str
    sslmode: str = ""


def address_of(given: str) -> DatabaseAddress:
    """
    What a user wrote: postgresql://, postgres:// or libpq's words (host=… user=…).

    UsageError, by its name, for what not all drivers understand: the
    applications get nothing else of the user's shell and files, so the address
    must be complete.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(given).items()}
    except psycopg.Error:
        # libpq repeats the part that it stumbled over, which may be the password.
        raise _refused("cannot be read as an address of PostgreSQL") from None
    if others := sorted(set(parts) - _TAKEN):
        raise _refused(
            f"has {', '.join(others)}, which not every driver of the applications "
            "understands"
        )
    sslmode = parts.get("sslmode", "")
    if sslmode and sslmode not in _SSL_MODES:
        raise _refused(
            f"has sslmode={sslmode}, which needs a certificate that the applications "
            f"do not have; there are: {', '.join(_SSL_MODES)}"
        )
    user = parts.get("user", "")
    if not user:
        raise _refused("names no user")
    who = quote(user, safe="")
    if parts.get("password"):
        who += f":{quote(parts['password'], safe='')}"
    name = parts.get("dbname", user)
    if not _PLAIN.fullmatch(name):
        # Not by its name: after an unescaped / it is a part of the password.
        raise _refused(
            "names a database with other characters than letters, digits, _, . and -"
        )
    return DatabaseAddress(f"postgresql://{who}@{_place(parts)}/{name}", sslmode)


def _place(parts: Mapping[str, str]) -> str:
    host, port = parts.get("host", ""), parts.get("port", "5432")
    if not host or host.startswith(("/", "@")) or "," in host:
        raise _refused("must name one host that is reached over TCP")
    if not port.isdigit():
        raise _refused("must name one port, by its number")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _refused(what: str) -> UsageError:
    return UsageError(
        f"{DSN_VARIABLE} {what}",
        f"write it as {_EXAMPLE}; in a password, / is %2F and @ is %40",
    )
