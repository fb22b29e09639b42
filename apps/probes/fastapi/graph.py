"""GraphQL by graphene, through a route of our own."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from graph_schema import schema


app = FastAPI()


class Asked(BaseModel):
    query: str
    variables: dict[str, Any] | None = None


@app.post("/graphql")
async def graphql(asked: Asked) -> dict[str, Any]:
    result = await schema.execute_async(asked.query, variable_values=asked.variables)
    return dict(result.formatted)


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
