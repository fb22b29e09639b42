"""The rows that all applications share, and the sessions that reach them."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


url = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres")
engine = create_async_engine(
    url.replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=int(os.environ.get("POOL_CONNECTIONS", "8")),
    max_overflow=0,
    connect_args={
        "server_settings": {
            "application_name": os.environ.get("APPLICATION_NAME", "fastapi")
        }
    },
)
new_session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class World(Base):
    """A number under a number."""

    __tablename__ = "world"

    id: Mapped[int] = mapped_column(primary_key=True)
    random_number: Mapped[int] = mapped_column("randomnumber")


class Fortune(Base):
    """A saying for the page."""

    __tablename__ = "fortune"

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]


async def session() -> AsyncIterator[AsyncSession]:
    """One session for one request."""
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session)]
