"""How the statements of the database's log are counted."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.run.contract_result import Subject
from bench.run.contract_rows import statement_counts
from tests.builders import target


class Empty(BaseHTTPRequestHandler):
    """Answers everything with nothing: the log beside it is what counts."""

    def do_GET(self) -> None:
        """The whole of it."""
        self.send_response_only(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that answers, whatever it is asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


ZONE = "SELECT set_config('TimeZone', 'UTC', false)"
RESET = "SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;"


@pytest.mark.live
@pytest.mark.parametrize(
    ("logged", "right", "shown"),
    [
        (["SELECT id FROM world"], True, "1 SELECT"),
        (["BEGIN;", "SELECT a", "ROLLBACK"], True, "1 BEGIN, 1 ROLLBACK, 1 SELECT"),
        ([ZONE, "SELECT a"], True, "1 SELECT, 1 SET"),
        (["SELECT a", RESET], True, "1 RESET, 1 SELECT"),
        (["SELECT a", "SELECT b"], False, "2 SELECT"),
        ([RESET], False, "1 RESET"),
        ([], False, "none"),
    ],
)
def test_what_prepares_a_connection_is_no_query(
    port: int, logged: list[str], right: bool, shown: str
) -> None:
    """Queries alone are held against the agreed number; everything is shown."""
    # Quiet before the one request that is counted, and quiet again after it.
    logs = iter([[], [], logged])
    one_row = target(workloads=("db-read",))
    subject = Subject(
        "127.0.0.1", port, one_row, lambda: None, lambda: next(logs, []), workers=0
    )
    (finding,) = statement_counts(subject)
    assert finding.ok is right
    assert finding.seen == shown
