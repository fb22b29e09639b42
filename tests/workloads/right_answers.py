"""
The right answer to every request of every workload, as an application gives it.

To add a workload: its line in RIGHT.
"""

import html
import json
from collections.abc import Callable, Iterable
from typing import Any

from bench.model.exchange import Reply, Request
from bench.workloads.database import chosen_ids, parameter, row
from bench.workloads.html_page import FORTUNES
from bench.workloads.mix import kind_of
from bench.workloads.predict import best, score
from bench.workloads.validating import long_receipt, receipt, summary


TEXT = {"content-type": "text/plain; charset=utf-8"}
JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}

SINGLE = {"hello", "json", "html", "wait"}
"""Workloads whose every request is the same one."""


def page(rows: Iterable[tuple[int, str]]) -> bytes:
    """A page with these rows, as a template makes it."""
    cells = [
        f"<tr><td>{number}</td><td>{html.escape(message)}</td></tr>"
        for number, message in rows
    ]
    head = "<!DOCTYPE html><html><body><table><tr><th>id</th><th>message</th></tr>"
    return f"{head}{''.join(cells)}</table></body></html>".encode()


def _said(value: Any) -> Reply:
    return Reply(200, json.dumps(value).encode(), JSON)


def _of(request: Request) -> Any:
    """The value of the request's body."""
    return json.loads(request.body or b"")


def _best(features: list[float]) -> dict[str, Any]:
    found = best(tuple(features))
    return {"item": min(found.items), "score": round(found.score, 6)}


def _ids(request: Request) -> list[int]:
    return chosen_ids(parameter(request, "n"), parameter(request, "seed"))


def _start(request: Request) -> int:
    return parameter(request, "start")


RIGHT: dict[str, Callable[[Request], Reply]] = {
    "hello": lambda asked: Reply(200, b"Hello, World!", TEXT),
    "json": lambda asked: _said({"message": "Hello, World!"}),
    "validate": lambda asked: _said(receipt(_of(asked))),
    "db-read": lambda asked: _said(row(int(asked.path.removeprefix("/db/")))),
    "db-many": lambda asked: _said([row(one) for one in _ids(asked)]),
    "db-list": lambda asked: _said([row(_start(asked) + place) for place in range(50)]),
    "db-write": lambda asked: _said([row(one) for one in sorted(_ids(asked))]),
    "html": lambda asked: Reply(200, page(FORTUNES), HTML),
    "predict": lambda asked: _said({"score": round(score(_of(asked)["features"]), 6)}),
    "predict-heavy": lambda asked: _said(_best(_of(asked)["features"])),
    "nested": lambda asked: _said(summary(_of(asked))),
    "large": lambda asked: _said(long_receipt(_of(asked))),
    "wait": lambda asked: _said({"ok": True}),
}
RIGHT["mix"] = lambda asked: RIGHT[kind_of(asked)](asked)
