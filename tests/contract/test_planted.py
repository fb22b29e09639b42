"""Faults planted between a right target and the suite are all found."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench.model.exchange import Reply, Request
from bench.run.contract import ContractResult, play, verify
from tests.contract.between import Plant, in_between
from tests.contract.stages import TARGETS, Stage


pytestmark = pytest.mark.live

RIGHT = next(t for t in TARGETS if t.id.startswith("flask@"))


def at(method: str, path: str) -> Callable[[Request, Reply], bool]:
    """Whether it is the reply to exactly this request."""
    return lambda request, reply: (request.method, request.path) == (method, path)


def with_value(change: Callable[[Any], Any]) -> Callable[[Reply], Reply]:
    """The same reply with another JSON value in it."""
    return lambda reply: replace(
        reply, body=json.dumps(change(json.loads(reply.body))).encode()
    )


def with_header(name: str, value: str | None) -> Callable[[Reply], Reply]:
    """The same reply with a header set, or without it."""

    def change(reply: Reply) -> Reply:
        kept = {n: v for n, v in reply.headers.items() if n != name}
        return replace(reply, headers=kept if value is None else {**kept, name: value})

    return change


def status(code: int) -> Callable[[Reply], Reply]:
    """The same reply under another status."""
    return lambda reply: replace(reply, status=code)


PLANTS = (
    Plant("hello: answers", at("GET", "/hello"), with_header("content-type", "text/plain")),
    Plant("json: answers", at("GET", "/json"), with_value(lambda v: {"message": "Hello"})),
    Plant("GET /db/7", at("GET", "/db/7"), with_value(lambda v: {**v, "randomNumber": 1145})),
    Plant("GET /db/10000", at("GET", "/db/10000"), with_value(lambda v: {**v, "randomNumber": 721.0})),
    Plant("GET /queries?n=3&seed=2", at("GET", "/queries?n=3&seed=2"), with_value(lambda v: v[::-1])),
    Plant("POST /updates?n=3&seed=2", at("POST", "/updates?n=3&seed=2"), with_value(lambda v: v[:2])),
    Plant("GET /db/0", at("GET", "/db/0"), status(500)),
    Plant("GET /io?ms=5001", at("GET", "/io?ms=5001"), with_value(lambda v: {"errors": [{"loc": ["query", "ms"], "msg": "x"}]})),
    Plant("POST /hello", at("POST", "/hello"), with_header("allow", None)),
    Plant("headers of /io?ms=0", at("GET", "/io?ms=0"), with_header("set-cookie", "a=b")),
    Plant("rendezvous", at("GET", "/rendezvous?parties=2"), with_value(lambda v: {"met": False})),
    Plant("POST /validate: over 1 MiB", lambda q, r: r.status == 413, status(400)),
    Plant("validate: three errors at once", lambda q, r: len(r.body) > 0 and b"errors" in r.body, with_value(lambda v: {"errors": v["errors"][:1]})),
    Plant("validate: as it is", lambda q, r: b"total_cents" in r.body, with_value(lambda v: {**v, "total_cents": 1})),
    Plant("html: answers", at("GET", "/fortunes"), lambda reply: replace(reply, body=reply.body.replace(b"&lt;", b"<"))),
    Plant("headers of /fortunes", at("GET", "/fortunes"), with_header("vary", "Cookie")),
    Plant("predict: zeros", lambda q, r: b"score" in r.body, with_value(lambda v: {"score": v["score"] + 2e-6})),
    Plant("predict: text NaN among them", at("POST", "/predict"), lambda reply: replace(reply, status=500) if reply.status == 422 else reply),
    Plant("nested: depth 8: every count negative", lambda q, r: q.path == "/nested/8" and r.status == 422, with_value(lambda v: {"errors": v["errors"][1:]})),
    Plant("nested: depth 2: written by hand", at("POST", "/nested/2"), with_value(lambda v: {**v, "total": 8})),
    Plant("large: 500 items", lambda q, r: b"lines" in r.body, with_value(lambda v: {**v, "lines": v["lines"][1:]})),
    Plant("GET /no-such-path", at("GET", "/no-such-path"), status(200)),
)  # fmt: skip


@pytest.fixture(scope="module")
def right(stage: Stage) -> Iterator[tuple[str, int, Stage]]:
    """A right target that runs for the whole module."""
    server = stage.engine.start(RIGHT, stage.placement, hash_seed=0)
    try:
        yield server.host, server.port, stage
    finally:
        server.stop()


@pytest.fixture(scope="module")
def found(right: tuple[str, int, Stage]) -> dict[str, ContractResult]:
    """What the suite finds with all faults planted at once."""
    host, port, stage = right
    with in_between(host, port, PLANTS) as port_between:
        findings = play("127.0.0.1", port_between, RIGHT, reset=stage.database.reset)
        return {finding.name: finding for finding in findings}


def test_nothing_is_found_without_faults(right: tuple[str, int, Stage]) -> None:
    """The server in between is not itself what the suite finds."""
    host, port, stage = right
    with in_between(host, port, ()) as port_between:
        findings = play("127.0.0.1", port_between, RIGHT, reset=stage.database.reset)
        assert [f for f in findings if f.ok is False] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.finding)
def test_planted_fault_is_found(found: dict[str, ContractResult], plant: Plant) -> None:
    """Each planted fault breaks the finding that is there for it."""
    assert found[plant.finding].ok is False


def test_untouched_findings_stay_right(found: dict[str, ContractResult]) -> None:
    """Where nothing was planted nothing is found."""
    for name in ("wait: answers", "GET /db/1", "POST /validate: malformed JSON"):
        assert found[name].ok is True, found[name].detail


def test_extra_statements_are_found(right: tuple[str, int, Stage]) -> None:
    """A database that is asked twice as often as agreed is a breach."""
    host, port, stage = right
    name = f"bench-{port}"

    def doubled() -> list[str]:
        return stage.database.statements(name) * 2

    findings = play(host, port, RIGHT, reset=stage.database.reset, statements=doubled)
    counts = [f for f in findings if f.name.startswith("statements of")]
    assert len(counts) == 5
    assert all(f.ok is False for f in counts)


def test_a_validator_that_stops_early_must_say_so(
    right: tuple[str, int, Stage],
) -> None:
    """One fault of several is enough only for a target whose table says so; a wrong one never."""
    host, port, stage = right
    name = "validate: three errors at once"
    first = Plant(name, lambda q, r: b"errors" in r.body, with_value(lambda v: {"errors": v["errors"][:1]}))  # fmt: skip
    other = Plant(name, lambda q, r: b"errors" in r.body, with_value(lambda v: {"errors": [{"loc": ["x"], "msg": ""}]}))  # fmt: skip
    for plant, all_named, ok in ((first, True, False), (first, False, True), (other, False, False)):  # fmt: skip
        target = replace(RIGHT, workloads=("validate",), names_all_faults=all_named)
        with in_between(host, port, (plant,)) as port_between:
            played = play("127.0.0.1", port_between, target, reset=stage.database.reset)
            findings = {f.name: f for f in played}
        assert findings[name].ok is ok


def test_unexpected_serial_server_is_found(right: tuple[str, int, Stage]) -> None:
    """A target that calls itself serial and is not breaks the contract, too."""
    host, port, stage = right
    serial = replace(RIGHT, serial=True, workloads=("wait",))
    findings = {f.name: f for f in play(host, port, serial, reset=stage.database.reset)}
    assert findings["rendezvous"].ok is False


def test_verify_passes_a_right_target(right: tuple[str, int, Stage]) -> None:
    """The quick check before a trial has nothing to say of right answers."""
    host, port, stage = right
    stage.database.reset()
    assert verify(host, port, "db-read") is None
    assert verify(host, port, "validate") is None


def test_verify_names_the_first_wrong_answer(right: tuple[str, int, Stage]) -> None:
    """The quick check says which request was answered wrongly, and how."""
    host, port, _ = right
    with in_between(host, port, PLANTS) as port_between:
        wrong = verify("127.0.0.1", port_between, "json")
    assert wrong is not None
    assert "GET /json" in wrong
    assert "Hello, World!" in wrong


def test_verify_says_when_nobody_answers() -> None:
    """A server that is gone is a wrong answer, not a crash."""
    with in_between("127.0.0.1", 9, ()) as port:
        pass
    wrong = verify("127.0.0.1", port, "hello")
    assert wrong is not None
    assert "no answer" in wrong
