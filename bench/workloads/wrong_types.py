"""
Bodies that nest eight levels deep, each wrong in one place.

A value is *unmistakably* wrong where no reading of it gives the declared
type. Where one could be read as it (`true` as 1, 7 as "7"), validators differ
by design: those bodies are sent and recorded, and decide nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.workloads.answers import encoded


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
