"""The application and its settings: `gunicorn app:app`."""

import os
from typing import Any

from flask import Flask, Request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from models import db
from views import api


class BoundedRequest(Request):
    """A request that says so when its body was longer than the limit."""

    def on_json_loading_failed(self, error: ValueError | None) -> Any:
        """
        Tell a body that was cut off from one that is malformed.

        Werkzeug refuses a Content-Length above the limit by itself, but of a
        chunked body it hands out the first part, which is no JSON any more.
        """
        limit = self.max_content_length
        if limit is not None and len(self.get_data()) >= limit:
            raise RequestEntityTooLarge
        return super().on_json_loading_failed(error)


def wrong(error: ValidationError) -> tuple[dict[str, Any], int]:
    """Answer 422 with the path of everything that was wrong."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {"errors": [{"loc": one["loc"], "msg": one["msg"]} for one in found]}, 422


def too_deep(error: RecursionError) -> tuple[dict[str, Any], int]:
    """Refuse a body that is nested deeper than the interpreter goes."""
    return {"detail": "The body is nested too deeply."}, 400


def create_app() -> Flask:
    """Make the application; everything that varies comes from the environment."""
    app = Flask(__name__)
    app.request_class = BoundedRequest
    url = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres")
    app.config.update(
        MAX_CONTENT_LENGTH=1024 * 1024,  # bytes
        SQLALCHEMY_DATABASE_URI=url.replace("postgresql://", "postgresql+psycopg://"),
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": int(os.environ.get("POOL_CONNECTIONS", "8")),
            "max_overflow": 0,
            "connect_args": {
                "application_name": os.environ.get("APPLICATION_NAME", "flask")
            },
        },
    )
    # Keys in the order of the contract, not of the alphabet.
    app.json.sort_keys = False
    db.init_app(app)
    app.register_blueprint(api)
    app.register_error_handler(ValidationError, wrong)
    app.register_error_handler(RecursionError, too_deep)
    return app


app = create_app()
