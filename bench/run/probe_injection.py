"""Injection strings against a real PostgreSQL: what they change, what they leak."""

import json
from collections.abc import Iterator
from typing import Any, cast

import psycopg
from psycopg import Connection

from bench.model.exchange import Reply, Request
from bench.run.http_client import ask
from bench.run.probe_session import ObservedRequests, ProbeSession
from bench.workloads.injections import GLUED, STRINGS, into_numbers, into_text


REFUSALS = (400, 404, 405, 422)
_SHOWN = 4
_STATE = b"""
SELECT (SELECT count(*)::text || ' ' || sum(id::bigint * randomnumber)::text FROM public.world),
       (SELECT md5(string_agg(id::text || message, '' ORDER BY id)) FROM public.fortune),
       (SELECT string_agg(schemaname || '.' || tablename, ' ' ORDER BY 1) FROM
            (SELECT schemaname, tablename FROM pg_tables
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
             ORDER BY 1, 2) AS named)
"""


def injection(stand: ProbeSession) -> ObservedRequests:
    """Rows and tables unchanged, no row in any answer, nothing that ends in a 5xx."""
    biting = teeth(stand.dsn)
    before = state(stand.dsn)
    faults, sent = [], 0
    for text, request in _requests(stand):
        reply = ask(stand.host, stand.port, request)
        sent += 1
        fault = leaked(request, reply)
        faults += [f"{text!r} in {request.method} {request.path}: {fault}"] * bool(
            fault
        )
    unchanged = _after(stand.dsn) == before
    faults += [] if unchanged else ["rows or tables of the database changed"]
    evidence = [
        f"{biting} of the {len(STRINGS)} strings leaked or changed rows in a query "
        "glued together on purpose",
        *faults[:_SHOWN],
    ]
    back = "; ".join(faults[:_SHOWN])
    return ObservedRequests(
        not faults and biting > 0,
        f"{sent} requests with {len(STRINGS)} injection strings",
        back or "rows and tables unchanged, none leaked, no 5xx",
        tuple(evidence),
    )


def _requests(stand: ProbeSession) -> Iterator[tuple[str, Request]]:
    # A measured target takes numbers; the probe's own app takes text.
    for text in STRINGS:
        if stand.case.measured is None:
            yield text, into_text(text)
        else:
            yield from ((text, request) for request in into_numbers(text))


def leaked(request: Request, reply: Reply) -> str | None:
    """What is wrong with an answer to an injection string, or None."""
    if reply.status in REFUSALS:
        return None
    if reply.status != 200:
        return f"status {reply.status}"
    # No row is named so: a search by text must find nothing.
    if _rows(reply) == []:
        return None
    return f"answered with {reply.body[:60]!r}"


def _rows(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except ValueError:
        return None


def state(dsn: str) -> tuple[object, ...]:
    """A picture of all rows and of the names of all tables."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(_STATE).fetchone()
    assert row is not None
    return tuple(row)


def _after(dsn: str) -> tuple[object, ...] | None:
    """The same afterwards; None where there are no such tables any more."""
    try:
        return state(dsn)
    except psycopg.errors.UndefinedTable:
        return None


def teeth(dsn: str) -> int:
    """How many strings leak or change rows where text is glued into a query."""
    with psycopg.connect(dsn) as connection:
        return sum(_bites(connection, text) for text in STRINGS)


def _bites(connection: Connection[Any], text: str) -> bool:
    for pattern in GLUED:
        try:
            before = connection.execute(_STATE).fetchone()
            found = connection.execute(cast(Any, pattern.format(text)))
            rows = found.fetchall() if found.description else []
            if rows or connection.execute(_STATE).fetchone() != before:
                return True
        except psycopg.Error:
            continue
        finally:
            connection.rollback()  # whatever it did, it did not
    return False
