"""The PostgreSQL of a run in its container."""

import re
import time
from pathlib import Path

import psycopg

from bench.deploy.compose_relay import Relay
from bench.deploy.compose_server import Container
from bench.deploy.database import StandingDatabase
from bench.deploy.postgres import logged
from bench.deploy.server import HOST
from bench.errors import MachineRefused
from bench.model.trial import Usage


SERVICE = "database"
PORT = 5432
INNER_DSN = f"postgresql://bench:bench@{SERVICE}:{PORT}/bench"
"""How the servers reach it."""

_READY_S = 90.0
_SETTLE_S = 0.05


class ContainerDatabase(StandingDatabase):
    """Its rows over the relay, its CPU time from its control group, its statements from its log."""

    def __init__(
        self, container: Container, relay: Relay, image: str, scripts: Path
    ) -> None:
        """Wait until it takes connections, then make and fill the tables."""
        self._container = container
        self._account = container.account()
        self._read_to: dict[
            str, str
        ] = {}  # the last line read, by application; "": by all
        self.source = f"container of {image}, data in memory"
        port = relay.forward(container.address(), PORT)
        dsn = f"postgresql://bench:bench@{HOST}:{port}/bench"
        self._await_connections(dsn)
        super().__init__(dsn, scripts)

    def usage(self) -> Usage | None:
        """CPU time and memory of the whole container."""
        try:
            return self._account.usage()
        except (OSError, ValueError) as error:
            raise MachineRefused(
                f"PostgreSQL is gone: {self._container.ended() or error}",
                hint=f"see {self._container.log.name} among the run's logs",
            ) from error

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
            ended = self._container.ended() if now > look_at else None
            if ended or now > deadline:
                self._container.save_log()
                raise MachineRefused(
                    f"PostgreSQL did not come up in its container: {ended or said}",
                    hint=f"see {self._container.log.name} among the run's logs",
                )
            look_at = now + 1 if now > look_at else look_at
            time.sleep(0.05)
