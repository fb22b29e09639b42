"""GraphQL by graphene, through a route of our own."""

from typing import Any

from flask import Flask, request

from graph_schema import schema


app = Flask(__name__)


@app.post("/graphql")
def graphql() -> dict[str, Any]:
    asked = request.get_json()
    result = schema.execute(asked["query"], variable_values=asked.get("variables"))
    return result.formatted


@app.get("/healthz")
def healthz() -> dict[str, Any]:
    return {"ok": True}
