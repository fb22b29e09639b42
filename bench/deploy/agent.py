"""
A small witness beside a server that stands already: what its processes have used.

It runs on the server's machine, is started there by the server's owner, looks
at one process and everything that came of it, and tells numbers to whoever
asks. It takes no order, and knows nothing but these numbers.
"""

import http.client
import json
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import TypeAdapter, ValidationError

from bench.configure.addresses import Place
from bench.deploy.http_client import ask_on, connected
from bench.deploy.processes import Tree, living, read
from bench.errors import EnvironmentFailure, TargetFailed, UsageError
from bench.model.exchange import Request
from bench.model.trial import Usage


USAGE = "/usage"
WITH_MEMORY = "/usage?memory=1"  # reading it costs some milliseconds


class Agent(ThreadingHTTPServer):
    """Answers GET of USAGE and WITH_MEMORY with a Usage as JSON, and 410 once the process has ended."""

    daemon_threads = True

    def __init__(self, pid: int, host: str = "127.0.0.1", port: int = 0) -> None:
        """
        Listen; port 0 is any free one.

        UsageError if there is no such process, EnvironmentFailure if the address
        cannot be had.
        """
        watched = read(pid)
        if watched is None or not watched.alive:
            raise UsageError(
                f"there is no process {pid} on this machine",
                "name the server's first process, whose children its workers are",
            )
        self._watched = watched
        self._tree = Tree(pid)
        self._turn = threading.Lock()  # a tree remembers who belonged to it
        try:
            super().__init__((host, port), _Telling)
        except OSError as error:
            raise EnvironmentFailure(
                f"{host} port {port} cannot be listened at: {error.strerror or error}",
                "choose another port: --port 0 takes a free one",
            ) from error

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def usage(self, memory: bool) -> Usage | None:
        """CPU time so far of the process and all that came of it, and memory; None once it has ended."""
        with self._turn:
            if not living([self._watched]):
                return None
            spent_ns = self._tree.cpu_ns()
            memory_bytes = self._tree.memory_bytes() if memory else None
            return Usage(spent_ns, memory_bytes, len(self._tree.members()))

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who goes away in the middle is no fault of this side."""


class _Telling(BaseHTTPRequestHandler):
    server: Agent
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds that a silent connection is kept

    def do_GET(self) -> None:
        """One answer."""
        if self.path not in {USAGE, WITH_MEMORY}:
            self._tell(404, {"error": f"there is {USAGE} and {WITH_MEMORY}"})
            return
        usage = self.server.usage(memory=self.path == WITH_MEMORY)
        if usage is None:
            self._tell(410, {"error": "the process has ended"})
        else:
            self._tell(200, asdict(usage))

    def _tell(self, status: int, value: dict[str, object]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


_ANSWER_S = 5.0
_USAGE = TypeAdapter(Usage)


class AgentClient:
    """An agent at its place; asked anew each time, since it is asked seldom."""

    def __init__(self, target_id: str, place: Place) -> None:
        self._target_id = target_id
        self._place = place

    def usage(self, memory: bool) -> Usage:
        """What it tells now; TargetFailed if it does not answer, or not like an agent."""
        host, port = self._place.host, self._place.port
        asked = Request("GET", WITH_MEMORY if memory else USAGE)
        try:
            with connected(host, port, _ANSWER_S) as connection:
                reply = ask_on(connection, asked)
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(str(error) or type(error).__name__) from error
        if reply.status != 200:
            raise self._silent(f"status {reply.status}: {reply.body[:200]!r}")
        try:
            return _USAGE.validate_json(reply.body, strict=True)
        except ValidationError as error:
            said = f"not what an agent says: {reply.body[:200]!r}"
            raise self._silent(said) from error

    def _silent(self, why: str) -> TargetFailed:
        return TargetFailed(
            f"{self._target_id}: its agent at {self._place.host} port "
            f"{self._place.port} tells nothing: {why}",
            "see whether it and the process that it watches still run: bench agent PID",
        )
