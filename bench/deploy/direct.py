"""
Calls an application directly, without a server, so often as it is told.

Run by path in a target's own environment, in its app's folder; it imports
nothing of the harness. It imports the application once and warms it up, then
forks: each child answers its share of requests and ends. Under a tool that
counts instructions a child's count holds everything that its parent had done,
so the difference of two children is what the difference in requests cost, and
nothing else. Its order is JSON on stdin; the answer is JSON on stdout.
"""

import asyncio
import base64
import gc
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import cycle, islice
from typing import Any


type Answer = tuple[int, list[tuple[str, str]], bytes]
type Asked = dict[str, Any]
type Play = Callable[[Iterator[Any]], Any]


def main() -> None:
    """Answer the order: replies of a rehearsal, and the children's ids by workload."""
    order = json.load(sys.stdin)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - pathlib would be counted too
    module, _, name = order["application"].partition(":")
    app = getattr(importlib.import_module(module), name or "application")
    side = Wsgi(app) if order["interface"] == "wsgi" else Asgi(app)
    prepared = {
        work: [side.prepare(request) for request in requests]
        for work, requests in order["requests"].items()
    }
    answers = {work: side.play(iter(all_)) for work, all_ in prepared.items()}
    children: dict[str, list[int]] = {}
    if order["count"]:
        for all_ in prepared.values():
            side.play(islice(cycle(all_), order["warm"]))
        gc.collect()
        gc.freeze()  # start-up's objects are not walked again by either child
        for work, all_ in prepared.items():
            children[work] = [
                _child(side.play, islice(cycle(all_), order["count"] * times))
                for times in (1, 2)
            ]
    json.dump({"answers": _told(answers), "children": children}, sys.stdout)


def _child(play: Play, requests: Iterator[Any]) -> int:
    """A process that plays the requests and ends; its id. RuntimeError if it failed."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            play(requests)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"a child ended with status {status}")
    return child


def _told(answers: dict[str, list[Answer]]) -> dict[str, list[dict[str, Any]]]:
    return {
        work: [
            {
                "status": status,
                "headers": headers,
                "body": base64.b64encode(body).decode(),
            }
            for status, headers, body in found
        ]
        for work, found in answers.items()
    }


def _body(request: Asked) -> bytes:
    return base64.b64decode(request["body"] or "")


class Wsgi:
    """A WSGI application (PEP 3333)."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def prepare(self, request: Asked) -> tuple[dict[str, Any], bytes]:
        """What a server would hand over, less the stream of the body."""
        path, _, query = request["path"].partition("?")
        body = _body(request)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request["method"],
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if request["body"] is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["CONTENT_TYPE"] = request["content_type"]
        return environ, body

    def play(self, requests: Iterator[tuple[dict[str, Any], bytes]]) -> list[Answer]:
        """Every answer, in order."""
        kept: list[Answer] = []
        for environ, body in requests:
            kept.append(self._call(environ, body))
        return kept

    def _call(self, environ: dict[str, Any], body: bytes) -> Answer:
        status, headers = "", list[tuple[str, str]]()

        def start_response(line: str, pairs: Any, exc_info: Any = None) -> Any:
            nonlocal status, headers
            status, headers = line, pairs

        parts = self._app({**environ, "wsgi.input": BytesIO(body)}, start_response)
        try:
            answer = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return int(status[:3]), headers, answer


class Asgi:
    """An ASGI application (version 3), on a plain event loop and without a lifespan."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def prepare(self, request: Asked) -> tuple[dict[str, Any], bytes]:
        """What a server would hand over."""
        path, _, query = request["path"].partition("?")
        body = _body(request)
        headers = [(b"host", b"127.0.0.1")]
        if request["body"] is not None:
            headers.append((b"content-length", b"%d" % len(body)))
            headers.append((b"content-type", request["content_type"].encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request["method"],
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        return scope, body

    def play(self, requests: Iterator[tuple[dict[str, Any], bytes]]) -> list[Answer]:
        """Every answer, in order, on a loop of their own."""
        return asyncio.run(self._all(requests))

    async def _all(
        self, requests: Iterator[tuple[dict[str, Any], bytes]]
    ) -> list[Answer]:
        return [await self._call(scope, body) for scope, body in requests]

    async def _call(self, scope: dict[str, Any], body: bytes) -> Answer:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app({**scope, "headers": list(scope["headers"])}, receive, send)
        headers = [(n.decode(), v.decode()) for n, v in sent[0].get("headers", ())]
        return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent)


if __name__ == "__main__":
    main()
