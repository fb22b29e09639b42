"""The vectors are what they say they are."""

import json
import random
import re
from datetime import date
from typing import Any

from bench.workloads.orders import make_order
from bench.workloads.vectors import INVALID, PROBES, VALID, VECTORS, sample


def test_there_are_enough() -> None:
    """At least the 44 wrong and 8 right bodies of the contract."""
    assert len(INVALID) >= 44
    assert len(VALID) >= 8


def test_names_and_bodies_are_distinct() -> None:
    """No vector is there twice; the charset alone differs in one of them."""
    names = [vector.name for vector in (*VECTORS, *PROBES)]
    assert len(set(names)) == len(names)
    assert len({(v.body, v.content_type) for v in VECTORS}) == len(VECTORS)


def test_every_body_is_json() -> None:
    """Vectors are about values: none of them is malformed."""
    for vector in VECTORS:
        json.loads(vector.body)


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
