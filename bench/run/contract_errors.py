"""Wrong questions, and what must become of them; never a 500."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.deploy.http_client import ask_on, connected
from bench.model.exchange import Reply, Request
from bench.model.framework import Role
from bench.run.contract_bodies import paths
from bench.run.contract_result import ContractResult, Subject
from bench.workloads.answers import shown
from bench.workloads.vectors import GONE, JSON, VECTORS, Vector, changed, sample


LIMIT_BYTES = 1024 * 1024
FORM = "application/x-www-form-urlencoded"
_SURROGATE = changed(sample(), {"customer.name": "\ud800"})
_NAN = changed(sample(), {"customer.address.geo.lat": float("nan")})
_NO_CITY = json.dumps(changed(sample(), {"customer.address.city": GONE})).encode()


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One wrong question and the answers that it may get."""

    name: str
    needs: tuple[str, ...]  # the workloads whose routes it concerns
    request: Request
    allowed: frozenset[int]
    chunked: bool = False
    at: str | None = None  # the path that a 422 must name
    recorded: bool = False  # any 2xx or 4xx will do, and is shown
    routed: bool = False  # a server without a framework knows no methods
    # Whether it is refused hangs on the validator: for an ablation that brings
    # another one it is recorded, as long as it is no 500.
    of_validator: bool = False


def _get(needs: str, path: str, *allowed: int, at: str | None = None) -> ErrorCase:
    request = Request("GET", path)
    return ErrorCase(
        f"GET {path}", tuple(needs.split()), request, frozenset(allowed), at=at
    )


def _method(needs: str, method: str, path: str) -> ErrorCase:
    name, request = f"{method} {path}", Request(method, path)
    return ErrorCase(name, (needs,), request, frozenset({405}), routed=True)


QUERIES: Sequence[ErrorCase] = (
    _get("db-read", "/db/0", 404),
    _get("db-read", "/db/10001", 404),
    _get("db-read", "/db/2147483648", 404),
    _get("db-read", "/db/99999999999999999999", 404),
    _get("db-read", "/db/-1", 404, 422),
    _get("db-read", "/db/seven", 404, 422),
    _get("db-many", "/queries?n=0&seed=1", 422, at="n"),
    _get("db-many", "/queries?n=501&seed=1", 422, at="n"),
    _get("db-many", "/queries?n=many&seed=1", 422, at="n"),
    _get("db-many", "/queries?seed=1", 422, at="n"),
    _get("db-many", "/queries?n=1&seed=-1", 422, at="seed"),
    _get("db-list", "/worlds?start=0&limit=50", 422, at="start"),
    _get("db-list", "/worlds?start=1&limit=501", 422, at="limit"),
    _get("db-list", "/worlds?start=99999999999&limit=1", 422, at="start"),
    _get("wait", "/io?ms=-1", 422, at="ms"),
    _get("wait", "/io?ms=5001", 422, at="ms"),
    _get("wait", "/io?ms=1.5", 422, at="ms"),
    _get("wait db-read", "/pgsleep?ms=soon", 422, at="ms"),
    _get("wait", "/rendezvous?parties=0", 422, at="parties"),
    ErrorCase(
        "POST /updates?n=0&seed=1",
        ("db-write",),
        Request("POST", "/updates?n=0&seed=1"),
        frozenset({422}),
        at="n",
    ),
    _method("hello", "POST", "/hello"),
    _method("json", "PUT", "/json"),
    _method("db-read", "DELETE", "/db/7"),
    _method("db-write", "GET", "/updates?n=1&seed=1"),
)


def _of_bodies(right: Vector) -> Iterator[ErrorCase]:
    """What every route must say to a body that it cannot take; `right` is one that it takes."""
    route, body = right.route, right.body

    def post(
        name: str, sent: bytes, *allowed: int, kind: str | None = JSON
    ) -> ErrorCase:
        request = Request("POST", route, sent, kind)
        named = f"POST {route}: {name}"
        return ErrorCase(named, (right.workload,), request, frozenset(allowed))

    yield _method(right.workload, "GET", route)
    yield _method(right.workload, "PUT", route)
    yield post("malformed JSON", b'{"order_id":', 400)
    yield post("JSON and more", body + b"x", 400)
    yield post("no body", b"", 400, 422)
    yield post("invalid UTF-8", b'{"order_id":"\xff"}', 400, 422)
    yield post("number of 5000 digits", b'{"order_id":%s}' % (b"9" * 5000), 400, 422)
    yield post("nested 100000 deep", b"[" * 100_000, 400, 422)
    yield post("text/plain", body, 415, 422, kind="text/plain")
    yield post("no content type", body, 415, 422, kind=None)
    yield post("a form", b"order_id=ORD-000042", 415, 422, kind=FORM)
    yield post("just below 1 MiB", body.ljust(LIMIT_BYTES - 1), 200)
    yield post("over 1 MiB", body.ljust(LIMIT_BYTES + 1), 413)
    # Not every interface hands on a body whose length nobody said: a server or a
    # framework may take it for empty. It must not be taken for right, that is all.
    for name, sent, status in (
        ("chunked", body, 200),
        ("chunked, over 1 MiB", body[:-1].ljust(LIMIT_BYTES + 1) + b"}", 413),
    ):
        yield replace(post(name, sent, status), chunked=True, recorded=True)


def _of_orders(right: Vector) -> Iterator[ErrorCase]:
    """What only an order has a place for."""

    def post(name: str, sent: bytes, *allowed: int) -> ErrorCase:
        request = Request("POST", right.route, sent, JSON)
        named = f"POST {right.route}: {name}"
        return ErrorCase(named, (right.workload,), request, frozenset(allowed))

    surrogate = post("a lone surrogate", json.dumps(_SURROGATE).encode(), 400, 422)
    yield replace(surrogate, of_validator=True)
    yield post("not a number as latitude", json.dumps(_NAN).encode(), 400, 422)
    yield post("one field missing, over 1 MiB", _NO_CITY.ljust(LIMIT_BYTES + 1), 413)


def _cases() -> Iterator[ErrorCase]:
    yield from QUERIES
    right: dict[str, Vector] = {}
    for vector in VECTORS:
        if vector.status == 200 and vector.content_type == JSON:
            right.setdefault(vector.workload, vector)
    for vector in right.values():
        yield from _of_bodies(vector)
    yield from _of_orders(right["validate"])


CASES: Sequence[ErrorCase] = tuple(_cases())


def errors(subject: Subject) -> Iterator[ContractResult]:
    """Ask wrongly in every agreed way, as far as the target serves the route."""
    yield _played(subject, _get("", "/no-such-path", 404))
    for case in CASES:
        if all(map(subject.serves, case.needs)) and not (case.routed and subject.bare):
            yield _played(subject, case)


def _played(subject: Subject, case: ErrorCase) -> ContractResult:
    with connected(subject.host, subject.port) as connection:
        reply = ask_on(connection, case.request, chunked=case.chunked)
    wrong = _wrong(case, reply)
    status = str(reply.status)
    another = subject.target.role is Role.ABLATION and subject.target.validator
    if case.of_validator and another and reply.status < 500:
        return ContractResult(case.name, None, status, status, False)
    if case.recorded and reply.status not in case.allowed and not wrong:
        return ContractResult(
            case.name, None, f"{status}: the body was not passed on", status, False
        )
    binding = len(case.allowed) == 1 and not case.recorded
    return ContractResult(case.name, wrong is None, wrong or status, status, binding)


def _wrong(case: ErrorCase, reply: Reply) -> str | None:
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
