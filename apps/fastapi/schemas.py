"""What requests and answers must look like."""

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model


BIGGEST = 2_147_483_647


def only_a_calendar_date(value: Any) -> Any:
    """Refuse the timestamps and times of day that pydantic would turn into dates."""
    if not isinstance(value, str) or len(value) != len("2026-01-31"):
        raise ValueError("a date as YYYY-MM-DD is required")
    return value


Date = Annotated[datetime.date, BeforeValidator(only_a_calendar_date)]


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


class Order(BaseModel):
    order_id: str = Field(pattern=r"^[A-Z]{3}-[0-9]{6}$")
    placed_on: Date
    customer: Customer
    items: list[Item] = Field(min_length=1, max_length=50)
    coupon: str | None = Field(default=None, max_length=20)


class LongItem(Item):
    note: str = Field(min_length=1, max_length=200)


class LongOrder(Order):
    items: list[LongItem] = Field(min_length=1, max_length=1000)


class Level(BaseModel):
    name: str = Field(min_length=1, max_length=40)
    count: int = Field(ge=0, le=1_000_000)
    ratio: float = Field(ge=0, le=1)
    active: bool
    tags: list[Annotated[str, Field(min_length=1, max_length=20)]] = Field(max_length=5)

    @property
    def inwards(self) -> "list[Level]":
        """This level and those inside it, the outermost first."""
        child = getattr(self, "child", None)
        return [self, *(child.inwards if child else [])]


# By depth: each level holds the next one, and the innermost holds none.
LEVELS: dict[int, type[Level]] = {1: Level}
for depth in range(2, 9):
    LEVELS[depth] = create_model(
        f"Level{depth}", __base__=Level, child=(LEVELS[depth - 1], ...)
    )


class Features(BaseModel):
    features: list[
        Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
    ] = Field(min_length=64, max_length=64)


class Receipt(BaseModel):
    order_id: str
    city: str
    n_items: int
    total_cents: int


class Line(BaseModel):
    sku: str
    note: str
    qty: int
    line_cents: int


class LongReceipt(Receipt):
    lines: list[Line]


class Summary(BaseModel):
    depth: int
    names: list[str]
    total: int


class Prediction(BaseModel):
    score: float


class Ranked(BaseModel):
    item: int
    score: float


class Message(BaseModel):
    message: str


class Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    random_number: int = Field(serialization_alias="randomNumber")


class Done(BaseModel):
    ok: bool


class Met(BaseModel):
    met: bool


class Chosen(BaseModel):
    """How many rows, and the seed that says which."""

    n: int = Field(ge=1, le=500)
    seed: int = Field(ge=0, le=BIGGEST)

    @property
    def ids(self) -> list[int]:
        """The n distinct ids that the contract derives from the seed."""
        return [(self.seed * 7919 + k * 104729) % 10000 + 1 for k in range(self.n)]
