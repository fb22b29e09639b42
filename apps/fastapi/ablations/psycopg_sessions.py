"""The same application on SQLAlchemy's asynchronous session, with psycopg in the place of asyncpg: `uvicorn ablations.psycopg_sessions:app`."""

import os

from sqlalchemy.ext.asyncio import create_async_engine

from app import app as app
from database import new_session, url


# The engine on asyncpg opens no connection as long as no session asks it.
new_session.configure(
    bind=create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://"),
        pool_size=int(os.environ.get("POOL_CONNECTIONS", "8")),
        max_overflow=0,
        connect_args={
            "application_name": os.environ.get("APPLICATION_NAME", "fastapi")
        },
    )
)
