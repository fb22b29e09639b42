"""A server between the suite and a right target, which changes some replies."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.deploy.http_client import ask
from bench.model.exchange import Reply, Request


@dataclass(frozen=True, slots=True)
class Plant:
    """A change of some replies, and the finding that must notice."""

    finding: str
    applies: Callable[[Request, Reply], bool]
    change: Callable[[Reply], Reply]


class Server(ThreadingHTTPServer):
    """Knows the target behind it and what is planted."""

    daemon_threads = True
    behind: tuple[str, int]
    plants: tuple[Plant, ...]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is part of the suite."""


class Between(BaseHTTPRequestHandler):
    """Hands every request on, and a perhaps changed reply back."""

    protocol_version = "HTTP/1.1"
    server: Server

    def pass_on(self) -> None:
        """Any method."""
        kind = self.headers.get("Content-Type")
        request = Request(self.command, self.path, self._body(), kind)
        reply = ask(*self.server.behind, request)
        for plant in self.server.plants:
            if plant.applies(request, reply):
                reply = plant.change(reply)
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            if name not in {"content-length", "connection"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = pass_on

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if self.command == "POST" else None

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def in_between(host: str, port: int, plants: tuple[Plant, ...]) -> Iterator[int]:
    """Run it before the target at that address; gives its own port."""
    with Server(("127.0.0.1", 0), Between) as server:
        server.behind = (host, port)
        server.plants = plants
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
