"""The views that validate a body, each with REST framework's serializer."""

from collections.abc import Iterator

from django.http import Http404
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from trial.serializers import (
    LEVELS,
    FeaturesSerializer,
    LongOrderSerializer,
    OrderSerializer,
)


def checked(serializer_class: type, request: Request) -> dict:
    """What the serializer makes of the body; it raises ValidationError."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def receipt(order: dict) -> dict:
    """The answer to an order, of either length."""
    items = order["items"]
    return {
        "order_id": order["order_id"],
        "city": order["customer"]["address"]["city"],
        "n_items": len(items),
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in items),
    }


@api_view(["POST"])
def validate(request: Request) -> Response:
    return Response(receipt(checked(OrderSerializer, request)))


@api_view(["POST"])
def large(request: Request) -> Response:
    order = checked(LongOrderSerializer, request)
    lines = [
        {
            "sku": item["sku"],
            "note": item["note"],
            "qty": item["qty"],
            "line_cents": item["qty"] * item["unit_cents"],
        }
        for item in order["items"]
    ]
    return Response(receipt(order) | {"lines": lines})


@api_view(["POST"])
def nested(request: Request, depth: int) -> Response:
    if depth not in LEVELS:
        raise Http404
    levels = list(inwards(checked(LEVELS[depth], request)))
    return Response(
        {
            "depth": len(levels),
            "names": [level["name"] for level in levels],
            "total": sum(level["count"] for level in levels),
        }
    )


def inwards(level: dict | None) -> Iterator[dict]:
    """The levels of a nested body, the outermost first."""
    while level is not None:
        yield level
        level = level.get("child")


@api_view(["POST"])
def predict(request: Request) -> Response:
    from trial.prediction import score

    features = checked(FeaturesSerializer, request)["features"]
    return Response({"score": score(features)})


@api_view(["POST"])
def predict_heavy(request: Request) -> Response:
    from trial.ranking import best_item

    item, score = best_item(checked(FeaturesSerializer, request)["features"])
    return Response({"item": item, "score": score})
