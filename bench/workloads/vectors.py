"""
Bodies for the validating routes: which are right, and where the others are wrong.

Only cases that the three validators in use see alike belong to VECTORS; those
on which validators differ by design are PROBES: recorded, never forced.
"""

import copy
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.workloads.answers import encoded
from bench.workloads.predict import FEATURES, body_of
from bench.workloads.validating import (
    DEEPEST,
    Order,
    make_level,
    make_long_order,
    make_order,
)


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


def changed(whole: Any, changes: Mapping[str, Any]) -> Any:
    """A copy with values replaced, each by its place ("items.0.qty"); GONE takes one away."""
    whole = copy.deepcopy(whole)
    for place, value in changes.items():
        *way, last = _at(place)
        inner = whole
        for step in way:
            inner = inner[step]
        if value is GONE:
            del inner[last]
        else:
            inner[last] = copy.deepcopy(value)
    return whole


def _at(text: str) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in text.split("."))


def _wrong(place: str, title: str, value: Any) -> Vector:
    """One value at one place; the error belongs there."""
    body = encoded(changed(sample(), {place: value}))
    return Vector(f"{place}: {title}", body, 422, frozenset({_at(place)}))


def _right(title: str, changes: Mapping[str, Any]) -> Vector:
    return Vector(title, encoded(changed(sample(), changes)), 200)


_ITEM = sample()["items"][0]
_OPTION = {"key": "colour", "value": "red"}
_ADDRESS = "customer.address"
_GEO = f"{_ADDRESS}.geo"
_THREE_SHORT = {f"{_GEO}.lat": GONE, "items.1.qty": 0, "items.2.options.1.key": GONE}

