"""The vectors are what they say they are."""

import json
import random
import re
from datetime import date
from typing import Any

from bench.workloads import workload
from bench.workloads.validating import DEEPEST, make_long_order, make_order
from bench.workloads.vectors import (
    INVALID,
    LARGE,
    NESTED,
    PREDICT,
    PREDICT_HEAVY,
    PROBES,
    VALID,
    VECTORS,
    Vector,
    sample,
)


def test_there_are_enough() -> None:
    """At least the 44 wrong and 8 right bodies of the contract."""
    assert len(INVALID) >= 44
    assert len(VALID) >= 8


def test_names_and_bodies_are_distinct() -> None:
    """No vector is there twice; the charset alone differs in one of them."""
    names = [(v.workload, v.name) for v in (*VECTORS, *PROBES)]
    assert len(set(names)) == len(names)
    assert len({(v.route, v.body, v.content_type) for v in VECTORS}) == len(VECTORS)


def test_every_body_is_json() -> None:
    """Vectors are about values: none of them is malformed."""
    for vector in VECTORS:
        json.loads(vector.body)


def test_every_vector_belongs_to_a_workload_that_posts() -> None:
    """A vector is sent where its workload's own requests go, or beside it."""
    named = {vector.workload for vector in VECTORS}
    # Each once: five hundred items take a while to make.
    first = {name: workload(name).requests(1)[0] for name in named}
    for vector in VECTORS:
        usual = first[vector.workload]
        assert usual.method == "POST"
        assert vector.route.split("/")[1] == usual.path.split("/")[1]


def test_every_depth_has_a_wrong_value_at_every_place() -> None:
    """Bodies of each depth are wrong once in each field of their innermost level."""
    for depth in range(1, DEEPEST + 1):
        inner = ("child",) * (depth - 1)
        found = {place for v in _of_depth(depth) for place in v.wrong or ()}
        for field in ("name", "count", "ratio", "active", "tags"):
            assert (*inner, field) in found
        assert (*inner, "tags", 0) in found
        assert depth == 1 or inner in found


def _of_depth(depth: int) -> list[Vector]:
    return [v for v in NESTED if v.route == f"/nested/{depth}"]


def test_each_new_route_has_right_and_wrong_bodies() -> None:
    """A route that takes everything, or nothing, would be noticed."""
    for vectors in (NESTED, PREDICT, PREDICT_HEAVY, LARGE):
        assert sum(v.status == 200 for v in vectors) >= 3
        assert sum(v.status == 422 for v in vectors) >= 9


def test_large_bodies_are_large_and_allowed() -> None:
    """A body of five hundred items is above 100 kB and far below the limit of 1 MiB."""
    for seed in range(3):
        size = len(json.dumps(make_long_order(random.Random(seed))))
        assert 100_000 < size < 200_000
    assert max(len(v.body) for v in LARGE) < 500_000


def test_wrong_ones_differ_from_the_sample() -> None:
    """A vector that changed nothing would test nothing."""
    for vector in (*INVALID, *PROBES):
        assert json.loads(vector.body) != sample(), vector.name


def test_sample_keeps_the_rules() -> None:
    """Made orders are valid by the rules of the contract, read here once more."""
    for seed in range(50):
        order = make_order(random.Random(seed))
        assert re.fullmatch(r"[A-Z]{3}-[0-9]{6}", order["order_id"])
        date.fromisoformat(order["placed_on"])
        place = order["customer"]["address"]
        assert re.fullmatch(r"[0-9]{5}", place["postcode"])
        assert -90 <= place["geo"]["lat"] <= 90
        assert -180 <= place["geo"]["lon"] <= 180
        assert all(_right_item(item) for item in order["items"])


def _right_item(item: dict[str, Any]) -> bool:
    return (
        re.fullmatch(r"[A-Z]{2}[0-9]{4}", item["sku"]) is not None
        and 1 <= item["qty"] <= 999
        and 0 <= item["unit_cents"] <= 10_000_000
        and len(item["tags"]) <= 5
        and len(item["options"]) <= 5
    )
