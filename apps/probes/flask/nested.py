"""A body that nests: checked by pydantic, since the framework leaves that to others."""

from typing import Any

from flask import Flask, request
from pydantic import BaseModel, ValidationError


app = Flask(__name__)


class Level(BaseModel):
    text: str
    whole: int
    number: float
    flag: bool
    list: list[int]
    child: "Level | None" = None


@app.post("/nested")
def nested() -> dict[str, Any]:
    Level.model_validate(request.get_json())
    return {"ok": True}


@app.errorhandler(ValidationError)
def wrong(error: ValidationError) -> tuple[dict[str, Any], int]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {"errors": [{"loc": one["loc"], "msg": one["msg"]} for one in found]}, 422


@app.get("/healthz")
def healthz() -> dict[str, Any]:
    return {"ok": True}
