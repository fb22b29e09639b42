"""The application: `uvicorn app:app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from database import Fortune, Session, World, engine
from errors import wrong
from older import FROM_QUERY, body_limit
from pages import page
from rendezvous import meet
from schemas import (
    BIGGEST,
    LEVELS,
    Chosen,
    Done,
    Features,
    Level,
    Line,
    LongOrder,
    LongReceipt,
    Message,
    Met,
    Order,
    Prediction,
    Ranked,
    Receipt,
    Row,
    Summary,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Close the database's connections at the end."""
    yield
    await engine.dispose()


app = FastAPI(
    title="Contract",
    lifespan=lifespan,
    exception_handlers={RequestValidationError: wrong},
    **body_limit(1024 * 1024),
)


@app.get("/hello", response_class=PlainTextResponse)
async def hello() -> str:
    return "Hello, World!"


@app.get("/json")
async def json() -> Message:
    return Message(message="Hello, World!")


@app.post("/validate")
async def validate(order: Order) -> Receipt:
    return Receipt(
        order_id=order.order_id,
        city=order.customer.address.city,
        n_items=len(order.items),
        total_cents=sum(item.qty * item.unit_cents for item in order.items),
    )


@app.get("/db/{pk:int}", response_model=Row)
async def db_read(pk: int, session: Session) -> Any:
    # An id that no column could hold is as unknown as any other.
    world = await session.get(World, pk) if pk <= BIGGEST else None
    if world is None:
        raise HTTPException(status_code=404)
    return world


@app.get("/queries", response_model=list[Row])
async def db_many(chosen: Annotated[Chosen, FROM_QUERY], session: Session) -> Any:
    return [await session.get_one(World, pk) for pk in chosen.ids]


@app.get("/worlds", response_model=list[Row])
async def db_list(
    start: Annotated[int, Query(ge=1, le=BIGGEST)],
    limit: Annotated[int, Query(ge=1, le=500)],
    session: Session,
) -> Any:
    query = select(World).where(World.id >= start).order_by(World.id).limit(limit)
    return (await session.scalars(query)).all()


@app.post("/updates", response_model=list[Row])
async def db_write(chosen: Annotated[Chosen, FROM_QUERY], session: Session) -> Any:
    # Locked, in ascending order: no write is lost and none can deadlock.
    worlds = [
        await session.get_one(World, pk, with_for_update=True)
        for pk in sorted(chosen.ids)
    ]
    for world in worlds:
        world.random_number = world.random_number % 10000 + 1
    await session.commit()
    return worlds


@app.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request, session: Session) -> Any:
    found = list(await session.scalars(select(Fortune)))
    found.append(Fortune(id=0, message="Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return page(request, "fortunes.html", {"fortunes": found})


@app.get("/io")
async def wait(ms: Annotated[int, Query(ge=0, le=5000)]) -> Done:
    await asyncio.sleep(ms / 1000)
    return Done(ok=True)


@app.get("/pgsleep")
async def wait_in_database(
    ms: Annotated[int, Query(ge=0, le=5000)], session: Session
) -> Done:
    await session.execute(select(func.pg_sleep(ms / 1000)))
    return Done(ok=True)


@app.get("/rendezvous")
async def rendezvous(parties: Annotated[int, Query(ge=1, le=500)]) -> Met:
    return Met(met=await meet(parties, timeout_s=5))


@app.get("/healthz", response_model=Done)
async def healthz(session: Session) -> Any:
    try:
        await session.execute(select(1))
    except (DBAPIError, OSError):
        return JSONResponse({"ok": False}, status_code=503)
    return Done(ok=True)


@app.post("/predict")
async def predict(body: Features) -> Prediction:
    from prediction import score

    return Prediction(score=score(body.features))


# Milliseconds of work: in a plain function, so that the event loop goes on.
@app.post("/predict-heavy")
def predict_heavy(body: Features) -> Ranked:
    from ranking import best_item

    item, score = best_item(body.features)
    return Ranked(item=item, score=score)


@app.post("/large")
async def large(order: LongOrder) -> LongReceipt:
    return LongReceipt(
        order_id=order.order_id,
        city=order.customer.address.city,
        n_items=len(order.items),
        total_cents=sum(item.qty * item.unit_cents for item in order.items),
        lines=[
            Line(
                sku=item.sku,
                note=item.note,
                qty=item.qty,
                line_cents=item.qty * item.unit_cents,
            )
            for item in order.items
        ],
    )


def add_nested(depth: int, model: type[Level]) -> None:
    """A route for one depth: its model is its schema, in the documentation too."""

    @app.post(f"/nested/{depth}", name=f"nested-{depth}")
    async def nested(outermost: model) -> Summary:
        levels = outermost.inwards
        return Summary(
            depth=len(levels),
            names=[level.name for level in levels],
            total=sum(level.count for level in levels),
        )


for depth, model in LEVELS.items():
    add_nested(depth, model)
