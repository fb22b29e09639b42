"""The least an ASGI application can be: what the server costs without a framework."""

import json
from collections.abc import Awaitable, Callable
from typing import Any


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer /hello, /json and /healthz."""
    if scope["type"] != "http":
        return
    status, kind = 200, b"application/json"
    match scope["path"]:
        case "/hello":
            kind, body = b"text/plain; charset=utf-8", b"Hello, World!"
        case "/json":
            body = json.dumps({"message": "Hello, World!"}).encode()
        case "/healthz":
            body = b'{"ok":true}'
        case _:
            status, body = 404, b'{"error":"not found"}'
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
