"""Every workload's own requests and check, and answers written down beforehand."""

import json
from collections.abc import Iterator, Sequence
from functools import cache

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.run.contract_result import ContractResult, Subject
from bench.run.http_client import ask
from bench.workloads import WORKLOADS
from bench.workloads.answers import canonical, read_json, wrong_json
from bench.workloads.world import chosen_ids, row


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
    ("db-many", "/queries?n=500&seed=0", [row(one) for one in chosen_ids(500, 0)]),
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
        reply = ask(subject.host, subject.port, request)
        kinds.add(f"{reply.status} {reply.media_type}")
        if wrong := work.check(request, reply):
            detail = f"{request.method} {request.path}: {wrong}"
            return ContractResult(f"{work.name}: answers", False, detail)
    seen = ", ".join(sorted(kinds))
    return ContractResult(f"{work.name}: answers", True, seen, seen)


def goldens(subject: Subject) -> Iterator[ContractResult]:
    """Ask what has an answer that was written down beforehand."""
    for workload, path, expected in GOLDENS:
        if subject.serves(workload):
            reply = ask(subject.host, subject.port, Request("GET", path))
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
    reply = ask(subject.host, subject.port, write)
    wrong = wrong_json(reply, WRITTEN)
    yield ContractResult(
        "POST /updates?n=3&seed=2", wrong is None, wrong or "right", _value(reply)
    )
    again, wrong = read_json(ask(subject.host, subject.port, write))
    if wrong is None:
        last = sorted(again, key=lambda one: int(one["id"]))
        wrong = _read_back(subject, last)
        if [one["randomNumber"] for one in last] != [1355, 6212, 4514]:
            wrong = f"the second write did not go on from the first: {canonical(last)}"
    yield ContractResult("written rows are read back", wrong is None, wrong or "right")


def _read_back(subject: Subject, rows: Sequence[dict[str, int]]) -> str | None:
    for one in rows:
        reply = ask(subject.host, subject.port, Request("GET", f"/db/{one['id']}"))
        if wrong := wrong_json(reply, one):
            return wrong
    return None


def _value(reply: Reply) -> str:
    """Status and value, however the value was written down."""
    try:
        return f"{reply.status} {canonical(json.loads(reply.body))}"
    except (ValueError, RecursionError):
        return f"{reply.status} not JSON"
