"""
What probes send: strings that change what a query means, and bodies that are wrong in one place.

Strings bite where a query is glued together from text. Whether they bite at all
is tried first, on a query that is glued together on purpose: a corpus without
teeth would let everybody pass.

Bodies nest eight levels deep. A value is *unmistakably* wrong where no reading
of it gives the declared type. Where one could be read as it (`true` as 1, 7 as
"7"), validators differ by design: those bodies are sent and recorded, and
decide nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.model.exchange import Request
from bench.workloads.answers import encoded


STRINGS: Sequence[str] = (
    "' OR '1'='1",
    "' OR 1=1 --",
    "x' OR 'a' LIKE '%",
    "' UNION SELECT id, randomnumber::text FROM world --",
    "' UNION SELECT usesysid::int, usename::text FROM pg_user --",
    "' UNION SELECT 1, version() --",
    "'; DELETE FROM fortune; --",
    "'; DROP TABLE fortune; --",
    "'; UPDATE world SET randomnumber = 0; --",
    "'; INSERT INTO fortune VALUES (99, 'planted'); --",
    "'; TRUNCATE world; --",
    "'; CREATE TABLE planted (id integer); --",
    "' || (SELECT message FROM fortune WHERE id = 7) || '",
    "' OR id IN (SELECT id FROM fortune) --",
    "' OR message > '",
    "' OR EXISTS (SELECT 1 FROM world) /*",
    "' /**/OR/**/ 2>1 --",
    "\\' OR 1=1 --",
    "1 OR 1=1",
    "1; DELETE FROM world",
    "1) OR (1=1",
    "1 UNION SELECT id, randomnumber FROM world",
    "0 OR id BETWEEN 1 AND 50",
    "(SELECT 7)",
    "7::text",
    "$$ OR 1=1 $$",
    "%' OR '%'='",
    "%27 OR 1=1 --",
    "\u02bc OR 1=1 --",
    '" OR ""="',
)

GLUED: Sequence[str] = (
    "SELECT id, message FROM fortune WHERE message = '{}'",
    "SELECT id, randomnumber FROM world WHERE id = {}",
)
"""What a careless program would send; only ever sent by the harness itself."""


def into_numbers(text: str) -> Iterator[Request]:
    """The string wherever the contract's database routes take a number."""
    raw = quote(text, safe="")
    yield Request("GET", f"/db/{raw}")
    yield Request("GET", f"/db/7{raw}")
    yield Request("GET", f"/queries?n={raw}&seed=1")
    yield Request("GET", f"/queries?n=1&seed={raw}")
    yield Request("GET", f"/worlds?start={raw}&limit=5")
    yield Request("GET", f"/worlds?start=1&limit={raw}")
    yield Request("POST", f"/updates?n={raw}&seed=1")
    yield Request("POST", f"/updates?n=1&seed={raw}")


def into_text(text: str) -> Request:
    """The string as a value that a query compares rows with."""
    return Request("GET", f"/fortunes?message={quote(text, safe='')}")


type Path = tuple[str | int, ...]

DEPTH = 8
_DECLARED: dict[str, str] = {
    "text": "string",
    "whole": "integer",
    "number": "number",
    "flag": "boolean",
    "list": "array",
    "child": "object",
}
_VALUES: dict[str, Any] = {
    "string": "wrong",
    "integer": 7,
    "number": 7.5,
    "boolean": True,
    "array": [1],
    "object": {"a": 1},
    "null": None,
}
_ALLOWED = {("number", "integer"), ("object", "null")}
"""Not wrong at all: 7 is a number, and a child may be null."""
_READABLE = {
    ("string", "integer"),
    ("string", "number"),
    ("string", "boolean"),
    ("integer", "boolean"),
    ("number", "boolean"),
}


@dataclass(frozen=True, slots=True)
class WrongBody:
    """One body, the depth (from 1) and path of its fault, and the two types."""

    depth: int
    path: Path
    declared: str
    given: str
    readable: bool  # True: could be read as the declared type
    body: bytes


def right_body() -> bytes:
    """The valid body that every wrong one is one change away from."""
    return encoded(_levels())


def wrong_bodies() -> Iterator[WrongBody]:
    """One for each depth, declared type and other JSON type, and one wrong element."""
    for depth in range(1, DEPTH + 1):
        for name, declared in _DECLARED.items():
            for given, value in _VALUES.items():
                if given != declared and (declared, given) not in _ALLOWED:
                    yield _wrong(depth, name, declared, given, value)
        place: Path = (*("child",) * (depth - 1), "list", 1)
        body = _replaced(depth, "list", [1, "wrong"])
        yield WrongBody(depth, place, "integer", "string", False, body)


def _wrong(depth: int, name: str, declared: str, given: str, value: Any) -> WrongBody:
    path: Path = (*("child",) * (depth - 1), name)
    readable = (declared, given) in _READABLE
    return WrongBody(
        depth, path, declared, given, readable, _replaced(depth, name, value)
    )


def _replaced(depth: int, name: str, value: Any) -> bytes:
    root = _levels()
    level = root
    for _ in range(depth - 1):
        level = level["child"]
    level[name] = value
    return encoded(root)


def _levels() -> dict[str, Any]:
    level: dict[str, Any] | None = None
    for _ in range(DEPTH):
        level = {
            "text": "right",
            "whole": 1,
            "number": 0.5,
            "flag": True,
            "list": [1, 2],
            "child": level,
        }
    assert level is not None
    return level
