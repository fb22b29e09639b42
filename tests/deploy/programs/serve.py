"""A server of the standard library that misbehaves as it is told: serve.py PORT MODE."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def burn(seconds: float) -> float:
    """Use that much CPU time; how much it was, by this process's own clock."""
    began = time.process_time()
    while time.process_time() - began < seconds:
        sum(range(1000))
    return time.process_time() - began


def burn_in_child(seconds: float) -> float:
    """The same in a child that is waited for; the child tells how much it used in all."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        burn(seconds)
        os.write(writing, str(time.process_time()).encode())
        os._exit(0)
    os.close(writing)
    said = os.read(reading, 100)
    os.close(reading)
    os.wait()
    return float(said)


def stray() -> int:
    """A grandchild in a session of its own that ignores SIGTERM; its id."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(writing, str(os.getpid()).encode())
            time.sleep(300)
        os._exit(0)
    os.waitpid(child, 0)
    return int(os.read(reading, 20))


class Answers(BaseHTTPRequestHandler):
    """What the tests ask for."""

    mode = "ok"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one question."""
        _, name, *rest = self.path.split("/")
        status = 200
        if name == "healthz":
            status = {"wrong": 500, "floor": 404}.get(self.mode, 200)
        said = ANSWERS[name](*rest) if name in ANSWERS else ""
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


kept: list[bytes] = []


def facts() -> str:
    """Where and how this process runs."""
    return json.dumps(
        {
            "cores": sorted(os.sched_getaffinity(0)),
            "session": os.getsid(0),
            "folder": str(Path.cwd()),
        }
    )


def remember(size: str) -> str:
    """Keep that many bytes."""
    kept.append(b"x" * int(size))
    return ""


ANSWERS: dict[str, Callable[..., str]] = {
    "hello": lambda: "Hello, World!",
    "environment": lambda: json.dumps(dict(os.environ)),
    "facts": facts,
    "burn": lambda seconds: str(burn(float(seconds))),
    "burn-in-child": lambda seconds: str(burn_in_child(float(seconds))),
    "stray": lambda: str(stray()),
    "remember": remember,
}


def main() -> None:
    """Behave as the second word says."""
    Answers.mode = sys.argv[2]
    if Answers.mode == "die":
        sys.exit("no such module: the_app")
    while Answers.mode == "supervise":
        if os.fork() == 0:
            burn(0.03)
            raise RuntimeError("the settings name no secret")
        os.wait()
        time.sleep(0.05)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answers)
    server.daemon_threads = True
    if Answers.mode == "silent":
        time.sleep(300)
    # A master only watches; its child answers.
    if Answers.mode == "worker" and (child := os.fork()):
        server.socket.close()
        os.waitpid(child, 0)
        time.sleep(300)
    server.serve_forever()


if __name__ == "__main__":
    main()
