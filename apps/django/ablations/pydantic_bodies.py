"""The same application with pydantic in the place of the serializers: DJANGO_URLCONF=ablations.pydantic_bodies."""

from datetime import date
from typing import Annotated, Any

from django.http import Http404
from django.urls import path
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, create_model
from rest_framework.decorators import api_view
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from config.urls import urlpatterns as others


def only_a_calendar_date(value: Any) -> Any:
    """Refuse the timestamps and times of day that pydantic would turn into dates."""
    if not isinstance(value, str) or len(value) != len("2026-01-31"):
        raise ValueError("a date as YYYY-MM-DD is required")
    return value


class Geo(BaseModel):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Address(BaseModel):
    street: str = Field(min_length=1, max_length=120)
    city: str = Field(min_length=1, max_length=60)
    postcode: str = Field(pattern=r"^[0-9]{5}$")
    geo: Geo


class Customer(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    email: str = Field(max_length=120, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    address: Address


class Option(BaseModel):
    key: str = Field(min_length=1, max_length=30)
    value: str = Field(max_length=60)


class Item(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{2}[0-9]{4}$")
    qty: int = Field(ge=1, le=999)
    unit_cents: int = Field(ge=0, le=10_000_000)
    tags: list[Annotated[str, Field(min_length=1, max_length=20)]] = Field(max_length=5)
    options: list[Option] = Field(max_length=5)


class LongItem(Item):
    note: str = Field(min_length=1, max_length=200)


class Order(BaseModel):
    order_id: str = Field(pattern=r"^[A-Z]{3}-[0-9]{6}$")
    placed_on: Annotated[date, BeforeValidator(only_a_calendar_date)]
    customer: Customer
    items: list[Item] = Field(min_length=1, max_length=50)
    coupon: str | None = Field(default=None, max_length=20)


class LongOrder(Order):
    items: list[LongItem] = Field(min_length=1, max_length=1000)


class Level(BaseModel):
    name: str = Field(min_length=1, max_length=40)
    count: int = Field(ge=0, le=1_000_000)
    ratio: float = Field(ge=0, le=1)
    active: bool
    tags: list[Annotated[str, Field(min_length=1, max_length=20)]] = Field(max_length=5)


LEVELS: dict[int, type[Level]] = {1: Level}
for depth in range(2, 9):
    LEVELS[depth] = create_model(
        f"Level{depth}", __base__=Level, child=(LEVELS[depth - 1], ...)
    )


class WrongBody(APIException):
    """Answered with 422 and the path of everything that was wrong."""

    status_code = 422

    def __init__(self, error: ValidationError) -> None:
        found = error.errors(
            include_url=False, include_context=False, include_input=False
        )
        self.detail = {
            "errors": [{"loc": one["loc"], "msg": one["msg"]} for one in found]
        }


def checked(model: type[BaseModel], request: Request) -> Any:
    """What the model makes of the body, which REST framework has parsed as before."""
    try:
        return model.model_validate(request.data)
    except ValidationError as error:
        raise WrongBody(error) from error


def receipt(order: Order) -> dict[str, Any]:
    """The answer to an order, of either length."""
    return {
        "order_id": order.order_id,
        "city": order.customer.address.city,
        "n_items": len(order.items),
        "total_cents": sum(item.qty * item.unit_cents for item in order.items),
    }


@api_view(["POST"])
def validate(request: Request) -> Response:
    return Response(receipt(checked(Order, request)))


@api_view(["POST"])
def large(request: Request) -> Response:
    order = checked(LongOrder, request)
    lines = [
        {
            "sku": item.sku,
            "note": item.note,
            "qty": item.qty,
            "line_cents": item.qty * item.unit_cents,
        }
        for item in order.items
    ]
    return Response(receipt(order) | {"lines": lines})


@api_view(["POST"])
def nested(request: Request, depth: int) -> Response:
    if depth not in LEVELS:
        raise Http404
    level = checked(LEVELS[depth], request)
    levels = [level]
    while level := getattr(level, "child", None):
        levels.append(level)
    return Response(
        {
            "depth": len(levels),
            "names": [level.name for level in levels],
            "total": sum(level.count for level in levels),
        }
    )


urlpatterns = [
    path("validate", validate),
    path("nested/<int:depth>", nested),
    path("large", large),
    *others,
]
