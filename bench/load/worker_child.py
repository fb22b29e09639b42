"""A load worker as whoever started it sees it: a process, and a channel whose end is its end."""

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import IO

from bench.errors import EnvironmentFailure
from bench.load.joining import Credentials
from bench.load.locust_generator import QUIT_S, clean_environment
from bench.load.messages import Message, refusal_of


@dataclass(frozen=True, slots=True)
class Post:
    """Where a worker joins, by which name, on which processors (none: not pinned), and what it may do."""

    host: str
    port: int
    name: str
    cpus: tuple[int, ...] = ()
    workloads: str = "bench.workloads"
    anywhere: bool = False  # load may go beyond loopback and private networks


class WorkerChild:
    """Starts a worker; `joined` waits for it, `end` ends it. What it says beside goes to `log` (None: to our stderr)."""

    def __init__(
        self, post: Post, credentials: Credentials, log: IO[bytes] | None = None
    ) -> None:
        self.post = post
        self._channel, theirs = socket.socketpair()
        self._lines = self._channel.makefile("rb")
        command = [sys.executable, "-m", "bench.load.worker_process"]
        command += ["--channel", str(theirs.fileno()), "--name", post.name]
        command += ["--cpus", ",".join(str(cpu) for cpu in post.cpus)]
        command += ["--master", post.host, "--port", str(post.port)]
        command += ["--workloads", post.workloads]
        command += ["--anywhere"] if post.anywhere else []
        with theirs:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                env=clean_environment() | credentials.environment(),
            )

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self._child.poll() is None

    def joined(self, patience_s: float | None) -> None:
        """Wait until the master has admitted it; EnvironmentFailure if it has not, or not in time (None: any)."""
        self._hear(patience_s)

    def ended(self) -> None:
        """Wait until the master says that it is over; EnvironmentFailure if it died, or the master is silent."""
        self._hear(None)

    def end(self) -> None:
        """End it, whatever it does; harmless when repeated."""
        self._lines.close()
        self._channel.close()
        try:
            self._child.wait(QUIT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _hear(self, patience_s: float | None) -> Message:
        self._channel.settimeout(patience_s)
        try:
            received = self._lines.readline()
        except TimeoutError:
            raise EnvironmentFailure(
                f"load worker {self.post.name} has not joined within {patience_s:g} s",
                hint="the machine is overloaded, or this is a fault of the harness",
            ) from None
        except OSError:
            received = b""
        if not received.endswith(b"\n"):
            raise EnvironmentFailure(
                f"load worker {self.post.name} ended (status {self._status()})",
                hint="its log says why; if it does not, was it killed for lack of memory?",
            )
        message: Message = json.loads(received)
        if "refused" in message:
            raise refusal_of(message)
        return message

    def _status(self) -> int | None:
        try:
            return self._child.wait(QUIT_S)
        except subprocess.TimeoutExpired:
            return None
