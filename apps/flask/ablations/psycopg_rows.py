"""The same application with psycopg alone in the place of SQLAlchemy: `gunicorn ablations.psycopg_rows:app`."""

import os
from typing import Any, NamedTuple

from flask import abort, render_template, request
from psycopg import OperationalError
from psycopg.rows import class_row, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from app import app
from schemas import Chosen, Page, Pause


class Fortune(NamedTuple):
    id: int
    message: str


size = int(os.environ.get("POOL_CONNECTIONS", "8"))
# Opened on import, which gunicorn does in each worker after its fork.
pool = ConnectionPool(
    os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres"),
    min_size=size,
    max_size=size,
    open=True,
    kwargs={
        "autocommit": True,
        "application_name": os.environ.get("APPLICATION_NAME", "flask"),
        "row_factory": dict_row,
    },
)
ROW = 'SELECT id, randomnumber AS "randomNumber" FROM world WHERE id = %s'


def db_read(pk: int) -> dict[str, Any]:
    with pool.connection() as connection:
        row = connection.execute(ROW, [pk]).fetchone()
    if row is None:
        abort(404)
    return row


def db_many() -> list[dict[str, Any]]:
    chosen = Chosen.model_validate(request.args.to_dict())
    with pool.connection() as connection:
        return [connection.execute(ROW, [pk]).fetchone() for pk in chosen.ids]


def db_list() -> list[dict[str, Any]]:
    page = Page.model_validate(request.args.to_dict())
    query = (
        'SELECT id, randomnumber AS "randomNumber" FROM world'
        " WHERE id >= %s ORDER BY id LIMIT %s"
    )
    with pool.connection() as connection:
        return connection.execute(query, [page.start, page.limit]).fetchall()


def db_write() -> list[dict[str, Any]]:
    ids = sorted(Chosen.model_validate(request.args.to_dict()).ids)
    with pool.connection() as connection, connection.transaction():
        # Locked, in ascending order: no write is lost and none can deadlock.
        rows = [connection.execute(f"{ROW} FOR UPDATE", [pk]).fetchone() for pk in ids]
        for row in rows:
            row["randomNumber"] = row["randomNumber"] % 10000 + 1
        connection.cursor().executemany(
            "UPDATE world SET randomnumber = %(randomNumber)s WHERE id = %(id)s", rows
        )
    return rows


def fortunes() -> str:
    with pool.connection() as connection:
        cursor = connection.cursor(row_factory=class_row(Fortune))
        found = cursor.execute("SELECT id, message FROM fortune").fetchall()
    found.append(Fortune(0, "Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return render_template("fortunes.html", fortunes=found)


def wait_in_database() -> dict[str, Any]:
    pause = Pause.model_validate(request.args.to_dict())
    with pool.connection() as connection:
        connection.execute("SELECT pg_sleep(%s)", [pause.ms / 1000])
    return {"ok": True}


def healthz() -> tuple[dict[str, Any], int]:
    try:
        with pool.connection(timeout=2) as connection:
            connection.execute("SELECT 1")
    except (OperationalError, PoolTimeout):
        return {"ok": False}, 503
    return {"ok": True}, 200


app.view_functions |= {
    "api.db_read": db_read,
    "api.db_many": db_many,
    "api.db_list": db_list,
    "api.db_write": db_write,
    "api.fortunes": fortunes,
    "api.wait_in_database": wait_in_database,
    "api.healthz": healthz,
}
