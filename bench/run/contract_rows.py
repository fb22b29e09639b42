"""Every workload's own requests and check, and answers written down beforehand."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.run.contract_result import ContractResult, Subject
from bench.workloads import WORKLOADS
from bench.workloads.answers import canonical, read_json, wrong_json
from bench.workloads.database import chosen_ids, row


SEED = 1
REQUESTS = 8

# From the contract, not from the formula that the workloads' checks use.
GOLDENS: Sequence[tuple[str, str, object]] = (
    ("db-read", "/db/1", {"id": 1, "randomNumber": 5762}),
    ("db-read", "/db/7", {"id": 7, "randomNumber": 1144}),
    ("db-read", "/db/10000", {"id": 10000, "randomNumber": 721}),
    (
        "db-many",
        "/queries?n=3&seed=2",
        [
            {"id": 5839, "randomNumber": 4512},
            {"id": 568, "randomNumber": 1353},
            {"id": 5297, "randomNumber": 6210},
        ],
    ),
    (
        "db-many",
        "/queries?n=500&seed=0",
        [row(world_id) for world_id in chosen_ids(500, 0)],
    ),
    (
        "db-list",
        "/worlds?start=9999&limit=50",
        [{"id": 9999, "randomNumber": 2256}, {"id": 10000, "randomNumber": 721}],
    ),
    ("db-list", "/worlds?start=10001&limit=1", []),
    ("wait", "/io?ms=0", {"ok": True}),
    ("db-read", "/pgsleep?ms=1", {"ok": True}),
)

WRITTEN = [
    {"id": 568, "randomNumber": 1354},
    {"id": 5297, "randomNumber": 6211},
    {"id": 5839, "randomNumber": 4513},
]


def answers(subject: Subject) -> Iterator[ContractResult]:
    """Ask each workload's own requests and let its own check judge."""
    subject.reset()
    for work in WORKLOADS.values():
        if subject.serves(work.name):
            yield _answers_of(subject, work)
            if work.writes:
                subject.reset()


@cache
def _requests(name: str) -> Sequence[Request]:
    """The same for every target; to make the long ones takes a while."""
    return WORKLOADS[name].requests(SEED)[:REQUESTS]


def _answers_of(subject: Subject, work: Workload) -> ContractResult:
    kinds = set()
    for request in _requests(work.name):
        reply = subject.ask(request)
        kinds.add(f"{reply.status} {reply.media_type}")
        if wrong := work.check(request, reply):
            detail = f"{request.method} {request.path}: {wrong}"
            return ContractResult(f"{work.name}: answers", False, detail)
    listed = ", ".join(sorted(kinds))
    return ContractResult(f"{work.name}: answers", True, listed, listed)


def goldens(subject: Subject) -> Iterator[ContractResult]:
    """Ask what has an answer that was written down beforehand."""
    for workload, path, expected in GOLDENS:
        if subject.serves(workload):
            reply = subject.get(path)
            wrong = wrong_json(reply, expected)
            yield ContractResult(
                f"GET {path}", wrong is None, wrong or "right", _value(reply)
            )
            size, name = f"{len(reply.body)} bytes", f"GET {path}: size"
            yield ContractResult(name, None, size, size, binding=False)
    if subject.serves("db-write"):
        subject.reset()
        yield from _written(subject)
        subject.reset()


def _written(subject: Subject) -> Iterator[ContractResult]:
    write = Request("POST", "/updates?n=3&seed=2")
    reply = subject.ask(write)
    wrong = wrong_json(reply, WRITTEN)
    yield ContractResult(
        "POST /updates?n=3&seed=2", wrong is None, wrong or "right", _value(reply)
    )
    again, wrong = read_json(subject.ask(write))
    if wrong is None:
        last = sorted(again, key=lambda world: int(world["id"]))
        wrong = _read_back(subject, last)
        if [world["randomNumber"] for world in last] != [1355, 6212, 4514]:
            wrong = f"the second write did not go on from the first: {canonical(last)}"
    yield ContractResult("written rows are read back", wrong is None, wrong or "right")


def _read_back(subject: Subject, rows: Sequence[dict[str, int]]) -> str | None:
    for world in rows:
        reply = subject.get(f"/db/{world['id']}")
        if wrong := wrong_json(reply, world):
            return wrong
    return None


def _value(reply: Reply) -> str:
    """Status and value, however the value was written down."""
    try:
        return f"{reply.status} {canonical(json.loads(reply.body))}"
    except (ValueError, RecursionError):
        return f"{reply.status} not JSON"


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
        subject.ask(count.request)
    _settled(statements)
    subject.ask(count.request)
    words = Counter(_verb(statement) for statement in _settled(statements))
    executed = ", ".join(f"{words[verb]} {verb}" for verb in sorted(words)) or "none"
    right = words["SELECT"] == count.selects and words["UPDATE"] in count.updates
    wanted = f"expected {count.selects} SELECT, got {executed}"
    name = f"statements of {count.request.method} {count.request.path}"
    return ContractResult(
        name, right, executed if right else wanted, executed, binding=False
    )


def _settled(statements: Callable[[], list[str]]) -> list[str]:
    """What was logged until the log was quiet: a transaction may end after the answer."""
    logged = list(statements())
    end = time.monotonic() + SETTLE_LIMIT_S
    while time.monotonic() < end:
        time.sleep(SETTLE_S)
        more = statements()
        if not more:
            break
        logged += more
    return logged


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
