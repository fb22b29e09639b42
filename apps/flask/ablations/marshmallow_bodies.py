"""The same application with marshmallow in the place of pydantic: `gunicorn ablations.marshmallow_bodies:app`."""

from collections.abc import Iterator
from typing import Any

from flask import abort, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.exceptions import SCHEMA
from marshmallow.validate import Length, Range, Regexp

from app import app


class Body(Schema):
    class Meta:
        unknown = EXCLUDE


class Geo(Body):
    lat = fields.Float(required=True, validate=Range(-90, 90))
    lon = fields.Float(required=True, validate=Range(-180, 180))


class Address(Body):
    street = fields.String(required=True, validate=Length(1, 120))
    city = fields.String(required=True, validate=Length(1, 60))
    postcode = fields.String(required=True, validate=Regexp(r"^[0-9]{5}$"))
    geo = fields.Nested(Geo, required=True)


class Customer(Body):
    name = fields.String(required=True, validate=Length(1, 80))
    email = fields.String(
        required=True,
        validate=[Length(max=120), Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")],
    )
    address = fields.Nested(Address, required=True)


class Option(Body):
    key = fields.String(required=True, validate=Length(1, 30))
    value = fields.String(required=True, validate=Length(max=60))


def tags() -> fields.List:
    """At most five short texts."""
    tag = fields.String(validate=Length(1, 20))
    return fields.List(tag, required=True, validate=Length(max=5))


class Item(Body):
    sku = fields.String(required=True, validate=Regexp(r"^[A-Z]{2}[0-9]{4}$"))
    # Not strict, it would take 5.5 for 5.
    qty = fields.Integer(required=True, strict=True, validate=Range(1, 999))
    unit_cents = fields.Integer(
        required=True, strict=True, validate=Range(0, 10_000_000)
    )
    tags = tags()
    options = fields.List(fields.Nested(Option), required=True, validate=Length(max=5))


class LongItem(Item):
    note = fields.String(required=True, validate=Length(1, 200))


class Order(Body):
    order_id = fields.String(required=True, validate=Regexp(r"^[A-Z]{3}-[0-9]{6}$"))
    placed_on = fields.Date(required=True)
    customer = fields.Nested(Customer, required=True)
    items = fields.List(fields.Nested(Item), required=True, validate=Length(1, 50))
    coupon = fields.String(load_default=None, allow_none=True, validate=Length(max=20))


class LongOrder(Order):
    items = fields.List(
        fields.Nested(LongItem), required=True, validate=Length(1, 1000)
    )


class Level(Body):
    name = fields.String(required=True, validate=Length(1, 40))
    count = fields.Integer(required=True, strict=True, validate=Range(0, 1_000_000))
    ratio = fields.Float(required=True, validate=Range(0, 1))
    active = fields.Boolean(required=True)
    tags = tags()


LEVELS: dict[int, Schema] = {1: Level()}
for depth in range(2, 9):
    child = fields.Nested(LEVELS[depth - 1], required=True)
    LEVELS[depth] = type(f"Level{depth}", (Level,), {"child": child})()

ORDER = Order()
LONG_ORDER = LongOrder()


@app.errorhandler(ValidationError)
def wrong(error: ValidationError) -> tuple[dict[str, Any], int]:
    """Answer 422 with the path of everything that was wrong."""
    return {"errors": list(flat(error.messages))}, 422


def flat(messages: Any, loc: tuple = ()) -> Iterator[dict[str, Any]]:
    """Walk the tree; errors of an object as a whole belong to its own path."""
    if isinstance(messages, dict):
        for key, below in messages.items():
            yield from flat(below, loc if key == SCHEMA else (*loc, key))
    else:
        for message in messages:
            yield {"loc": loc, "msg": message}


def receipt(order: dict[str, Any]) -> dict[str, Any]:
    """The answer to an order, of either length."""
    items = order["items"]
    return {
        "order_id": order["order_id"],
        "city": order["customer"]["address"]["city"],
        "n_items": len(items),
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in items),
    }


def validate() -> dict[str, Any]:
    return receipt(ORDER.load(request.get_json()))


def large() -> dict[str, Any]:
    order = LONG_ORDER.load(request.get_json())
    lines = [
        {
            "sku": item["sku"],
            "note": item["note"],
            "qty": item["qty"],
            "line_cents": item["qty"] * item["unit_cents"],
        }
        for item in order["items"]
    ]
    return receipt(order) | {"lines": lines}


def nested(depth: int) -> dict[str, Any]:
    if depth not in LEVELS:
        abort(404)
    level = LEVELS[depth].load(request.get_json())
    levels = [level]
    while level := level.get("child"):
        levels.append(level)
    return {
        "depth": len(levels),
        "names": [level["name"] for level in levels],
        "total": sum(level["count"] for level in levels),
    }


app.view_functions |= {
    "api.validate": validate,
    "api.large": large,
    "api.nested": nested,
}
