"""The least a WSGI application can be: what the server costs without a framework."""

import json
from collections.abc import Callable, Iterable
from typing import Any


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer /hello, /json and /healthz."""
    status, kind = "200 OK", "application/json"
    match environ["PATH_INFO"]:
        case "/hello":
            kind, body = "text/plain; charset=utf-8", b"Hello, World!"
        case "/json":
            body = json.dumps({"message": "Hello, World!"}).encode()
        case "/healthz":
            body = b'{"ok":true}'
        case _:
            status, body = "404 Not Found", b'{"error":"not found"}'
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
