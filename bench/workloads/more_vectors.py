"""Bodies for the other validating routes: right ones, and wrong ones with their places."""

import copy
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench.workloads.large import make_long_order
from bench.workloads.nested import DEEPEST, make_level
from bench.workloads.predict import FEATURES, body_of
from bench.workloads.vectors import GONE, Path, Vector


# Each kind of value with one that no validator in use takes for it.
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


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _changed(whole: Any, path: Path, value: Any) -> Any:
    """A copy with one value replaced, or taken away."""
    whole = copy.deepcopy(whole)
    place = whole
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return whole


def _steps(text: str) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in text.split("."))


def _named(path: Path) -> str:
    return ".".join(map(str, path))


def _nested(depth: int) -> Sequence[Vector]:
    """All vectors of one depth: right, wrong at its innermost level, wrong on the way there."""
    right = make_level(random.Random(depth), depth)
    route = f"/nested/{depth}"

    def wrong(path: Path, title: str, value: Any) -> Vector:
        body = _encoded(_changed(right, path, value))
        name = f"depth {depth}: {_named(path)}: {title}"
        return Vector(name, body, 422, frozenset({path}), "nested", route)

    innermost: Path = ("child",) * (depth - 1)
    everywhere = right
    for level in range(depth):
        everywhere = _changed(everywhere, (*("child",) * level, "count"), -1)
    return (
        Vector(f"depth {depth}: as it is", _encoded(right), 200, None, "nested", route),
        *(wrong((*innermost, *_steps(at)), title, bad) for at, title, bad in KINDS),
        *(wrong(innermost, title, bad) for title, bad in NO_CHILD if innermost),
        Vector(
            f"depth {depth}: every count negative",
            _encoded(everywhere),
            422,
            frozenset((*("child",) * level, "count") for level in range(depth)),
            "nested",
            route,
        ),
    )


_HAND_MADE = {
    "name": "outer", "count": 3, "ratio": 0.5, "active": True, "tags": [],
    "child": {"name": "inner", "count": 4, "ratio": 1, "active": False, "tags": ["x"]},
}  # fmt: skip

NESTED: Sequence[Vector] = (
    Vector(
        "depth 2: written by hand",
        _encoded(_HAND_MADE),
        200,
        None,
        "nested",
        "/nested/2",
        answer={"depth": 2, "names": ["outer", "inner"], "total": 7},
    ),
    Vector("depth 0", _encoded(_HAND_MADE), 404, None, "nested", "/nested/0"),
    Vector("depth 9", _encoded(_HAND_MADE), 404, None, "nested", "/nested/9"),
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
    return Vector(title, _encoded(order), status, wrong, "large", "/large")


def _long_wrong(path: str, title: str, value: Any) -> Vector:
    place = _steps(path)
    changed = _changed(_LONG, place, value)
    return _long(f"{path}: {title}", changed, frozenset({place}))


_LONG = make_long_order(random.Random(42))
_ITEM = _LONG["items"][0]
_THREE = _changed(
    _changed(
        _changed(_LONG, ("items", 0, "qty"), 0), ("items", 250, "note"), "n" * 201
    ),
    ("items", 499, "options", 1, "key"),
    GONE,
)

_TWO = [
    {**_ITEM, "sku": "AB0001", "note": "first", "qty": 3, "unit_cents": 250},
    {**_ITEM, "sku": "CD0002", "note": "second", "qty": 2, "unit_cents": 10},
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
        _encoded({**_LONG, "order_id": "ORD-000001", "items": _TWO}),
        200,
        None,
        "large",
        "/large",
        answer=_WRITTEN,
    ),
    _long("500 items", _LONG),
    _long("1000 items", {**_LONG, "items": [_ITEM] * 1000}),
    _long("one item", {**_LONG, "items": [_ITEM]}),
    _long_wrong("items", "empty", []),
    _long_wrong("items", "1001 of them", [_ITEM] * 1001),
    _long_wrong("items.0.note", "missing", GONE),
    _long_wrong("items.250.note", "empty", ""),
    _long_wrong("items.499.note", "201 characters", "n" * 201),
    _long_wrong("items.499.sku", "lower case", "ab1234"),
    _long_wrong("items.499", "null", None),
    _long_wrong("customer.address.geo.lat", "text", "north"),
    _long(
        "three errors far apart",
        _THREE,
        frozenset(
            {
                ("items", 0, "qty"),
                ("items", 250, "note"),
                ("items", 499, "options", 1, "key"),
            }
        ),
    ),
    _long(
        "an error in each of 500 items",
        {**_LONG, "items": [{**_ITEM, "qty": 0}] * 500},
        frozenset(("items", index, "qty") for index in range(500)),
    ),
)

MORE_VECTORS: Sequence[Vector] = (*NESTED, *PREDICT, *PREDICT_HEAVY, *LARGE)
