"""The rows that all applications share; the schema is not Django's to migrate."""

from typing import Any

from django.db import models


class World(models.Model):
    """A number under a number."""

    id = models.IntegerField(primary_key=True)
    random_number = models.IntegerField(db_column="randomnumber")

    class Meta:
        managed = False
        db_table = "world"

    def __str__(self) -> str:
        return f"world {self.id}"

    def as_json(self) -> dict[str, Any]:
        """The row as the contract shows it."""
        return {"id": self.id, "randomNumber": self.random_number}


class Fortune(models.Model):
    """A saying for the page."""

    id = models.IntegerField(primary_key=True)
    message = models.CharField(max_length=2048)

    class Meta:
        managed = False
        db_table = "fortune"

    def __str__(self) -> str:
        return self.message
