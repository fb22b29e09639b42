"""The routes that read and write rows, with psycopg and its asynchronous pool alone: `uvicorn ablations.psycopg_rows:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from errors import wrong
from older import FROM_QUERY
from pages import page
from schemas import BIGGEST, Chosen, Done, Row


class Fortune(NamedTuple):
    id: int
    message: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, AsyncConnectionPool]]:
    """Hold the pool of connections as long as the application runs."""
    size = int(os.environ.get("POOL_CONNECTIONS", "8"))
    async with AsyncConnectionPool(
        os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres"),
        min_size=size,
        max_size=size,
        kwargs={
            "autocommit": True,
            "application_name": os.environ.get("APPLICATION_NAME", "fastapi"),
            "row_factory": class_row(Row),
        },
    ) as pool:
        yield {"pool": pool}


app = FastAPI(
    title="Rows by psycopg",
    lifespan=lifespan,
    exception_handlers={RequestValidationError: wrong},
)


async def connection(request: Request) -> AsyncIterator[AsyncConnection[Row]]:
    """One connection for one request."""
    async with request.state.pool.connection() as connection:
        yield connection


Connection = Annotated[AsyncConnection[Row], Depends(connection)]
ROW = "SELECT id, randomnumber AS random_number FROM world WHERE id = %s"


async def one(connection: AsyncConnection[Row], query: str, pk: int) -> Any:
    """The row of that id, or None."""
    return await (await connection.execute(query, [pk])).fetchone()


@app.get("/db/{pk:int}")
async def db_read(pk: int, connection: Connection) -> Row:
    # An id that no column could hold is as unknown as any other.
    row = await one(connection, ROW, pk) if pk <= BIGGEST else None
    if row is None:
        raise HTTPException(status_code=404)
    return row


@app.get("/queries")
async def db_many(
    chosen: Annotated[Chosen, FROM_QUERY], connection: Connection
) -> list[Row]:
    return [await one(connection, ROW, pk) for pk in chosen.ids]


@app.get("/worlds")
async def db_list(
    start: Annotated[int, Query(ge=1, le=BIGGEST)],
    limit: Annotated[int, Query(ge=1, le=500)],
    connection: Connection,
) -> list[Row]:
    query = (
        "SELECT id, randomnumber AS random_number FROM world"
        " WHERE id >= %s ORDER BY id LIMIT %s"
    )
    return await (await connection.execute(query, [start, limit])).fetchall()


@app.post("/updates")
async def db_write(
    chosen: Annotated[Chosen, FROM_QUERY], connection: Connection
) -> list[Row]:
    async with connection.transaction():
        # Locked, in ascending order: no write is lost and none can deadlock.
        query = f"{ROW} FOR UPDATE"
        rows = [await one(connection, query, pk) for pk in sorted(chosen.ids)]
        for row in rows:
            row.random_number = row.random_number % 10000 + 1
        await connection.cursor().executemany(
            "UPDATE world SET randomnumber = %s WHERE id = %s",
            [(row.random_number, row.id) for row in rows],
        )
    return rows


@app.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request, connection: Connection) -> Any:
    cursor = connection.cursor(row_factory=class_row(Fortune))
    found = await (await cursor.execute("SELECT id, message FROM fortune")).fetchall()
    found.append(Fortune(0, "Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return page(request, "fortunes.html", {"fortunes": found})


@app.get("/pgsleep")
async def wait_in_database(
    ms: Annotated[int, Query(ge=0, le=5000)], connection: Connection
) -> Done:
    await connection.execute("SELECT pg_sleep(%s)", [ms / 1000])
    return Done(ok=True)


@app.get("/healthz")
async def healthz(request: Request) -> Done:
    async with request.state.pool.connection(timeout=2) as connection:
        await connection.execute("SELECT 1")
    return Done(ok=True)
