"""
The ways in which a probe is played: what a play gets to work with, and what it says in the end.

A conversation of requests with cookies; bodies with wrong types, or those of the
contract; injection strings against a real PostgreSQL; what a script of the
framework's own environment sees.
"""

import http.client
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any, cast

import psycopg
from psycopg import Connection
from pydantic import TypeAdapter, ValidationError

from bench.deploy.http_client import ask, connected
from bench.errors import TargetFailed
from bench.model.exchange import Reply, Request
from bench.model.framework import Target
from bench.model.probe import Case, Send
from bench.model.workload import Workload
from bench.run.contract_bodies import bodies
from bench.run.contract_result import Subject
from bench.workloads import WORKLOADS
from bench.workloads.probes import (
    DEPTH,
    GLUED,
    STRINGS,
    Path,
    WrongBody,
    into_numbers,
    into_text,
    right_body,
    wrong_bodies,
)
from bench.workloads.vectors import VECTORS


_SHOWN = 4  # faults beside a verdict


@dataclass(frozen=True, slots=True)
class ProbeSession:
    """One case, ready to be played: its server is up, if it has one."""

    case: Case
    target: Target
    host: str
    port: int
    dsn: str  # of the database that all share
    reset: Callable[[], None]  # its rows back to the seed
    script: Callable[[str], str]  # stdin of the case's script -> its stdout

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ObservedRequests:
    """What was sent, what came back, and whether that is what was asked for."""

    passed: bool
    sent: str
    came_back: str
    evidence: tuple[str, ...] = ()


type Play = Callable[[ProbeSession], ObservedRequests]


class Visitor:
    """Sends like a browser that honours nothing: every cookie goes back, everywhere."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._cookies: dict[str, str] = {}
        self.cookie_words: list[str] = []  # the Set-Cookie headers as they came

    def send(self, request: Send, taken: Mapping[str, str]) -> Reply:
        """The reply to one request; OSError or HTTPException when there is none."""
        body = filled(request.body, taken).encode() if request.body else None
        headers = {n: filled(v, taken) for n, v in request.headers.items()}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self._cookies.items())
        with connected(self._host, self._port) as connection:
            path = filled(request.path, taken)
            connection.request(request.method, path, body, headers)
            return self._read(connection.getresponse())

    def _read(self, response: http.client.HTTPResponse) -> Reply:
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookie_words.append(line)
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, response.read(), headers)


def conversation(stand: ProbeSession) -> ObservedRequests:
    """Send all, stop at nothing: a later answer may show what an earlier one did."""
    visitor = Visitor(stand.host, stand.port)
    taken: dict[str, str] = {}
    faults, evidence, answers = [], [], []
    for request in stand.case.sends:
        reply = visitor.send(request, taken)
        fault = wrong(request, reply, taken)
        faults += [f"{request.why}: {fault}"] if fault else []
        answers.append(f"{request.why}: {reply.status}")
        mark = "as asked" if fault is None else "NOT as asked"
        evidence.append(
            f"{request.why}: {request.method} {request.path} {reply.status}, {mark}"
        )
    cookies = dict.fromkeys(map(cookie_rules, visitor.cookie_words))
    evidence += [f"cookie {words}" for words in cookies]
    sent = f"{len(stand.case.sends)} requests: " + "; ".join(
        f"{send.method} {send.path}" for send in stand.case.sends
    )
    back = "; ".join(faults) or f"every answer as asked ({', '.join(answers)})"
    return ObservedRequests(not faults, sent, back, tuple(evidence))


def wrong(request: Send, reply: Reply, taken: dict[str, str]) -> str | None:
    """What is wrong with a reply, or None; what it hands on is put into `taken`."""
    text = reply.body.decode(errors="replace")
    if reply.status not in request.status:
        asked = " or ".join(map(str, request.status))
        return f"status {reply.status}, not {asked}"
    # White space in JSON differs between libraries and says nothing.
    dense = re.sub(r"\s", "", text)
    for part in request.contains:
        if part not in text and re.sub(r"\s", "", part) not in dense:
            return f"its body does not hold {part!r}"
    for part in request.lacks:
        if part in text:
            return f"its body holds {part!r}"
    for name, pattern in request.take.items():
        match = re.search(pattern, text)
        if match is None:
            return f"its body holds no {name}"
        taken[name] = match[1]
    return None


def filled(text: str, taken: Mapping[str, str]) -> str:
    """What earlier answers handed out, where its {name} stands."""
    for name, value in taken.items():
        text = text.replace("{" + name + "}", value)
    return text


def cookie_rules(line: str) -> str:
    """A Set-Cookie header without the value: its name and its rules."""
    first, *rules = [part.strip() for part in line.split(";")]
    kept = [
        rule for rule in rules if rule.lower().split("=")[0] not in {"expires", "path"}
    ]
    return "; ".join([first.partition("=")[0], *kept])


REFUSALS = (400, 422)


def wrong_types(stand: ProbeSession) -> ObservedRequests:
    """Every unmistakably wrong body must be refused with its path, the right one taken."""
    faults: list[str] = []
    sent: Counter[int] = Counter()
    read: Counter[str] = Counter()
    readable = 0
    right = _post(stand, right_body())
    if right.status != 200:
        faults.append(f"the right body was answered with {right.status}")
    for body in wrong_bodies():
        reply = _post(stand, body.body)
        if body.readable:
            readable += 1
            read[f"{body.given} as {body.declared}"] += reply.status == 200
            continue
        sent[body.depth] += 1
        faults += [fault] if (fault := misjudged(body, reply)) else []
    total = sent.total()
    taken = [f"{what} {count} times" for what, count in read.items() if count]
    evidence = [
        f"depths 1 to {DEPTH}: " + ", ".join(str(sent[d]) for d in sorted(sent)),
        f"of {readable} bodies that can be read as right, it took "
        + (", ".join(taken) if taken else "none"),
        *faults[:_SHOWN],
    ]
    return ObservedRequests(
        not faults,
        f"the right body, and {total} with one wrong type each, at depths 1 to {DEPTH}",
        f"{total - len(faults)} of {total} refused with the path of the fault"
        if faults
        else f"all {total} refused, each with the path of its fault",
        tuple(evidence),
    )


def misjudged(body: WrongBody, reply: Reply) -> str | None:
    """Why a reply to a wrong body is not what was asked for; None if it is."""
    where = ".".join(map(str, body.path))
    what = f"{body.given} for {body.declared} at {where}"
    if reply.status not in REFUSALS:
        return f"{what}: status {reply.status}"
    if not names(reply, body.path):
        return f"{what}: the error names no such path"
    return None


def names(reply: Reply, path: Path) -> bool:
    """Whether an error names that path: in a list with `loc`, or as a tree of the body's shape."""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return False
    return _in_list(answer, path) or _in_tree(answer, path)


