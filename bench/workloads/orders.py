"""Orders: the nested body that the applications validate, and what they answer."""

import random
from typing import Any


type Order = dict[str, Any]

CITIES = ("London", "Nairobi", "Lima", "Oslo", "Hanoi", "Accra", "Quito", "Perth")
NAMES = ("Ada Byron", "Grace Okafor", "Linus Berg", "Mei Tanaka", "Omar Haddad")
COLOURS = ("black", "white", "red", "green", "blue")
TAGS = ("gift", "fragile", "sale", "new", "heavy", "bulk")
UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def make_order(chance: random.Random, items: int = 10) -> Order:
    """A valid order of about 1.8 kB with ten items; the same chance, the same order."""
    name = chance.choice(NAMES)
    return {
        "order_id": f"ORD-{chance.randrange(1_000_000):06}",
        "placed_on": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "customer": {
            "name": name,
            "email": f"{name.split()[0].lower()}{chance.randrange(1000)}@example.org",
            "address": {
                "street": f"{chance.randint(1, 200)} Long Meadow Lane",
                "city": chance.choice(CITIES),
                "postcode": f"{chance.randrange(100_000):05}",
                "geo": {
                    "lat": round(chance.uniform(-90, 90), 4),
                    "lon": round(chance.uniform(-180, 180), 4),
                },
            },
        },
        "items": [_item(chance) for _ in range(items)],
        "coupon": chance.choice((None, "WELCOME10", "WINTER26")),
    }


def _item(chance: random.Random) -> Order:
    return {
        "sku": f"{chance.choice(UPPER)}{chance.choice(UPPER)}{chance.randrange(10_000):04}",
        "qty": chance.randint(1, 12),
        "unit_cents": chance.randint(50, 20_000),
        "tags": chance.sample(TAGS, 2),
        "options": [
            {"key": "colour", "value": chance.choice(COLOURS)},
            {"key": "engraving", "value": chance.choice(("", "Happy birthday!"))},
        ],
    }


def receipt(order: Order) -> dict[str, Any]:
    """What an application must answer to a valid order."""
    items = order["items"]
    return {
        "order_id": order["order_id"],
        "city": order["customer"]["address"]["city"],
        "n_items": len(items),
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in items),
    }
