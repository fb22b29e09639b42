"""The classic mistake on purpose: blocking calls inside `async def` handlers."""

import time
from threading import Event
from typing import Annotated

from fastapi import FastAPI, Query

from schemas import Done, Met


app = FastAPI(title="Blocking")


@app.get("/io")
async def wait(ms: Annotated[int, Query(ge=0, le=5000)]) -> Done:
    time.sleep(ms / 1000)  # the mistake that is measured
    return Done(ok=True)


@app.get("/rendezvous")
async def rendezvous(parties: Annotated[int, Query(ge=1, le=500)]) -> Met:
    # Whoever blocks here keeps the others from coming in.
    return Met(met=parties == 1 or Event().wait(timeout=5))


@app.get("/healthz")
async def healthz() -> Done:
    return Done(ok=True)
