"""
Bodies for the validating route: which are right, and where the others are wrong.

Only cases that the three validators in use see alike belong to VECTORS; those
on which validators differ by design are PROBES: recorded, never forced.
"""

import copy
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.workloads.orders import Order, make_order


type Path = tuple[str | int, ...]

JSON = "application/json"
GONE = object()


@dataclass(frozen=True, slots=True)
class Vector:
    """One body; `wrong` holds the paths that a 422 must name, None: not compared."""

    name: str
    body: bytes
    status: int
    wrong: frozenset[Path] | None = None
    workload: str = "validate"
    route: str = "/validate"
    content_type: str = JSON
    answer: object = None  # written down beforehand; None: the workload's check knows


def sample() -> Order:
    """The valid order of three items that every vector is one change away from."""
    return make_order(random.Random(42), items=3) | {"coupon": "WELCOME10"}


def changed(*changes: tuple[Path, Any]) -> Order:
    """The sample with values replaced; GONE takes one away."""
    order = sample()
    for path, value in changes:
        place: Any = order
        for step in path[:-1]:
            place = place[step]
        if value is GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = copy.deepcopy(value)
    return order


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _at(text: str) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in text.split("."))


def _wrong(place: str, title: str, value: Any, at: str | None = None) -> Vector:
    """One value at one place; the error belongs there, or at `at`."""
    body = _encoded(changed((_at(place), value)))
    return Vector(f"{place}: {title}", body, 422, frozenset({_at(at or place)}))


def _right(title: str, *changes: tuple[str, Any]) -> Vector:
    body = _encoded(changed(*((_at(place), value) for place, value in changes)))
    return Vector(title, body, 200)


_ITEM = sample()["items"][0]
_OPTION = {"key": "colour", "value": "red"}
_ADDRESS = "customer.address"
_GEO = f"{_ADDRESS}.geo"

VALID: Sequence[Vector] = (
    _right("as it is"),
    _right("coupon missing", ("coupon", GONE)),
    _right("coupon null", ("coupon", None)),
    _right("coupon of 20 characters", ("coupon", "C" * 20)),
    _right("option value empty", ("items.0.options.0.value", "")),
    _right("unknown field", ("note", "ring twice")),
    _right("unknown nested field", (f"{_GEO}.altitude", 12)),
    _right("no tags, no options", ("items.1.tags", []), ("items.1.options", [])),
    _right("50 items", ("items", [_ITEM] * 50)),
    _right("whole number as latitude", (f"{_GEO}.lat", -90)),
    _right("largest numbers", ("items.0.qty", 999), ("items.0.unit_cents", 10_000_000)),
    _right("letters beyond ASCII", ("customer.name", "Zoë Łukasz 山田")),
    Vector(
        "charset in the content type",
        _encoded(sample()),
        200,
        content_type="application/json; charset=utf-8",
    ),
)

INVALID: Sequence[Vector] = (
    _wrong("order_id", "missing", GONE),
    _wrong("order_id", "null", None),
    _wrong("order_id", "lower case", "ord-000042"),
    _wrong("order_id", "too short", "ORD-42"),
    _wrong("order_id", "a list", []),
    _wrong("placed_on", "missing", GONE),
    _wrong("placed_on", "no such day", "2026-02-30"),
    _wrong("placed_on", "with a time of day", "2026-01-31T10:30:00"),
    _wrong("placed_on", "a number", 20260131),
    _wrong("customer", "missing", GONE),
    _wrong("customer", "null", None),
    _wrong("customer", "a list", []),
    _wrong("customer", "text", "Ada Byron"),
    _wrong("customer.name", "empty", ""),
    _wrong("customer.name", "null", None),
    _wrong("customer.name", "81 characters", "n" * 81),
    _wrong("customer.email", "no @", "ada.example.org"),
    _wrong("customer.email", "121 characters", "a" * 109 + "@example.org"),
    _wrong(_ADDRESS, "missing", GONE),
    _wrong(f"{_ADDRESS}.city", "missing", GONE),
    _wrong(f"{_ADDRESS}.street", "121 characters", "s" * 121),
    _wrong(f"{_ADDRESS}.postcode", "four digits", "1234"),
    _wrong(f"{_ADDRESS}.postcode", "a letter", "1234a"),
    _wrong(_GEO, "null", None),
    _wrong(_GEO, "a list", [51.5, 0]),
    _wrong(_GEO, "text", "51.5,0"),
    _wrong(f"{_GEO}.lat", "missing", GONE),
    _wrong(f"{_GEO}.lat", "91", 91),
    _wrong(f"{_GEO}.lat", "text", "north"),
    _wrong(f"{_GEO}.lon", "-180.5", -180.5),
    _wrong("items", "missing", GONE),
    _wrong("items", "null", None),
    _wrong("items", "empty", []),
    _wrong("items", "an object", {}),
    _wrong("items", "text", "x"),
    _wrong("items", "51 of them", [_ITEM] * 51),
    _wrong("items.1", "null", None),
    _wrong("items.1", "a number", 7),
    _wrong("items.1.sku", "lower case", "ab1234"),
    _wrong("items.1.qty", "missing", GONE),
    _wrong("items.1.qty", "null", None),
    _wrong("items.1.qty", "0", 0),
    _wrong("items.1.qty", "1000", 1000),
    _wrong("items.1.qty", "text", "abc"),
    _wrong("items.1.unit_cents", "-1", -1),
    _wrong("items.1.tags", "six of them", ["t"] * 6),
    _wrong("items.1.tags.0", "21 characters", "t" * 21),
    _wrong("items.1.options", "six of them", [_OPTION] * 6),
    _wrong("items.2.options.1.key", "missing", GONE),
    _wrong("items.2.options.1.value", "61 characters", "v" * 61),
    _wrong("coupon", "21 characters", "C" * 21),
    Vector(
        "three errors at once",
        _encoded(
            changed(
                ((*_at(_GEO), "lat"), GONE),
                (("items", 1, "qty"), 0),
                (("items", 2, "options", 1, "key"), GONE),
            )
        ),
        422,
        frozenset(
            {
                _at(f"{_GEO}.lat"),
                _at("items.1.qty"),
                _at("items.2.options.1.key"),
            }
        ),
    ),
    Vector(
        "everything missing",
        b"{}",
        422,
        frozenset({("order_id",), ("placed_on",), ("customer",), ("items",)}),
    ),
    Vector("null instead of an order", b"null", 422),
    Vector("a list instead of an order", b"[]", 422),
)

VECTORS: Sequence[Vector] = (*VALID, *INVALID)


def _probe(place: str, title: str, value: Any) -> Vector:
    return Vector(f"{place}: {title}", _encoded(changed((_at(place), value))), 0)


PROBES: Sequence[Vector] = (
    _probe("items.1.qty", 'text "5"', "5"),
    _probe("items.1.qty", "5.0", 5.0),
    _probe("items.1.qty", "5.5", 5.5),
    _probe("items.1.qty", "true", True),
    _probe(f"{_GEO}.lat", 'text "51.5"', "51.5"),
    _probe(f"{_GEO}.lat", "true", True),
    _probe("customer.name", "a number", 123),
    _probe("customer.name", "only blanks", "   "),
    _probe("items.1.tags.0", "a number", 1),
    _probe("coupon", "empty", ""),
    _probe(f"{_ADDRESS}.postcode", "a line's end after it", "12345\n"),
    _probe("placed_on", "without hyphens", "20260131"),
    _probe("customer.name", "a NUL character", "a\x00b"),
)
