"""One value in two routes; its type is said by an annotation in the first, and nowhere in the second."""

from fastapi import FastAPI


app = FastAPI()


@app.get("/annotated/{whole}")
async def annotated(whole: int) -> dict[str, object]:
    return {"whole": whole}


@app.get("/bare/{whole}")
async def bare(whole) -> dict[str, object]:  # type: ignore[no-untyped-def]
    return {"whole": whole}


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
