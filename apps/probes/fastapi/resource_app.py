"""What serves the resource; not counted with it."""

from fastapi import FastAPI

from resource_fortune import api


app = FastAPI()
app.include_router(api)


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
