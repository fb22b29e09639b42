"""
The settings of `django-admin startproject`, with what a deployment changes.

Everything that a team would set per environment comes from the environment.
"""

import os
from urllib.parse import unquote, urlsplit

import django
from django.core.management.utils import get_random_secret_key


# No session outlives a process here, so a fresh key is as good as a kept one.
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY") or get_random_secret_key()
DEBUG = False
# Load may come to a loopback address, a container's name or its address.
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "*").split(",")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "trial",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if os.environ.get("DJANGO_MIDDLEWARE") == "none":
    MIDDLEWARE = ["trial.middleware.content_length"]

# An ablation names its own, which changes some routes and includes the others.
ROOT_URLCONF = os.environ.get("DJANGO_URLCONF", "config.urls")
WSGI_APPLICATION = "config.wsgi.application"
# The slashes of startproject are for pages; these are routes of an API.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

POOL_CONNECTIONS = int(os.environ.get("POOL_CONNECTIONS", "8"))
DATABASE = urlsplit(
    os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(DATABASE.path.lstrip("/")),
        "USER": unquote(DATABASE.username or ""),
        "PASSWORD": unquote(DATABASE.password or ""),
        "HOST": DATABASE.hostname or "",
        "PORT": str(DATABASE.port or ""),
        "OPTIONS": {
            "application_name": os.environ.get("APPLICATION_NAME", "django"),
            "pool": {"min_size": POOL_CONNECTIONS, "max_size": POOL_CONNECTIONS},
        },
    }
}
# For the ablations: a connection kept by each thread, or one for each request.
# Django has had a pool of its own since 5.1; before, teams kept connections.
usual = "pool" if django.VERSION >= (5, 1) else "kept"
if (kept := os.environ.get("DJANGO_CONNECTIONS", usual)) != "pool":
    del DATABASES["default"]["OPTIONS"]["pool"]
    DATABASES["default"]["CONN_MAX_AGE"] = None if kept == "kept" else 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "trial.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
