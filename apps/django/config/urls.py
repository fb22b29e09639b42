"""The routes of the contract."""

from django.urls import path

from trial import views


urlpatterns = [
    path("hello", views.hello),
    path("json", views.json),
    path("validate", views.validate),
    path("db/<int:pk>", views.db_read),
    path("queries", views.db_many),
    path("worlds", views.db_list),
    path("updates", views.db_write),
    path("io", views.wait),
    path("pgsleep", views.wait_in_database),
    path("rendezvous", views.rendezvous),
    path("healthz", views.healthz),
]
