"""What serves the resource: application, database, errors; not counted with it."""

import os
from typing import Any

from flask import Flask
from pydantic import ValidationError

from resource_database import db
from resource_fortune import api


app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"].replace(
    "postgresql://", "postgresql+psycopg://"
)
db.init_app(app)
app.register_blueprint(api)


@app.errorhandler(ValidationError)
def wrong(error: ValidationError) -> tuple[dict[str, Any], int]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {"errors": [{"loc": one["loc"], "msg": one["msg"]} for one in found]}, 422


@app.get("/healthz")
def healthz() -> dict[str, Any]:
    return {"ok": True}
