"""The rows that all applications share, and the database they are in."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class World(db.Model):
    """A number under a number."""

    __tablename__ = "world"

    id: Mapped[int] = mapped_column(primary_key=True)
    random_number: Mapped[int] = mapped_column("randomnumber")

    def as_json(self) -> dict[str, int]:
        """The row as the contract shows it."""
        return {"id": self.id, "randomNumber": self.random_number}


class Fortune(db.Model):
    """A saying for the page."""

    __tablename__ = "fortune"

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]
