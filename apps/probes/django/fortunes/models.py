"""One more resource, as it is stored."""

from django.db import models


class Fortune(models.Model):
    id = models.IntegerField(primary_key=True)
    message = models.CharField(max_length=2048)

    class Meta:
        managed = False
        db_table = "fortune"

    def __str__(self) -> str:
        return self.message