VALID: Sequence[Vector] = (
    _right("as it is", {}),
    _right("coupon missing", {"coupon": GONE}),
    _right("coupon null", {"coupon": None}),
    _right("coupon of 20 characters", {"coupon": "C" * 20}),
    _right("option value empty", {"items.0.options.0.value": ""}),
    _right("unknown field", {"note": "ring twice"}),
    _right("unknown nested field", {f"{_GEO}.altitude": 12}),
    _right("no tags, no options", {"items.1.tags": [], "items.1.options": []}),
    _right("50 items", {"items": [_ITEM] * 50}),
    _right("whole number as latitude", {f"{_GEO}.lat": -90}),
    _right("largest numbers", {"items.0.qty": 999, "items.0.unit_cents": 10_000_000}),
    _right("letters beyond ASCII", {"customer.name": "Zoë Łukasz 山田"}),
    Vector(
        "charset in the content type",
        encoded(sample()),
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
        encoded(changed(sample(), _THREE_SHORT)),
        422,
        frozenset(map(_at, _THREE_SHORT)),
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


def _probe(place: str, title: str, value: Any) -> Vector:
    body = encoded(changed(sample(), {place: value}))
    return Vector(f"{place}: {title}", body, 0)


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


# Objects in objects: each kind of value with one that no validator in use takes for it.
KINDS: Sequence[tuple[str, str, Any]] = (
    ("name", "a list", ["amber"]),
    ("name", "empty", ""),
    ("count", "text", "many"),
    ("count", "an object", {}),
    ("ratio", "above 1", 1.5),
    ("ratio", "null", None),
    ("active", "text", "perhaps"),
    ("tags", "an object", {"0": "amber"}),
    ("tags.0", "null", None),
)
NO_CHILD: Sequence[tuple[str, Any]] = (
    ("missing", GONE),
    ("null", None),
    ("a list", []),
    ("text", "birch"),
)


def _nested(depth: int) -> Sequence[Vector]:
    """All vectors of one depth: right, wrong at its innermost level, wrong on the way there."""
    right = make_level(random.Random(depth), depth)

    def vector(title: str, changes: Mapping[str, Any]) -> Vector:
        status, places = (422, frozenset(map(_at, changes))) if changes else (200, None)
        body, name = encoded(changed(right, changes)), f"depth {depth}: {title}"
        return Vector(name, body, status, places, "nested", f"/nested/{depth}")

    innermost = ".".join(["child"] * (depth - 1))
    within = f"{innermost}." if innermost else ""
    return (
        vector("as it is", {}),
        *(
            vector(f"{within}{at}: {title}", {f"{within}{at}": bad})
            for at, title, bad in KINDS
        ),
        *(
            vector(f"{innermost}: {title}", {innermost: bad})
            for title, bad in NO_CHILD
            if innermost
        ),
        vector(
            "every count negative",
            {f"{'child.' * level}count": -1 for level in range(depth)},
        ),
    )


_HAND_MADE = {
    "name": "outer", "count": 3, "ratio": 0.5, "active": True, "tags": [],
    "child": {"name": "inner", "count": 4, "ratio": 1, "active": False, "tags": ["x"]},
}  # fmt: skip

NESTED: Sequence[Vector] = (
    Vector(
        "depth 2: written by hand",
        encoded(_HAND_MADE),
        200,
        None,
        "nested",
        "/nested/2",
        answer={"depth": 2, "names": ["outer", "inner"], "total": 7},
    ),
    Vector("depth 0", encoded(_HAND_MADE), 404, None, "nested", "/nested/0"),
    Vector("depth 9", encoded(_HAND_MADE), 404, None, "nested", "/nested/9"),
    Vector("null", b"null", 422, None, "nested", f"/nested/{DEEPEST}"),
    *(vector for depth in range(1, DEEPEST + 1) for vector in _nested(depth)),
)


def _features(title: str, values: Any, *wrong: Path) -> Vector:
    status = 422 if wrong else 200
    places = frozenset(wrong) or None
    body = body_of(values)
    return Vector(title, body, status, places, "predict", "/predict")


def _one_wrong(title: str, value: Any) -> Vector:
    values: list[Any] = [0.5] * FEATURES
    values[5] = value
    return _features(title, values, ("features", 5))


PREDICT: Sequence[Vector] = (
    # Scores written down beforehand, from the contract.
    Vector("zeros", body_of([0] * FEATURES), 200, None, "predict", "/predict", answer={"score": 0.515208}),
    Vector("ones", body_of([1] * FEATURES), 200, None, "predict", "/predict", answer={"score": 0.489993}),
    _features("whole numbers and fractions", [k % 3 - 0.5 * (k % 2) for k in range(FEATURES)]),
    _features("the largest numbers", [1_000_000, -1_000_000] * (FEATURES // 2)),
    _features("63 numbers", [0.5] * 63, ("features",)),
    _features("65 numbers", [0.5] * 65, ("features",)),
    _features("no number", [], ("features",)),
    _features("null instead of numbers", None, ("features",)),
    _features("an object instead of numbers", {"0": 1}, ("features",)),
    _features("text instead of numbers", "0.5", ("features",)),
    _one_wrong("null among them", None),
    _one_wrong("a word among them", "half"),
    _one_wrong("text NaN among them", "NaN"),
    _one_wrong("text Infinity among them", "Infinity"),
    _one_wrong("a list among them", [0.5]),
    _one_wrong("too large a number", 1_000_001),
    _one_wrong("1e308", 1e308),
    Vector("no features", b"{}", 422, frozenset({("features",)}), "predict", "/predict"),
    Vector("a list", b"[]", 422, None, "predict", "/predict"),
)  # fmt: skip

# The item and its score, written down beforehand.
_RANKED = {
    "ones": {"item": 6470, "score": 0.623363},
    "whole numbers and fractions": {"item": 1450, "score": 0.629737},
}

PREDICT_HEAVY: Sequence[Vector] = tuple(
    replace(
        vector,
        workload="predict-heavy",
        route="/predict-heavy",
        answer=_RANKED.get(vector.name),
    )
    for vector in PREDICT
)


def _long(title: str, order: Any, wrong: frozenset[Path] | None = None) -> Vector:
    status = 200 if wrong is None else 422
    return Vector(title, encoded(order), status, wrong, "large", "/large")


def _long_wrong(title: str, changes: Mapping[str, Any]) -> Vector:
    return _long(title, changed(_LONG, changes), frozenset(map(_at, changes)))


_LONG = make_long_order(random.Random(42))
_ITEM_NOTED = _LONG["items"][0]
_TWO = [
    {**_ITEM_NOTED, "sku": "AB0001", "note": "first", "qty": 3, "unit_cents": 250},
    {**_ITEM_NOTED, "sku": "CD0002", "note": "second", "qty": 2, "unit_cents": 10},
]
_WRITTEN = {
    "order_id": "ORD-000001",
    "city": _LONG["customer"]["address"]["city"],
    "n_items": 2,
    "total_cents": 770,
    "lines": [
        {"sku": "AB0001", "note": "first", "qty": 3, "line_cents": 750},
        {"sku": "CD0002", "note": "second", "qty": 2, "line_cents": 20},
    ],
}

LARGE: Sequence[Vector] = (
    Vector(
        "two items written by hand",
        encoded({**_LONG, "order_id": "ORD-000001", "items": _TWO}),
        200,
        None,
        "large",
        "/large",
        answer=_WRITTEN,
    ),
    _long("500 items", _LONG),
    _long("1000 items", {**_LONG, "items": [_ITEM_NOTED] * 1000}),
    _long("one item", {**_LONG, "items": [_ITEM_NOTED]}),
    _long_wrong("items: empty", {"items": []}),
    _long_wrong("items: 1001 of them", {"items": [_ITEM_NOTED] * 1001}),
    _long_wrong("items.0.note: missing", {"items.0.note": GONE}),
    _long_wrong("items.250.note: empty", {"items.250.note": ""}),
    _long_wrong("items.499.note: 201 characters", {"items.499.note": "n" * 201}),
    _long_wrong("items.499.sku: lower case", {"items.499.sku": "ab1234"}),
    _long_wrong("items.499: null", {"items.499": None}),
    _long_wrong(
        "customer.address.geo.lat: text", {"customer.address.geo.lat": "north"}
    ),
    _long_wrong(
        "three errors far apart",
        {
            "items.0.qty": 0,
            "items.250.note": "n" * 201,
            "items.499.options.1.key": GONE,
        },
    ),
    _long(
        "an error in each of 500 items",
        {**_LONG, "items": [{**_ITEM_NOTED, "qty": 0}] * 500},
        frozenset(("items", index, "qty") for index in range(500)),
    ),
)

VECTORS: Sequence[Vector] = (
    *(*VALID, *INVALID, *NESTED),
    *(*PREDICT, *PREDICT_HEAVY, *LARGE),
)
"""Those of every route."""
