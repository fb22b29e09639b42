"""Each way to play a probe tells a right server from a wrong one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bench.errors import TargetFailed
from bench.model.exchange import Reply, Request
from bench.model.probe import Case, Send
from bench.run.probe_plays import (
    ProbeSession,
    conversation,
    cookie_rules,
    in_process,
    leaked,
    misjudged,
    names,
    script,
    wrong_types,
)
from bench.workloads.probes import DEPTH, wrong_bodies
from tests.builders import target


type Answer = tuple[int, dict[str, str], bytes]
type Handler = Callable[[str, str, bytes, dict[str, str]], Answer]


@contextmanager
def serving(handler: Handler) -> Iterator[int]:
    """A server on a loopback port that answers by a function."""

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = self.rfile.read(length)
            status, extra, body = handler(self.command, self.path, given, headers)
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stand(port: int = 0, said: str = "", *sends: Send, **changes: Any) -> ProbeSession:
    """A case that is ready to be played."""
    case = Case(
        "alpha", "conversation", "", None, ("serve",), {}, (), (), ("python", "x.py"),
        sends, None, True, (), (), "",
    )  # fmt: skip
    return ProbeSession(
        case, target(), "127.0.0.1", port, "", lambda: None, lambda given: said
    )


def shop(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Hands out a cookie and a token, and asks for both."""
    if path == "/login":
        return 200, {"Set-Cookie": "who=ada; Path=/; SameSite=Lax"}, b'key="k-1"'
    right = headers.get("cookie") == "who=ada" and b"key=k-1" in body
    return (200, {}, b'{"sent": true}') if right else (403, {}, b"no")


LOGIN = Send("log in", "GET", "/login", (200,), take={"key": 'key="([^"]+)"'})
PAY = Send(
    "pay", "POST", "/pay", (200,), "key={key}", contains=('"sent":true',), lacks=("no",)
)


def test_a_conversation_keeps_cookies_and_hands_on_what_it_took() -> None:
    """And white space within JSON decides nothing."""
    with serving(shop) as port:
        outcome = conversation(stand(port, "", LOGIN, PAY))
    assert outcome.passed, outcome.came_back
    assert "cookie who; SameSite=Lax" in outcome.evidence
    assert "pay: POST /pay 200, as asked" in outcome.evidence


@pytest.mark.parametrize(
    ("sends", "says"),
    [
        ((PAY,), "pay: status 403, not 200"),
        ((Send("pay", "POST", "/pay", (200, 302)),), "status 403, not 200 or 302"),
        ((Send("in", "GET", "/login", (200,), contains=("k-2",)),), "does not hold 'k-2'"),
        ((Send("in", "GET", "/login", (200,), lacks=("k-1",)),), "holds 'k-1'"),
        ((Send("in", "GET", "/login", (200,), take={"x": "x=(.)"}),), "holds no x"),
    ],
)  # fmt: skip
def test_a_conversation_names_what_went_wrong(
    sends: tuple[Send, ...], says: str
) -> None:
    """Status, missing words, words too many, and nothing to take."""
    with serving(shop) as port:
        outcome = conversation(stand(port, "", *sends))
    assert not outcome.passed
    assert says in outcome.came_back


def is_number(value: Any) -> bool:
    """A JSON number: in Python true is one, too."""
    return isinstance(value, int | float) and not isinstance(value, bool)


RIGHT: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "whole": lambda value: is_number(value) and isinstance(value, int),
    "number": is_number,
    "flag": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
}


def faults(level: Any, path: list[Any]) -> Iterator[list[Any]]:
    """The paths of everything that is wrong in a body."""
    yield from (
        [*path, name] for name, right in RIGHT.items() if not right(level[name])
    )
    for place, item in enumerate(
        level["list"] if isinstance(level["list"], list) else ()
    ):
        if not is_number(item):
            yield [*path, "list", place]
    child = level.get("child")
    if isinstance(child, dict) and "text" in child:
        yield from faults(child, [*path, "child"])
    elif child is not None:
        yield [*path, "child"]


