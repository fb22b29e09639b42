"""
What visitors of a small shop ask for, one request after another of five kinds.

Each kind is a workload of its own, with its own check and no route of its own.
The order is drawn, the shares are exact in every twenty requests. Rows that are
written are never read, so that every row that is read has one right value.
"""

import random
from collections.abc import Mapping, Sequence, Set

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.database import (
    COUNT_WRITTEN,
    DB_LIST,
    DB_READ,
    DB_WRITE,
    ROWS,
    chosen_ids,
    parameter,
)
from bench.workloads.html_page import HTML
from bench.workloads.validating import VALIDATE


OF_TWENTY: Mapping[Workload, int] = {
    DB_LIST: 8,
    DB_READ: 5,
    HTML: 3,
    VALIDATE: 2,
    DB_WRITE: 2,
}
"""Requests of each kind in every twenty; BIAS.md has the reasons."""

TWENTIES = 64
"""1,280 requests, before the first comes again."""

SHARES: Mapping[str, float] = {
    kind.name: count / sum(OF_TWENTY.values()) for kind, count in OF_TWENTY.items()
}
"""By the workload that a kind is."""

_READS = ("db-list", "db-read", "html")


def _with_reads(share: float) -> Mapping[str, float]:
    """The same kinds, in the same proportions among reads and among orders."""
    reads = sum(SHARES[kind] for kind in _READS)
    return {
        kind: own * (share / reads if kind in _READS else (1 - share) / (1 - reads))
        for kind, own in SHARES.items()
    }


OTHER_SHARES: Mapping[str, Mapping[str, float]] = {
    "browsing": _with_reads(0.95),
    "ordering": _with_reads(0.5),
    "no-pages": {
        kind: 0.0 if kind == "html" else own / (1 - SHARES["html"])
        for kind, own in SHARES.items()
    },
}
"""What other weights would give is reckoned for these; the first two are those of TPC-W."""

_BY_PATH = {
    "/worlds": DB_LIST,
    "/db": DB_READ,
    "/fortunes": HTML,
    "/validate": VALIDATE,
    "/updates": DB_WRITE,
}
_INVERSE = pow(7919, -1, ROWS)
"""Turns a row into the seed that chooses it first (see `chosen_ids`)."""


def requests(seed: int) -> Sequence[Request]:
    """So many of each kind in every twenty, in drawn order."""
    chance = random.Random(seed)
    writes = _writes(chance, OF_TWENTY[DB_WRITE] * TWENTIES)
    written = {row for request in writes for row in rows_of(request)}
    stock = {
        kind: list(_drawn(kind, seed, count * TWENTIES, written))
        for kind, count in OF_TWENTY.items()
        if kind is not DB_WRITE
    }
    stock[DB_WRITE] = writes
    sent: list[Request] = []
    for _ in range(TWENTIES):
        twenty = [kind for kind, count in OF_TWENTY.items() for _ in range(count)]
        chance.shuffle(twenty)
        sent += [stock[kind].pop() for kind in twenty]
    return sent


def _writes(chance: random.Random, count: int) -> list[Request]:
    """
    Requests whose first rows are neighbours, so that most rows are never written.

    The same rows for every seed: what is asked before the load writes them, too.
    """
    seeds = [n * _INVERSE % ROWS for n in range(count)]
    chance.shuffle(seeds)
    return [
        Request("POST", f"/updates?n={COUNT_WRITTEN}&seed={seed}") for seed in seeds
    ]


def _drawn(
    kind: Workload, seed: int, count: int, written: Set[int]
) -> Sequence[Request]:
    """So many of a kind's own requests that read no row which is written; one that stands alone comes again."""
    own = kind.requests(seed)
    if len(own) == 1:
        return [own[0]] * count
    return [request for request in own if written.isdisjoint(rows_of(request))][:count]


def rows_of(request: Request) -> Sequence[int]:
    """The ids that a request reads or writes."""
    kind = kind_of(request)
    if kind == DB_READ.name:
        return [int(request.path.rpartition("/")[2])]
    if kind == DB_LIST.name:
        start = parameter(request, "start")
        return range(start, start + parameter(request, "limit"))
    if kind == DB_WRITE.name:
        return chosen_ids(parameter(request, "n"), parameter(request, "seed"))
    return ()


def kind_of(request: Request) -> str:
    """The workload that a request is of."""
    return _kind(request).name


def _kind(request: Request) -> Workload:
    path = request.path.partition("?")[0]
    return _BY_PATH["/db" if path.startswith("/db/") else path]


def check(request: Request, reply: Reply) -> str | None:
    """By the check of its kind."""
    return _kind(request).check(request, reply)


MIX = Workload(
    name="mix",
    title="A small shop's requests",
    why="Lists of rows (40 %), one row (25 %), a page (15 %), an order to validate (10 %) and rows to change (10 %), as visitors of a small shop send them.",
    requests=requests,
    check=check,
    uses_database=True,
    writes=True,
    kinds=tuple(kind.name for kind in OF_TWENTY),
    kind=kind_of,
)
