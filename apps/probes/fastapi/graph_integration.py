"""GraphQL by graphene, through a package made for the toolkit underneath."""

from fastapi import FastAPI
from starlette_graphene3 import GraphQLApp

from graph_schema import schema


app = FastAPI()
app.mount("/graphql", GraphQLApp(schema))


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
