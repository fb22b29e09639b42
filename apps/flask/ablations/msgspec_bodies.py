"""The same application with msgspec in the place of pydantic: `gunicorn ablations.msgspec_bodies:app`."""

import re
from datetime import date
from typing import Annotated, Any

from flask import abort, request
from msgspec import Meta, Struct, ValidationError, convert, defstruct

from app import app
from views import receipt


Tag = Annotated[str, Meta(min_length=1, max_length=20)]


class Geo(Struct):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]


class Address(Struct):
    street: Annotated[str, Meta(min_length=1, max_length=120)]
    city: Annotated[str, Meta(min_length=1, max_length=60)]
    postcode: Annotated[str, Meta(pattern=r"^[0-9]{5}$")]
    geo: Geo


class Customer(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    email: Annotated[str, Meta(max_length=120, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    address: Address


class Option(Struct):
    key: Annotated[str, Meta(min_length=1, max_length=30)]
    value: Annotated[str, Meta(max_length=60)]


class Item(Struct):
    sku: Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{4}$")]
    qty: Annotated[int, Meta(ge=1, le=999)]
    unit_cents: Annotated[int, Meta(ge=0, le=10_000_000)]
    tags: Annotated[list[Tag], Meta(max_length=5)]
    options: Annotated[list[Option], Meta(max_length=5)]


class LongItem(Item):
    note: Annotated[str, Meta(min_length=1, max_length=200)]


class Order(Struct, kw_only=True):
    order_id: Annotated[str, Meta(pattern=r"^[A-Z]{3}-[0-9]{6}$")]
    placed_on: date
    customer: Customer
    items: Annotated[list[Item], Meta(min_length=1, max_length=50)]
    coupon: Annotated[str, Meta(max_length=20)] | None = None


class LongOrder(Order, kw_only=True):
    items: Annotated[list[LongItem], Meta(min_length=1, max_length=1000)]


class Level(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    count: Annotated[int, Meta(ge=0, le=1_000_000)]
    ratio: Annotated[float, Meta(ge=0, le=1)]
    active: bool
    tags: Annotated[list[Tag], Meta(max_length=5)]


LEVELS: dict[int, type[Level]] = {1: Level}
for depth in range(2, 9):
    child = ("child", LEVELS[depth - 1])
    LEVELS[depth] = defstruct(f"Level{depth}", [child], bases=(Level,))


@app.errorhandler(ValidationError)
def wrong(error: ValidationError) -> tuple[dict[str, Any], int]:
    """
    Answer 422 with the path of the first fault; msgspec looks for no second one.

    The path is told in the message alone, as in "... - at `$.items[1].qty`";
    of a missing field the message names the field, and the path its object.
    """
    message, _, place = str(error).partition(" - at `$")
    loc = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", place)]
    if missing := re.search(r"missing required field `(\w+)`", message):
        loc.append(missing[1])
    return {"errors": [{"loc": loc, "msg": message}]}, 422


def validate() -> dict[str, Any]:
    return receipt(convert(request.get_json(), Order))


def large() -> dict[str, Any]:
    order = convert(request.get_json(), LongOrder)
    lines = [
        {
            "sku": item.sku,
            "note": item.note,
            "qty": item.qty,
            "line_cents": item.qty * item.unit_cents,
        }
        for item in order.items
    ]
    return receipt(order) | {"lines": lines}


def nested(depth: int) -> dict[str, Any]:
    if depth not in LEVELS:
        abort(404)
    level = convert(request.get_json(), LEVELS[depth])
    levels = [level]
    while level := getattr(level, "child", None):
        levels.append(level)
    return {
        "depth": len(levels),
        "names": [level.name for level in levels],
        "total": sum(level.count for level in levels),
    }


app.view_functions |= {
    "api.validate": validate,
    "api.large": large,
    "api.nested": nested,
}
