"""The classic mistake on purpose: blocking calls inside `async def` handlers."""

import time
from threading import Event
from typing import Annotated

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse

from errors import wrong
from schemas import Done, Features, Met, Ranked


app = FastAPI(
    title="Blocking",
    max_body_size=1024 * 1024,
    exception_handlers={RequestValidationError: wrong},
)


@app.get("/io")
async def wait(ms: Annotated[int, Query(ge=0, le=5000)]) -> Done:
    time.sleep(ms / 1000)  # the mistake that is measured
    return Done(ok=True)


@app.get("/hello", response_class=PlainTextResponse)
async def hello() -> str:
    return "Hello, World!"


@app.post("/predict-heavy")
async def predict_heavy(body: Features) -> Ranked:
    from ranking import best_item

    item, score = best_item(body.features)  # the mistake again
    return Ranked(item=item, score=score)


@app.get("/rendezvous")
async def rendezvous(parties: Annotated[int, Query(ge=1, le=500)]) -> Met:
    # Whoever blocks here keeps the others from coming in.
    return Met(met=parties == 1 or Event().wait(timeout=5))


@app.get("/healthz")
async def healthz() -> Done:
    return Done(ok=True)
