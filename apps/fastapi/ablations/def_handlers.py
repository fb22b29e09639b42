"""The same application with `def` handlers, in the pool of threads: `uvicorn ablations.def_handlers:app`."""

import os
import time
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from ablations.rendezvous_of_threads import meet
from database import Fortune, World
from errors import wrong
from pages import templates
from schemas import (
    BIGGEST,
    Chosen,
    Done,
    Features,
    Message,
    Met,
    Order,
    Prediction,
    Receipt,
    Row,
)


url = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres")
engine = create_engine(
    url.replace("postgresql://", "postgresql+psycopg://"),
    pool_size=int(os.environ.get("POOL_CONNECTIONS", "8")),
    max_overflow=0,
    connect_args={"application_name": os.environ.get("APPLICATION_NAME", "fastapi")},
)
new_session = sessionmaker(engine, expire_on_commit=False)


def session() -> Iterator[Session]:
    """One session for one request."""
    with new_session() as session:
        yield session


Database = Annotated[Session, Depends(session)]

app = FastAPI(
    title="Contract, in threads",
    max_body_size=1024 * 1024,
    exception_handlers={RequestValidationError: wrong},
)


@app.get("/hello", response_class=PlainTextResponse)
def hello() -> str:
    return "Hello, World!"


@app.get("/json")
def json() -> Message:
    return Message(message="Hello, World!")


@app.post("/validate")
def validate(order: Order) -> Receipt:
    return Receipt(
        order_id=order.order_id,
        city=order.customer.address.city,
        n_items=len(order.items),
        total_cents=sum(item.qty * item.unit_cents for item in order.items),
    )


@app.get("/db/{pk:int}", response_model=Row)
def db_read(pk: int, session: Database) -> Any:
    # An id that no column could hold is as unknown as any other.
    world = session.get(World, pk) if pk <= BIGGEST else None
    if world is None:
        raise HTTPException(status_code=404)
    return world


@app.get("/queries", response_model=list[Row])
def db_many(chosen: Annotated[Chosen, Query()], session: Database) -> Any:
    return [session.get_one(World, pk) for pk in chosen.ids]


@app.get("/worlds", response_model=list[Row])
def db_list(
    start: Annotated[int, Query(ge=1, le=BIGGEST)],
    limit: Annotated[int, Query(ge=1, le=500)],
    session: Database,
) -> Any:
    query = select(World).where(World.id >= start).order_by(World.id).limit(limit)
    return session.scalars(query).all()


@app.post("/updates", response_model=list[Row])
def db_write(chosen: Annotated[Chosen, Query()], session: Database) -> Any:
    # Locked, in ascending order: no write is lost and none can deadlock.
    worlds = [
        session.get_one(World, pk, with_for_update=True) for pk in sorted(chosen.ids)
    ]
    for world in worlds:
        world.random_number = world.random_number % 10000 + 1
    session.commit()
    return worlds


@app.get("/fortunes", response_class=HTMLResponse)
def fortunes(request: Request, session: Database) -> Any:
    found = list(session.scalars(select(Fortune)))
    found.append(Fortune(id=0, message="Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return templates.TemplateResponse(request, "fortunes.html", {"fortunes": found})


@app.get("/io")
def wait(ms: Annotated[int, Query(ge=0, le=5000)]) -> Done:
    time.sleep(ms / 1000)
    return Done(ok=True)


@app.get("/pgsleep")
def wait_in_database(
    ms: Annotated[int, Query(ge=0, le=5000)], session: Database
) -> Done:
    session.execute(select(func.pg_sleep(ms / 1000)))
    return Done(ok=True)


@app.get("/rendezvous")
def rendezvous(parties: Annotated[int, Query(ge=1, le=500)]) -> Met:
    return Met(met=meet(parties, timeout_s=5))


@app.get("/healthz", response_model=Done)
def healthz(session: Database) -> Any:
    try:
        session.execute(select(1))
    except DBAPIError:
        return JSONResponse({"ok": False}, status_code=503)
    return Done(ok=True)


@app.post("/predict")
def predict(body: Features) -> Prediction:
    from prediction import score

    return Prediction(score=score(body.features))
