"""The views of the contract, each as plain as Django lets it be."""

import time

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from trial.endpoints import endpoint, whole_number
from trial.models import Fortune, World
from trial.rendezvous import meet


BIGGEST = 2_147_483_647


def chosen_ids(request: HttpRequest) -> list[int]:
    """The n distinct ids that the contract derives from the seed."""
    n = whole_number(request, "n", 1, 500)
    seed = whole_number(request, "seed", 0, BIGGEST)
    return [(seed * 7919 + k * 104729) % 10000 + 1 for k in range(n)]


@endpoint("GET")
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain; charset=utf-8")


@endpoint("GET")
def json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"message": "Hello, World!"})


@endpoint("GET")
def db_read(request: HttpRequest, pk: int) -> HttpResponse:
    return JsonResponse(get_object_or_404(World, pk=pk).as_json())


@endpoint("GET")
def db_many(request: HttpRequest) -> HttpResponse:
    worlds = [World.objects.get(pk=pk) for pk in chosen_ids(request)]
    return JsonResponse([world.as_json() for world in worlds], safe=False)


@endpoint("GET")
def db_list(request: HttpRequest) -> HttpResponse:
    start = whole_number(request, "start", 1, BIGGEST)
    limit = whole_number(request, "limit", 1, 500)
    worlds = World.objects.filter(pk__gte=start).order_by("pk")[:limit]
    return JsonResponse([world.as_json() for world in worlds], safe=False)


@endpoint("POST")
def db_write(request: HttpRequest) -> HttpResponse:
    ids = sorted(chosen_ids(request))
    with transaction.atomic():
        # Locked, in ascending order: no write is lost and none can deadlock.
        worlds = [World.objects.select_for_update().get(pk=pk) for pk in ids]
        for world in worlds:
            world.random_number = world.random_number % 10000 + 1
        World.objects.bulk_update(worlds, ["random_number"])
    return JsonResponse([world.as_json() for world in worlds], safe=False)


@endpoint("GET")
def fortunes(request: HttpRequest) -> HttpResponse:
    found = list(Fortune.objects.all())
    found.append(Fortune(id=0, message="Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune.message)
    return render(request, "fortunes.html", {"fortunes": found})


@endpoint("GET")
def wait(request: HttpRequest) -> HttpResponse:
    time.sleep(whole_number(request, "ms", 0, 5000) / 1000)
    return JsonResponse({"ok": True})


@endpoint("GET")
def wait_in_database(request: HttpRequest) -> HttpResponse:
    seconds = whole_number(request, "ms", 0, 5000) / 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
    return JsonResponse({"ok": True})


@endpoint("GET")
def rendezvous(request: HttpRequest) -> HttpResponse:
    parties = whole_number(request, "parties", 1, 500)
    return JsonResponse({"met": meet(parties, timeout_s=5)})


@endpoint("GET")
def healthz(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})
