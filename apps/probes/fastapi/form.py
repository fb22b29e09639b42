"""A form that changes something for whoever is logged in; nothing beside the defaults."""

from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import PlainTextResponse
from starlette.middleware.sessions import SessionMiddleware


app = FastAPI(default_response_class=PlainTextResponse)
app.add_middleware(SessionMiddleware, secret_key="a key for a probe of seconds")
balance = {"euros": 100}


@app.get("/login")
async def login(request: Request) -> str:
    request.session["user"] = "ada"
    return "welcome"


@app.post("/transfer")
async def transfer(request: Request, euros: Annotated[int, Form()]) -> str:
    if request.session.get("user") != "ada":
        raise HTTPException(401)
    balance["euros"] -= euros
    return "sent"


@app.get("/balance")
async def show() -> str:
    return str(balance["euros"])


@app.get("/healthz")
async def healthz() -> str:
    return "ok"
