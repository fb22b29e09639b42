"""Views that await, for ASGI: DJANGO_URLCONF=ablations.async_views, `uvicorn config.asgi:application`."""

import asyncio

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import aget_object_or_404
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from config.urls import urlpatterns as others
from trial.endpoints import WrongQuery, whole_number
from trial.models import World
from trial.views import BIGGEST


def wrong(error: WrongQuery) -> HttpResponse:
    """Answer 422 with the name of what was wrong."""
    errors = [{"loc": [error.name], "msg": str(error)}]
    return JsonResponse({"errors": errors}, status=422)


@csrf_exempt
@require_GET
async def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain; charset=utf-8")


@csrf_exempt
@require_GET
async def json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"message": "Hello, World!"})


@csrf_exempt
@require_GET
async def db_read(request: HttpRequest, pk: int) -> HttpResponse:
    return JsonResponse((await aget_object_or_404(World, pk=pk)).as_json())


@csrf_exempt
@require_GET
async def db_list(request: HttpRequest) -> HttpResponse:
    try:
        start = whole_number(request, "start", 1, BIGGEST)
        limit = whole_number(request, "limit", 1, 500)
    except WrongQuery as error:
        return wrong(error)
    worlds = World.objects.filter(pk__gte=start).order_by("pk")[:limit]
    return JsonResponse([world.as_json() async for world in worlds], safe=False)


@csrf_exempt
@require_GET
async def wait(request: HttpRequest) -> HttpResponse:
    try:
        await asyncio.sleep(whole_number(request, "ms", 0, 5000) / 1000)
    except WrongQuery as error:
        return wrong(error)
    return JsonResponse({"ok": True})


urlpatterns = [
    path("hello", hello),
    path("json", json),
    path("db/<int:pk>", db_read),
    path("worlds", db_list),
    path("io", wait),
    *others,
]
