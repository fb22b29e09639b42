"""One more resource: validated, stored, listed."""

from typing import Any

from flask import Blueprint, request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from resource_database import db


api = Blueprint("fortunes", __name__)


class Fortune(db.Model):
    __tablename__ = "fortune"

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "message": self.message}


class NewFortune(BaseModel):
    id: int = Field(ge=1, le=2_147_483_647)
    message: str = Field(min_length=1, max_length=2048)


@api.get("/fortunes")
def list_fortunes() -> list[dict[str, Any]]:
    query = select(Fortune).order_by(Fortune.id)
    if "message" in request.args:
        query = query.where(Fortune.message == request.args["message"])
    return [fortune.as_json() for fortune in db.session.scalars(query)]


@api.post("/fortunes")
def add_fortune() -> tuple[dict[str, Any], int]:
    new = NewFortune.model_validate(request.get_json())
    fortune = Fortune(id=new.id, message=new.message)
    db.session.add(fortune)
    answer = fortune.as_json()
    db.session.commit()
    return answer, 201
