"""Where the resource answers."""

from django.urls import path

from fortunes.views import Fortunes


urlpatterns = [path("fortunes", Fortunes.as_view())]