def refusing(shape: Callable[[list[Any]], Any]) -> Handler:
    """A server that checks the nested body by hand and words its errors in a shape."""

    def handler(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        paths = list(faults(json.loads(body), []))
        if not paths:
            return 200, {}, b"{}"
        return 422, {}, json.dumps(shape(paths[0])).encode()

    return handler


def as_list(path: list[Any]) -> Any:
    """A list of faults with the path of each."""
    return {"detail": [{"loc": ["body", *path], "msg": "wrong"}]}


def as_tree(path: list[Any]) -> Any:
    """A tree of the body's own shape."""
    tree: Any = ["wrong"]
    for step in reversed(path):
        tree = {str(step): tree}
    return tree


@pytest.mark.parametrize("shape", [as_list, as_tree])
def test_wrong_types_are_refused_in_either_form(shape: Callable[[Any], Any]) -> None:
    """At every depth, whatever form the framework's errors have."""
    with serving(refusing(shape)) as port:
        outcome = wrong_types(stand(port))
    assert outcome.passed, outcome.evidence
    assert "all 240 refused" in outcome.came_back


def test_an_error_without_its_path_is_not_enough() -> None:
    """ "Something is wrong" helps nobody eight levels deep."""
    with serving(refusing(lambda path: as_list(path[-1:]))) as port:
        outcome = wrong_types(stand(port))
    assert not outcome.passed
    # Only at depth 1 is the last step the whole path.
    assert "of 240 refused with the path of the fault" in outcome.came_back
    assert any("the error names no such path" in line for line in outcome.evidence)


def test_a_server_that_takes_everything_does_not_pass() -> None:
    """And what it took is named."""
    with serving(lambda *asked: (200, {}, b"{}")) as port:
        outcome = wrong_types(stand(port))
    assert not outcome.passed
    assert outcome.came_back == "0 of 240 refused with the path of the fault"


def test_a_server_that_refuses_everything_does_not_pass() -> None:
    """The right body must be taken, or refusing proves nothing."""
    with serving(lambda *asked: (422, {}, b"{}")) as port:
        assert not wrong_types(stand(port)).passed


def test_the_corpus_has_every_type_at_every_depth() -> None:
    """Depths 1 to 8; at each, every declared type meets every other JSON type."""
    kinds = {(wrong.depth, wrong.declared, wrong.given) for wrong in wrong_bodies()}
    assert {depth for depth, _, _ in kinds} == set(range(1, DEPTH + 1))
    by_depth = {d: {(a, b) for e, a, b in kinds if e == d} for d in range(1, DEPTH + 1)}
    assert len({frozenset(pairs) for pairs in by_depth.values()}) == 1
    assert len(by_depth[1]) == 34  # 6 x 6, less 7 for a number and null for a child
    deepest = next(wrong for wrong in wrong_bodies() if wrong.depth == DEPTH)
    assert deepest.path == (*("child",) * 7, "text")


def test_a_path_is_found_only_where_it_is() -> None:
    """Neither a part of it nor another one will do."""
    reply = Reply(422, json.dumps(as_list(["a", "b"])).encode())
    assert names(reply, ("a", "b"))
    assert not names(reply, ("a",)) and not names(reply, ("b",))
    assert not names(Reply(422, b"not JSON"), ("a",))
    wrong = next(iter(wrong_bodies()))
    assert "status 200" in str(misjudged(wrong, Reply(200, b"{}")))


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (404, b"", None),
        (422, b"{}", None),
        (200, b"[]", None),
        (200, b'[{"id": 1}]', "answered with"),
        (200, b'{"id": 1}', "answered with"),
        (500, b"", "status 500"),
        (201, b"", "status 201"),
    ],
)
def test_a_leak_is_told_from_a_refusal(
    status: int, body: bytes, fault: str | None
) -> None:
    """A row in the answer, or a server that fell over."""
    leak = leaked(Request("GET", "/db/x"), Reply(status, body))
    assert (leak is None) if fault is None else (fault in str(leak))


def test_a_script_says_its_own_outcome() -> None:
    """And one that says something else could not be played."""
    said = {"passed": False, "sent": "a", "came_back": "b", "evidence": ["c"]}
    outcome = script(stand(0, json.dumps(said)))
    assert (outcome.passed, outcome.evidence) == (False, ("c",))
    for broken in ("", "{}", '{"passed": 1'):
        with pytest.raises(TargetFailed, match="cannot be read"):
            script(stand(0, broken))


def test_in_process_replies_are_checked_like_any_others() -> None:
    """A client that answers everything with 200 and nothing does not pass."""

    def answers(given: str) -> str:
        reply = {"status": 200, "content_type": "text/plain", "body": ""}
        return json.dumps([reply for _ in json.loads(given)])

    plain = stand()
    outcome = in_process(
        ProbeSession(plain.case, plain.target, "", 0, "", plain.reset, answers)
    )
    assert not outcome.passed and outcome.evidence
    with pytest.raises(TargetFailed, match="0 replies to"):
        in_process(stand(0, "[]"))


def test_a_cookie_is_told_without_its_value() -> None:
    """What counts are its rules; its value is nobody's business."""
    line = "session=secret; Path=/; HttpOnly; Expires=Mon, 01 Jan 2035 00:00:00 GMT"
    assert cookie_rules(line) == "session; HttpOnly"
