"""A form that changes something for whoever is logged in; nothing beside the defaults."""

from django.http import HttpRequest, HttpResponse
from django.template import engines


balance = {"euros": 100}
PAGE = "<form method=post action=/transfer>{% csrf_token %}<input name=euros></form>"


def login(request: HttpRequest) -> HttpResponse:
    request.session["user"] = "ada"
    return HttpResponse("welcome")


def form(request: HttpRequest) -> HttpResponse:
    """The site's own page with the form, as the documentation writes it."""
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


def transfer(request: HttpRequest) -> HttpResponse:
    if request.session.get("user") != "ada":
        return HttpResponse("who are you?", status=401)
    balance["euros"] -= int(request.POST["euros"])
    return HttpResponse("sent")


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(balance["euros"]))
