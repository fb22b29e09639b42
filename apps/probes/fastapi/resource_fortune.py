"""One more resource: validated, stored, listed."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from resource_database import Base, Session


api = APIRouter()


class Fortune(Base):
    __tablename__ = "fortune"

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]


class FortuneBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int = Field(ge=1, le=2_147_483_647)
    message: str = Field(min_length=1, max_length=2048)


@api.get("/fortunes", response_model=list[FortuneBody])
async def list_fortunes(session: Session, message: str | None = None) -> Any:
    query = select(Fortune).order_by(Fortune.id)
    if message is not None:
        query = query.where(Fortune.message == message)
    return (await session.scalars(query)).all()


@api.post("/fortunes", response_model=FortuneBody, status_code=201)
async def add_fortune(new: FortuneBody, session: Session) -> Any:
    fortune = Fortune(id=new.id, message=new.message)
    session.add(fortune)
    await session.commit()
    return fortune
