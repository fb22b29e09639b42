"""Small servers that stand already: right ones, wrong ones, and what they were asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


type Answer = tuple[int, dict[str, str], bytes]
type Answers = Callable[[str], Answer]

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def right(path: str) -> Answer:
    """What the contract asks of a server that says hello and nothing else."""
    if path == "/hello":
        return 200, TEXT, b"Hello, World!"
    return 404, TEXT, b"no such path"


def wrong(path: str) -> Answer:
    """Another text, with everything else as it should be."""
    return (200, TEXT, b"Hello, world!") if path == "/hello" else right(path)


class Stood(ThreadingHTTPServer):
    """A server with a memory."""

    daemon_threads = True
    answers: Answers

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = answers
        self.asked: list[str] = []
        self.connections = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.server_address[1]
        return port

    @property
    def url(self) -> str:
        """The same, as people type it."""
        return f"http://127.0.0.1:{self.port}"

    def verify_request(self, request: object, client_address: object) -> bool:
        """Count a connection, whatever comes over it."""
        self.connections += 1
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who only looks whether somebody listens goes away at once."""


class _Answering(BaseHTTPRequestHandler):
    server: Stood
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece

    def do_GET(self) -> None:
        """Remember the path, answer as told."""
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_POST(self) -> None:
        """Another method than the path has: the contract asks for it."""
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.send_response(405)
        self.send_header("Allow", "GET")
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.flush()

    do_PUT = do_POST

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def standing(answers: Answers = right) -> Iterator[Stood]:
    """The server, for as long as it is needed."""
    with Stood(answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
