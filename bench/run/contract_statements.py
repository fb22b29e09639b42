"""What the database was really asked: counted in its own log, not promised."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.model.exchange import Request
from bench.run.contract_result import ContractResult, Subject
from bench.run.http_client import ask


SETTLE_S = 0.15
SETTLE_LIMIT_S = 3.0
_PREPARING = (
    ("SELECT pg_advisory_unlock_all()", "RESET"),
    ("SELECT set_config(", "SET"),
)


@dataclass(frozen=True, slots=True)
class StatementCount:
    """One request, the SELECTs that it must take and the UPDATEs that it may."""

    workload: str
    request: Request
    selects: int
    updates: range = range(1)


COUNTS: Sequence[StatementCount] = (
    StatementCount("db-read", Request("GET", "/db/7"), 1),
    StatementCount("db-many", Request("GET", "/queries?n=3&seed=2"), 3),
    StatementCount("db-list", Request("GET", "/worlds?start=1&limit=50"), 1),
    StatementCount("html", Request("GET", "/fortunes"), 1),
    StatementCount("db-write", Request("POST", "/updates?n=3&seed=2"), 3, range(1, 4)),
)


def statement_counts(subject: Subject) -> Iterator[ContractResult]:
    """Count the statements of one request of each kind, once connections are warm."""
    statements = subject.statements
    if statements is None:
        return
    for count in COUNTS:
        if subject.serves(count.workload):
            yield _counted(subject, count, statements)
    if subject.serves("db-write"):
        subject.reset()


def _counted(
    subject: Subject, count: StatementCount, statements: Callable[[], list[str]]
) -> ContractResult:
    # Every connection of the pool introduces itself on its first use.
    for _ in range(2 * subject.target.pool_connections * subject.workers):
        ask(subject.host, subject.port, count.request)
    _settled(statements)
    ask(subject.host, subject.port, count.request)
    words = Counter(_verb(one) for one in _settled(statements))
    seen = ", ".join(f"{words[verb]} {verb}" for verb in sorted(words)) or "none"
    right = words["SELECT"] == count.selects and words["UPDATE"] in count.updates
    wanted = f"expected {count.selects} SELECT, got {seen}"
    name = f"statements of {count.request.method} {count.request.path}"
    return ContractResult(name, right, seen if right else wanted, seen, binding=False)


def _settled(statements: Callable[[], list[str]]) -> list[str]:
    """What was logged until the log was quiet: a transaction may end after the answer."""
    found = list(statements())
    end = time.monotonic() + SETTLE_LIMIT_S
    while time.monotonic() < end:
        time.sleep(SETTLE_S)
        more = statements()
        if not more:
            break
        found += more
    return found


def _verb(statement: str) -> str:
    """
    The first word of a statement, as SQL spells it.

    What prepares a connection begins with SELECT as well and asks for no row:
    a setting on a new one, a reset of one that comes back to its pool. Each is
    counted under a name of its own, shown, and not taken for a query.
    """
    for beginning, name in _PREPARING:
        if statement.lstrip().startswith(beginning):
            return name
    words = statement.split(None, 1)
    return words[0].rstrip(";").upper() if words else "NOTHING"
