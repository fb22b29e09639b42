"""Wrong questions, and what must become of them; never a 500."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.model.exchange import Reply, Request
from bench.run.asking import ask_on, connected
from bench.run.contract_bodies import paths
from bench.run.finding import Finding, Subject
from bench.workloads.answers import shown
from bench.workloads.vectors import GONE, JSON, changed, sample


LIMIT_BYTES = 1024 * 1024
_ORDER = json.dumps(sample()).encode()
_SURROGATE = changed((("customer", "name"), "\ud800"))
_NAN = changed((("customer", "address", "geo", "lat"), float("nan")))
_NO_CITY = json.dumps(changed((("customer", "address", "city"), GONE))).encode()


@dataclass(frozen=True, slots=True)
class Case:
    """One wrong question and the answers that it may get."""

    name: str
    request: Request
    allowed: frozenset[int]
    chunked: bool = False
    at: str | None = None  # the path that a 422 must name
    recorded: bool = False  # any 2xx or 4xx will do, and is shown


def _get(path: str, *allowed: int, at: str | None = None) -> Case:
    return Case(f"GET {path}", Request("GET", path), frozenset(allowed), at=at)


def _method(method: str, path: str) -> Case:
    return Case(f"{method} {path}", Request(method, path), frozenset({405}))


def _post(
    name: str,
    body: bytes,
    *allowed: int,
    kind: str | None = JSON,
    chunked: bool = False,
) -> Case:
    request = Request("POST", "/validate", body, kind)
    return Case(f"POST /validate: {name}", request, frozenset(allowed), chunked)


CASES: Sequence[Case] = (
    _get("/db/0", 404),
    _get("/db/10001", 404),
    _get("/db/2147483648", 404),
    _get("/db/99999999999999999999", 404),
    _get("/db/-1", 404, 422),
    _get("/db/seven", 404, 422),
    _get("/queries?n=0&seed=1", 422, at="n"),
    _get("/queries?n=501&seed=1", 422, at="n"),
    _get("/queries?n=many&seed=1", 422, at="n"),
    _get("/queries?seed=1", 422, at="n"),
    _get("/queries?n=1&seed=-1", 422, at="seed"),
    _get("/worlds?start=0&limit=50", 422, at="start"),
    _get("/worlds?start=1&limit=501", 422, at="limit"),
    _get("/worlds?start=99999999999&limit=1", 422, at="start"),
    _get("/io?ms=-1", 422, at="ms"),
    _get("/io?ms=5001", 422, at="ms"),
    _get("/io?ms=1.5", 422, at="ms"),
    _get("/pgsleep?ms=soon", 422, at="ms"),
    _get("/rendezvous?parties=0", 422, at="parties"),
    Case(
        "POST /updates?n=0&seed=1",
        Request("POST", "/updates?n=0&seed=1"),
        frozenset({422}),
        at="n",
    ),
    _method("POST", "/hello"),
    _method("PUT", "/json"),
    _method("DELETE", "/db/7"),
    _method("GET", "/validate"),
    _method("PUT", "/validate"),
    _method("GET", "/updates?n=1&seed=1"),
    _post("malformed JSON", b'{"order_id":', 400),
    _post("JSON and more", _ORDER + b"x", 400),
    _post("no body", b"", 400, 422),
    _post("invalid UTF-8", b'{"order_id":"\xff"}', 400, 422),
    _post("a lone surrogate", json.dumps(_SURROGATE).encode(), 400, 422),
    _post("not a number as latitude", json.dumps(_NAN).encode(), 400, 422),
    _post("number of 5000 digits", b'{"order_id":%s}' % (b"9" * 5000), 400, 422),
    _post("nested 100000 deep", b"[" * 100_000, 400, 422),
    _post("text/plain", _ORDER, 415, 422, kind="text/plain"),
    _post("no content type", _ORDER, 415, 422, kind=None),
    _post("a form", b"order_id=ORD-000042", 415, 422, kind="application/x-www-form-urlencoded"),
    _post("just below 1 MiB", _ORDER.ljust(LIMIT_BYTES - 1), 200),
    _post("over 1 MiB", _ORDER.ljust(LIMIT_BYTES + 1), 413),
    _post("one field missing, over 1 MiB", _NO_CITY.ljust(LIMIT_BYTES + 1), 413),
)  # fmt: skip

# Not every interface hands on a body whose length nobody said: a server or a
# framework may take it for empty. It must not be taken for right, that is all.
CHUNKED: Sequence[Case] = (
    Case(
        "POST /validate: chunked",
        Request("POST", "/validate", _ORDER, JSON),
        frozenset({200}),
        chunked=True,
        recorded=True,
    ),
    Case(
        "POST /validate: chunked, over 1 MiB",
        Request("POST", "/validate", _ORDER[:-1].ljust(LIMIT_BYTES + 1) + b"}", JSON),
        frozenset({413}),
        chunked=True,
        recorded=True,
    ),
)


def errors(subject: Subject) -> Iterator[Finding]:
    """Ask wrongly in every agreed way."""
    yield _played(subject, _get("/no-such-path", 404))
    if subject.target.workloads is None:
        for case in (*CASES, *CHUNKED):
            yield _played(subject, case)


def _played(subject: Subject, case: Case) -> Finding:
    with connected(subject.host, subject.port) as connection:
        reply = ask_on(connection, case.request, chunked=case.chunked)
    wrong = _wrong(case, reply)
    seen = str(reply.status)
    if case.recorded and reply.status not in case.allowed and not wrong:
        return Finding(
            case.name, None, f"{seen}: the body was not passed on", seen, False
        )
    return Finding(case.name, wrong is None, wrong or seen, seen, _binds(case))


def _binds(case: Case) -> bool:
    return len(case.allowed) == 1 and not case.recorded


def _wrong(case: Case, reply: Reply) -> str | None:
    if reply.status not in case.allowed:
        if case.recorded and 400 <= reply.status < 500:
            return None
        wanted = " or ".join(map(str, sorted(case.allowed)))
        return f"expected {wanted}, got {reply.status}: {shown(reply.body)}"
    if reply.status == 405 and "allow" not in reply.headers:
        return "405 without an Allow header"
    if case.at is not None and paths(reply) != frozenset({(case.at,)}):
        return f"expected one error at {case.at!r}, got {shown(reply.body)}"
    return None
