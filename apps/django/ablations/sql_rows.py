"""The same application with SQL by hand in the place of the ORM: DJANGO_URLCONF=ablations.sql_rows."""

from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as others
from trial.endpoints import endpoint, whole_number
from trial.views import BIGGEST, chosen_ids


ROW = "SELECT id, randomnumber FROM world WHERE id = %s"


def as_json(row: tuple[int, int]) -> dict[str, Any]:
    """The row as the contract shows it."""
    return {"id": row[0], "randomNumber": row[1]}


@endpoint("GET")
def db_read(request: HttpRequest, pk: int) -> HttpResponse:
    # An id that no column could hold is as unknown as any other.
    if pk > BIGGEST:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(ROW, [pk])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    return JsonResponse(as_json(row))


@endpoint("GET")
def db_many(request: HttpRequest) -> HttpResponse:
    rows = []
    with connection.cursor() as cursor:
        for pk in chosen_ids(request):
            cursor.execute(ROW, [pk])
            rows.append(as_json(cursor.fetchone()))
    return JsonResponse(rows, safe=False)


@endpoint("GET")
def db_list(request: HttpRequest) -> HttpResponse:
    start = whole_number(request, "start", 1, BIGGEST)
    limit = whole_number(request, "limit", 1, 500)
    query = "SELECT id, randomnumber FROM world WHERE id >= %s ORDER BY id LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(query, [start, limit])
        rows = [as_json(row) for row in cursor.fetchall()]
    return JsonResponse(rows, safe=False)


@endpoint("POST")
def db_write(request: HttpRequest) -> HttpResponse:
    rows = []
    with transaction.atomic(), connection.cursor() as cursor:
        # Locked, in ascending order: no write is lost and none can deadlock.
        for pk in sorted(chosen_ids(request)):
            cursor.execute(f"{ROW} FOR UPDATE", [pk])
            rows.append(cursor.fetchone())
        rows = [(pk, number % 10000 + 1) for pk, number in rows]
        cursor.executemany(
            "UPDATE world SET randomnumber = %s WHERE id = %s",
            [(number, pk) for pk, number in rows],
        )
    return JsonResponse([as_json(row) for row in rows], safe=False)


@endpoint("GET")
def fortunes(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, message FROM fortune")
        found = [{"id": pk, "message": message} for pk, message in cursor.fetchall()]
    found.append({"id": 0, "message": "Additional fortune added at request time."})
    found.sort(key=lambda fortune: fortune["message"])
    return render(request, "fortunes.html", {"fortunes": found})


urlpatterns = [
    path("db/<int:pk>", db_read),
    path("queries", db_many),
    path("worlds", db_list),
    path("updates", db_write),
    path("fortunes", fortunes),
    *others,
]
