"""The PostgreSQL of a run in its container."""

import re
import time
from pathlib import Path

import psycopg

from bench.deploy.compose_relay import Relay
from bench.deploy.compose_server import Container
from bench.deploy.database import StandingDatabase
from bench.deploy.postgres import logged
from bench.deploy.readiness import HOST
from bench.errors import EnvironmentFailure
from bench.model.trial import Usage


SERVICE = "database"
PORT = 5432
INNER_DSN = f"postgresql://bench:bench@{SERVICE}:{PORT}/bench"
"""How the servers reach it."""

_READY_S = 90.0
_SETTLE_S = 0.05
_SETTLED_S = 1.0  # a relay that was killed is known to be gone by then


class ContainerDatabase(StandingDatabase):
    """Its rows over the relay, its CPU time from its control group, its statements from its log."""

    _remedy = f"see {SERVICE}.log among the run's logs"

    def __init__(
        self, container: Container, relay: Relay, image: str, scripts: Path
    ) -> None:
        """Wait until it takes connections, then make and fill the tables."""
        self._container = container
        self._relay = relay
        self._refuse_ended()
        try:
            self._account = container.account()
            address = container.address()
        except EnvironmentFailure:
            self._refuse_ended()  # it may have ended between two questions
            raise
        self._read_to: dict[
            str, str
        ] = {}  # the last line read, by application; "": by all
        self.source = f"container of {image}, data in memory"
        port = relay.forward(address, PORT)
        dsn = f"postgresql://bench:bench@{HOST}:{port}/bench"
        self._await_connections(dsn)
        super().__init__(dsn, scripts)

    def usage(self) -> Usage | None:
        """CPU time and memory of the whole container."""
        try:
            return self._account.usage()
        except (OSError, ValueError) as error:
            raise self._gone(self._container.ended() or str(error)) from error

    def watch_statements(self, on: bool) -> None:
        """Log every statement from now on, or none; never on while measuring."""
        self._log_statements(on)
        # The others were told when we were; a backend looks before its next command.
        time.sleep(_SETTLE_S)
        last = [stamp for stamp, _ in self._lines("--tail", "1")]
        self._read_to = {"": last[0] if last else ""} if on else {}

    def statements(self, application_name: str) -> list[str]:
        """What clients of that name have asked since this was last called for it, in order."""
        read_to = self._read_to.get(application_name, self._read_to.get("", ""))
        since = ("--since", read_to) if read_to else ()
        lines = [line for line in self._lines(*since) if line[0] > read_to]
        if lines:
            self._read_to[application_name] = lines[-1][0]
        return logged("\n".join(text for _, text in lines), application_name)

    def _ask(
        self, query: bytes, values: list[object] | None = None
    ) -> psycopg.Cursor[tuple[object, ...]]:
        """Like any database's, but what stands between is asked first whose fault a failure is."""
        try:
            return super()._ask(query, values)
        except EnvironmentFailure:
            self._container.tool.refuse_silent()
            self._relay.refuse_ended(_SETTLED_S)
            how = self._container.ended()
            if how is not None:
                raise self._gone(how) from None
            raise

    def _gone(self, how: str) -> EnvironmentFailure:
        return EnvironmentFailure(
            f"PostgreSQL is gone: {how}",
            hint=f"see {self._container.log.name} among the run's logs",
        )

    def _lines(self, *options: str) -> list[tuple[str, str]]:
        """
        When each line was said and the line; the engine writes times of equal length.

        Times, not line numbers: the engine throws the oldest lines of a long log away.
        """
        said = self._container.said("--timestamps", *options).splitlines()
        pairs = (line.partition(" ") for line in said)
        return [(stamp, text) for stamp, _, text in pairs]

    def _await_connections(self, dsn: str) -> None:
        deadline = time.monotonic() + _READY_S
        look_at = time.monotonic() + 1
        while True:
            try:
                psycopg.connect(dsn, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                said = re.sub(r"\s+", " ", str(error))
            now = time.monotonic()
            if now > look_at:
                self._relay.refuse_ended()
                self._refuse_ended()
                look_at = now + 1
            if now > deadline:
                raise self._not_up(said)
            time.sleep(0.05)

    def _refuse_ended(self) -> None:
        how = self._container.ended()
        if how is not None:
            raise self._not_up(how)

    def _not_up(self, how: str) -> EnvironmentFailure:
        self._container.save_log()
        said = self._container.log_tail().splitlines()
        last = f"; the last that it said: {said[-1].strip()[:200]}" if said else ""
        return EnvironmentFailure(
            f"PostgreSQL did not come up in its container: {how}{last}",
            hint=f"see {self._container.log.name} among the run's logs, and "
            "DATABASE_MEMORY and POSTGRES_IMAGE where they are set",
        )