def _in_list(answer: Any, path: Path) -> bool:
    if not isinstance(answer, dict):
        return False
    for errors in answer.values():
        for error in errors if isinstance(errors, list) else []:
            loc = error.get("loc") if isinstance(error, dict) else None
            # Some begin with the part of the request: "body".
            if isinstance(loc, list) and tuple(loc) in {path, ("body", *path)}:
                return True
    return False


def _in_tree(place: Any, path: Path) -> bool:
    for step in path:
        if isinstance(place, dict) and str(step) in place:
            place = place[str(step)]
        elif isinstance(place, list) and isinstance(step, int) and step < len(place):
            place = place[step]
        else:
            return False
    return bool(place)


def contract(stand: ProbeSession) -> ObservedRequests:
    """The part of the contract that is about bodies, on a measured target."""
    subject = Subject(stand.host, stand.port, stand.target, stand.reset, None, 1)
    results = list(bodies(subject))
    failed = [
        f"{result.name}: {result.detail}" for result in results if result.ok is not True
    ]
    return ObservedRequests(
        bool(results) and not failed,
        f"{len(results)} bodies of the contract, right and wrong ones",
        f"{len(results) - len(failed)} of {len(results)} answered as the contract asks",
        tuple(failed[:_SHOWN]),
    )


def _post(stand: ProbeSession, body: bytes) -> Reply:
    request = Request("POST", "/nested", body, "application/json")
    return ask(stand.host, stand.port, request)


INJECTION_REFUSALS = (400, 404, 405, 422)
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
    if reply.status in INJECTION_REFUSALS:
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
            cursor = connection.execute(cast(Any, pattern.format(text)))
            rows = cursor.fetchall() if cursor.description else []
            if rows or connection.execute(_STATE).fetchone() != before:
                return True
        except psycopg.Error:
            continue
        finally:
            connection.rollback()  # whatever it did, it did not
    return False


SEED = 7
EACH = 6
_SEEN = TypeAdapter(ObservedRequests)


def script(stand: ProbeSession) -> ObservedRequests:
    """The script's own outcome: one JSON object with passed, sent, came_back, evidence."""
    said = stand.script("")
    try:
        return _SEEN.validate_json(said)
    except ValidationError as error:
        raise TargetFailed(
            f"{' '.join(stand.case.script)}: its outcome cannot be read: "
            f"{error.errors()[0]['msg']}",
            log_tail=said[-400:],
        ) from error


def in_process(stand: ProbeSession) -> ObservedRequests:
    """The contract's workloads and bodies through the framework's own test client."""
    asked = list(_asked())
    bodies = [
        Request("POST", vector.route, vector.body, vector.content_type)
        for vector in VECTORS
    ]
    requests = [*(request for _, request in asked), *bodies]
    stand.reset()
    try:
        replies = _replies(stand, requests)
    finally:
        stand.reset()
    faults = [
        f"{request.method} {request.path}: {fault}"
        for (work, request), reply in zip(asked, replies, strict=False)
        if (fault := work.check(request, reply))
    ]
    for vector, reply in zip(VECTORS, replies[len(asked) :], strict=True):
        if reply.status != vector.status:
            faults.append(
                f"{vector.workload}: {vector.name}: {reply.status}, not {vector.status}"
            )
    right = len(requests) - len(faults)
    return ObservedRequests(
        not faults,
        f"{len(asked)} requests of {len(WORKLOADS)} workloads and {len(bodies)} bodies, "
        "with no server",
        f"{right} of {len(requests)} answered as the contract asks",
        tuple(faults[:_SHOWN]),
    )


def _asked() -> Iterator[tuple[Workload, Request]]:
    for work in WORKLOADS.values():
        for request in list(work.requests(SEED))[:EACH]:
            yield work, request


def _replies(stand: ProbeSession, requests: list[Request]) -> list[Reply]:
    given = json.dumps(
        [
            {
                "method": request.method,
                "path": request.path,
                "body": None if request.body is None else request.body.decode(),
                "content_type": request.content_type,
            }
            for request in requests
        ]
    )
    said = stand.script(given)
    try:
        replies = [
            Reply(
                answer["status"],
                answer["body"].encode(),
                {"content-type": answer["content_type"]},
            )
            for answer in json.loads(said)
        ]
    except (ValueError, LookupError, TypeError) as error:
        raise TargetFailed(
            f"{' '.join(stand.case.script)}: its replies cannot be read: {error}",
            log_tail=said[-400:],
        ) from error
    if len(replies) != len(requests):
        raise TargetFailed(f"{len(replies)} replies to {len(requests)} requests")
    return replies
