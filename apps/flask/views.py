"""The views of the contract."""

import time
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from models import Fortune, World, db
from rendezvous import meet
from schemas import (
    LEVELS,
    Chosen,
    Features,
    LongOrder,
    Meeting,
    Order,
    Page,
    Pause,
)


api = Blueprint("api", __name__)


@api.get("/hello")
def hello() -> Response:
    return Response("Hello, World!", mimetype="text/plain")


@api.get("/json")
def json() -> dict[str, Any]:
    return {"message": "Hello, World!"}


@api.post("/validate")
def validate() -> dict[str, Any]:
    return receipt(Order.model_validate(request.get_json()))


def receipt(order: Order) -> dict[str, Any]:
    """The answer to an order, of either length."""
    return {
        "order_id": order.order_id,
        "city": order.customer.address.city,
        "n_items": len(order.items),
        "total_cents": sum(item.qty * item.unit_cents for item in order.items),
    }


@api.get("/db/<int(max=2147483647):pk>")
def db_read(pk: int) -> dict[str, Any]:
    return db.get_or_404(World, pk).as_json()


@api.get("/queries")
def db_many() -> list[dict[str, Any]]:
    chosen = Chosen.model_validate(request.args.to_dict())
    worlds = [db.session.get_one(World, pk) for pk in chosen.ids]
    return [world.as_json() for world in worlds]


@api.get("/worlds")
def db_list() -> list[dict[str, Any]]:
    page = Page.model_validate(request.args.to_dict())
    query = (
        select(World).where(World.id >= page.start).order_by(World.id).limit(page.limit)
    )
    return [world.as_json() for world in db.session.scalars(query)]


@api.post("/updates")
def db_write() -> list[dict[str, Any]]:
    chosen = Chosen.model_validate(request.args.to_dict())
    # Locked, in ascending order: no write is lost and none can deadlock.
    worlds = [
        db.session.get_one(World, pk, with_for_update=True) for pk in sorted(chosen.ids)
    ]
    for world in worlds:
        world.random_number = world.random_number % 10000 + 1
    answer = [world.as_json() for world in worlds]
    db.session.commit()
    return answer


@api.get("/fortunes")
def fortunes() -> str:
    found = list(db.session.scalars(select(Fortune)))
    found.append(Fortune(id=0, message="Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return render_template("fortunes.html", fortunes=found)


@api.get("/io")
def wait() -> dict[str, Any]:
    time.sleep(Pause.model_validate(request.args.to_dict()).ms / 1000)
    return {"ok": True}


@api.get("/pgsleep")
def wait_in_database() -> dict[str, Any]:
    pause = Pause.model_validate(request.args.to_dict())
    db.session.execute(select(func.pg_sleep(pause.ms / 1000)))
    return {"ok": True}


@api.get("/rendezvous")
def rendezvous() -> dict[str, Any]:
    meeting = Meeting.model_validate(request.args.to_dict())
    return {"met": meet(meeting.parties, timeout_s=5)}


@api.post("/predict")
def predict() -> dict[str, Any]:
    from prediction import score

    return {"score": score(Features.model_validate(request.get_json()).features)}


@api.post("/predict-heavy")
def predict_heavy() -> dict[str, Any]:
    from ranking import best_item

    item, score = best_item(Features.model_validate(request.get_json()).features)
    return {"item": item, "score": score}


@api.post("/nested/<int:depth>")
def nested(depth: int) -> dict[str, Any]:
    if depth not in LEVELS:
        abort(404)
    levels = LEVELS[depth].model_validate(request.get_json()).inwards
    return {
        "depth": len(levels),
        "names": [level.name for level in levels],
        "total": sum(level.count for level in levels),
    }


@api.post("/large")
def large() -> dict[str, Any]:
    order = LongOrder.model_validate(request.get_json())
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


@api.get("/healthz")
def healthz() -> tuple[dict[str, Any], int]:
    try:
        db.session.execute(select(1))
    except DBAPIError:
        return {"ok": False}, 503
    return {"ok": True}, 200
