"""A body that nests: checked by the framework itself, its errors as they come."""

from fastapi import FastAPI
from pydantic import BaseModel


app = FastAPI()


class Level(BaseModel):
    text: str
    whole: int
    number: float
    flag: bool
    list: list[int]
    child: "Level | None" = None


@app.post("/nested")
async def nested(level: Level) -> dict[str, bool]:
    return {"ok": True}


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
