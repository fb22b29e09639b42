"""The routes of a made project, the admin, and those of the probes."""

import os
from importlib import import_module

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

import form
import nested


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    path("nested", nested.Nested.as_view()),
    path("", include("fortunes.urls")),
    path("login", form.login),
    path("form", form.form),
    path("transfer", form.transfer),
    path("balance", form.show),
]
if "GRAPH" in os.environ:
    # Loaded only where asked for: a package that does not load fails its own probe.
    urlpatterns.append(path("graphql", import_module(os.environ["GRAPH"]).graphql))
