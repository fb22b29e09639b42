"""The routes of the contract."""

from django.urls import path

from trial import validation, views


urlpatterns = [
    path("hello", views.hello),
    path("json", views.json),
    path("validate", validation.validate),
    path("db/<int:pk>", views.db_read),
    path("queries", views.db_many),
    path("worlds", views.db_list),
    path("updates", views.db_write),
    path("fortunes", views.fortunes),
    path("io", views.wait),
    path("pgsleep", views.wait_in_database),
    path("rendezvous", views.rendezvous),
    path("predict", validation.predict),
    path("predict-heavy", validation.predict_heavy),
    path("nested/<int:depth>", validation.nested),
    path("large", validation.large),
    path("healthz", views.healthz),
]
