"""
The settings of a project as `django-admin startproject` has just made it.

Only what a probe cannot do without is added: the trial's database, a schema
of its own for Django's tables, the probe's routes and its one app.
"""

import os
from urllib.parse import unquote, urlsplit

from project.settings import *  # noqa: F403 - the point: everything as it was made
from project.settings import INSTALLED_APPS as MADE


INSTALLED_APPS = [*MADE, "fortunes"]
ROOT_URLCONF = "routes"
_DATABASE = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(_DATABASE.path.lstrip("/")),
        "USER": unquote(_DATABASE.username or ""),
        "PASSWORD": unquote(_DATABASE.password or ""),
        "HOST": _DATABASE.hostname or "",
        "PORT": str(_DATABASE.port or ""),
        "OPTIONS": {"options": "-c search_path=probe_project,public"},
    }
}
