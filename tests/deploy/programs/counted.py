"""An application that works as many times as it is told, and waits for nobody."""

import os
from collections.abc import Callable, Iterable
from typing import Any


TIMES = int(os.environ["TIMES"])


def work() -> int:
    """A fixed amount."""
    total = 0
    for number in range(500):
        total += number
    return total


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer after the work; /fail fails."""
    if environ["PATH_INFO"] == "/fail":
        raise ValueError("as asked")
    for _ in range(TIMES):
        work()
    body = environ["wsgi.input"].read() or b"Hello, World!"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


async def asgi_app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The same as ASGI."""
    for _ in range(TIMES):
        work()
    body = (await receive())["body"] or b"Hello, World!"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
