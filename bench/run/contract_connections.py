"""Connections and headers, and whether two requests are ever inside at once."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.deploy.http_client import ask_on, connected
from bench.model.exchange import Reply, Request
from bench.run.contract_result import ContractResult, Subject
from bench.workloads.answers import read_json


FORBIDDEN = ("set-cookie", "etag", "content-encoding", "server-timing")
RENDEZVOUS_LIMIT_S = 60  # a serial server lets each party wait five seconds alone
_PATHS = {
    "hello": "/hello",
    "json": "/json",
    "db-read": "/db/7",
    "html": "/fortunes",
    "wait": "/io?ms=0",
}


def connections(subject: Subject) -> Iterator[ContractResult]:
    """Ask how connections and headers are treated, then for two requests at once."""
    paths = [path for name, path in _PATHS.items() if subject.serves(name)]
    # Whatever else a target answers, it answers whether it is well.
    yield _keeps_alive(subject, [*paths, "/healthz"][0])
    for path in paths:
        yield from _headers(subject, path)
    if subject.serves("wait"):
        yield _waits(subject)
        yield _gone_client(subject)
        yield _rendezvous(subject)


def _keeps_alive(subject: Subject, path: str) -> ContractResult:
    request = Request("GET", path)
    with connected(subject.host, subject.port) as connection:
        ask_on(connection, request)
        first = connection.sock
        ask_on(connection, request)
        kept = first is not None and connection.sock is first
    behaviour = "kept" if kept else "closed after each answer"
    ok = kept == subject.target.keeps_alive
    return ContractResult("keep-alive", ok, behaviour, behaviour, binding=False)


def _headers(subject: Subject, path: str) -> Iterator[ContractResult]:
    with connected(subject.host, subject.port) as connection:
        request = Request("GET", path)
        reply = ask_on(connection, request, {"Accept-Encoding": "gzip"})
    wrong = _wrong_headers(reply)
    yield ContractResult(f"headers of {path}", wrong is None, wrong or "right")
    size = sum(len(name) + len(value) + 4 for name, value in reply.headers.items())
    names = ", ".join(sorted(reply.headers))
    recorded = f"{size} bytes: {names}"
    yield ContractResult(
        f"headers of {path}: recorded", None, recorded, recorded, binding=False
    )


def _wrong_headers(reply: Reply) -> str | None:
    forbidden = [name for name in FORBIDDEN if name in reply.headers]
    if forbidden:
        return f"must not be there: {', '.join(forbidden)}"
    if "cookie" in reply.headers.get("vary", "").lower():
        return "the answer varies by cookie"
    if reply.headers.get("content-length") != str(len(reply.body)):
        return f"content-length is {reply.headers.get('content-length')!r} for {len(reply.body)} bytes"
    return None if "date" in reply.headers else "there is no date"


def _waits(subject: Subject) -> ContractResult:
    """A lower bound only: how much longer it takes is for the clock of a run."""
    began = time.monotonic()
    reply = subject.get("/io?ms=50")
    took_ms = (time.monotonic() - began) * 1000
    ok = reply.status == 200 and took_ms >= 50
    return ContractResult(
        "GET /io?ms=50 waits", ok, f"{reply.status} after {took_ms:.0f} ms"
    )


def _gone_client(subject: Subject) -> ContractResult:
    """What a client leaves behind that does not wait for its answer."""
    question = f"GET /io?ms=200 HTTP/1.1\r\nHost: {subject.host}\r\n\r\n"
    with socket.create_connection((subject.host, subject.port), timeout=5) as left:
        left.sendall(question.encode())
    reply = subject.get("/io?ms=0")
    _, wrong = read_json(reply)
    return ContractResult(
        "served on after a client went away", wrong is None, wrong or "yes"
    )


def _rendezvous(subject: Subject) -> ContractResult:
    """
    Two requests inside the handlers of one process at the same time, or never.

    With one request more than there are processes, two share a process.
    """
    parties = subject.workers + 1
    with ThreadPoolExecutor(parties) as pool:
        replies = list(pool.map(lambda _: _come(subject), range(parties)))
    bodies = [read_json(reply) for reply in replies]
    met = any(wrong is None and answer == {"met": True} for answer, wrong in bodies)
    behaviour = "met" if met else "never met: one request at a time"
    ok = met is not subject.target.serial
    return ContractResult("rendezvous", ok, behaviour, behaviour, binding=False)


def _come(subject: Subject) -> Reply:
    with connected(subject.host, subject.port, RENDEZVOUS_LIMIT_S) as connection:
        return ask_on(connection, Request("GET", "/rendezvous?parties=2"))
