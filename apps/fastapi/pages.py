"""The templates of pages."""

from inspect import signature
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, select_autoescape


# As Flask sets it up outside of debugging: no look at the files' dates.
environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    auto_reload=False,
)

if "request" in signature(Jinja2Templates.TemplateResponse).parameters:
    templates = Jinja2Templates(env=environment)

    def page(request: Request, name: str, context: dict[str, Any]) -> Response:
        """The page that a template makes of what it is given."""
        return templates.TemplateResponse(request, name, context)

else:  # Starlette before 0.29 makes its own environment and finds the request inside
    templates = Jinja2Templates(Path(__file__).parent / "templates", auto_reload=False)

    def page(request: Request, name: str, context: dict[str, Any]) -> Response:
        """The page that a template makes of what it is given."""
        return templates.TemplateResponse(name, {"request": request} | context)
