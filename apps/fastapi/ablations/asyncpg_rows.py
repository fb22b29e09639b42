"""The routes that read and write rows, with asyncpg alone in the place of SQLAlchemy: `uvicorn ablations.asyncpg_rows:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, NamedTuple

import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from errors import wrong
from older import FROM_QUERY
from pages import page
from schemas import BIGGEST, Chosen, Done, Row


class Fortune(NamedTuple):
    id: int
    message: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, asyncpg.Pool]]:
    """Hold the pool of connections as long as the application runs."""
    size = int(os.environ.get("POOL_CONNECTIONS", "8"))
    name = os.environ.get("APPLICATION_NAME", "fastapi")
    async with asyncpg.create_pool(
        os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres"),
        min_size=size,
        max_size=size,
        server_settings={"application_name": name},
    ) as pool:
        yield {"pool": pool}


app = FastAPI(
    title="Rows by asyncpg",
    lifespan=lifespan,
    exception_handlers={RequestValidationError: wrong},
)


async def connection(request: Request) -> AsyncIterator[asyncpg.Connection]:
    """One connection for one request."""
    async with request.state.pool.acquire() as connection:
        yield connection


Connection = Annotated[Any, Depends(connection)]
ROW = "SELECT id, randomnumber AS random_number FROM world WHERE id = $1"


@app.get("/db/{pk:int}")
async def db_read(pk: int, connection: Connection) -> Row:
    # An id that no column could hold is as unknown as any other.
    row = await connection.fetchrow(ROW, pk) if pk <= BIGGEST else None
    if row is None:
        raise HTTPException(status_code=404)
    return Row(**row)


@app.get("/queries")
async def db_many(
    chosen: Annotated[Chosen, FROM_QUERY], connection: Connection
) -> list[Row]:
    return [Row(**await connection.fetchrow(ROW, pk)) for pk in chosen.ids]


@app.get("/worlds")
async def db_list(
    start: Annotated[int, Query(ge=1, le=BIGGEST)],
    limit: Annotated[int, Query(ge=1, le=500)],
    connection: Connection,
) -> list[Row]:
    query = (
        "SELECT id, randomnumber AS random_number FROM world"
        " WHERE id >= $1 ORDER BY id LIMIT $2"
    )
    return [Row(**row) for row in await connection.fetch(query, start, limit)]


@app.post("/updates")
async def db_write(
    chosen: Annotated[Chosen, FROM_QUERY], connection: Connection
) -> list[Row]:
    async with connection.transaction():
        # Locked, in ascending order: no write is lost and none can deadlock.
        rows = [
            Row(**await connection.fetchrow(f"{ROW} FOR UPDATE", pk))
            for pk in sorted(chosen.ids)
        ]
        for row in rows:
            row.random_number = row.random_number % 10000 + 1
        await connection.executemany(
            "UPDATE world SET randomnumber = $2 WHERE id = $1",
            [(row.id, row.random_number) for row in rows],
        )
    return rows


@app.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request, connection: Connection) -> Any:
    rows = await connection.fetch("SELECT id, message FROM fortune")
    found = [Fortune(**row) for row in rows]
    found.append(Fortune(0, "Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return page(request, "fortunes.html", {"fortunes": found})


@app.get("/pgsleep")
async def wait_in_database(
    ms: Annotated[int, Query(ge=0, le=5000)], connection: Connection
) -> Done:
    await connection.execute("SELECT pg_sleep($1)", ms / 1000)
    return Done(ok=True)


@app.get("/healthz")
async def healthz(connection: Connection) -> Done:
    return Done(ok=await connection.fetchval("SELECT 1") == 1)
