"""
A way for the harness into the containers' network, over the pipe of `docker exec`.

No port is published, and the engine may live in another network or another
machine: a process in a container of that network opens connections for us,
and both ends share one pair of pipes. For questions and for the database
connection of the harness; load never goes this way.

The same file is both ends: `python -m bench.deploy.compose_relay` is the inner one.
"""

import contextlib
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO

from bench.errors import EnvironmentFailure


_HEAD = struct.Struct("!IBI")  # stream, kind, length of what follows
_OPEN, _DATA, _END, _GONE = range(4)
_PIECE_BYTES = 65536
_CONNECT_S = 2.0
_READY_S = 60.0
_HELLO = b"relay ready\n"


class Streams:
    """Many byte streams over one pair of pipes; each is a socket on both sides."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source = source
        self._sink = sink
        self._sending = threading.Lock()
        self._sockets: dict[int, socket.socket] = {}
        self._half: set[int] = set()  # one side has said its last
        self._lock = threading.Lock()
        self._last = 0
        self._over = False  # nothing goes through any more

    def open(self, connection: socket.socket, host: str, port: int) -> None:
        """Join a socket of ours to a new connection from the other side to that address."""
        with self._lock:
            self._last += 1
            stream = self._last
            # Known before it is asked for: the refusal may be here in no time.
            self._sockets[stream] = connection
            over = self._over
        if over:
            self._close(stream)
            return
        self._send(stream, _OPEN, f"{host} {port}".encode())
        self._join(stream, connection)

    def serve(self) -> None:
        """Carry out what comes in until the pipe ends; then everything is closed."""
        try:
            while len(head := self._source.read(_HEAD.size)) == _HEAD.size:
                stream, kind, length = _HEAD.unpack(head)
                self._receive(stream, kind, self._source.read(length))
        except (OSError, ValueError):
            pass  # the pipe was closed under us
        finally:
            with self._lock:
                self._over = True
            for stream in list(self._sockets):
                self._close(stream)

    def _receive(self, stream: int, kind: int, content: bytes) -> None:
        if kind == _OPEN:
            self._connect(stream, content.decode().split())
            return
        connection = self._sockets.get(stream)
        if connection is None:
            return
        if kind == _DATA:
            # A server may refuse to read on and still answer.
            with contextlib.suppress(OSError):
                connection.sendall(content)
        elif kind == _END:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            self._ended(stream)
        else:
            self._close(stream)

    def _connect(self, stream: int, address: list[str]) -> None:
        # In line with the rest, so that nothing that follows arrives too early.
        # Containers of one network refuse at once what they do not take.
        try:
            connection = socket.create_connection(
                (address[0], int(address[1])), _CONNECT_S
            )
        except OSError:
            self._send(stream, _GONE)
            return
        connection.settimeout(None)
        self._sockets[stream] = connection
        self._join(stream, connection)

    def _join(self, stream: int, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(
            target=self._pump, args=(stream, connection), daemon=True
        ).start()

    def _pump(self, stream: int, connection: socket.socket) -> None:
        """Send on what the socket says, until it has said its last."""
        try:
            while piece := connection.recv(_PIECE_BYTES):
                self._send(stream, _DATA, piece)
        except OSError:
            self._send(stream, _GONE)
            self._close(stream)
            return
        self._send(stream, _END)
        self._ended(stream)

    def _ended(self, stream: int) -> None:
        """One direction is over; with the second the socket is closed."""
        with self._lock:
            both = stream in self._half
            self._half.add(stream)
        if both:
            self._close(stream)

    def _close(self, stream: int) -> None:
        with self._lock:
            connection = self._sockets.pop(stream, None)
            self._half.discard(stream)
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _send(self, stream: int, kind: int, content: bytes = b"") -> None:
        with self._sending, contextlib.suppress(OSError, ValueError):
            self._sink.write(_HEAD.pack(stream, kind, len(content)) + content)
            self._sink.flush()


class Relay:
    """The outer end: loopback ports of ours that lead to addresses of containers."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the inner end by that command; EnvironmentFailure if it does not come up."""
        self._process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._listeners: dict[int, socket.socket] = {}
        watchdog = threading.Timer(_READY_S, self._process.kill)
        watchdog.start()
        try:
            ready = self._process.stdout.readline() == _HELLO
        finally:
            watchdog.cancel()
        if not ready:
            self.close()
            raise EnvironmentFailure(
                "the way into the containers' network did not open",
                "compose.log among the run's logs may say why",
            )
        self._streams = Streams(self._process.stdout, self._process.stdin)
        self._thread = threading.Thread(target=self._streams.serve, daemon=True)
        self._thread.start()

    def forward(self, host: str, port: int) -> int:
        """A loopback port of this machine that leads to that address."""
        listener = socket.create_server(("127.0.0.1", 0))
        ours: int = listener.getsockname()[1]
        self._listeners[ours] = listener
        threading.Thread(
            target=self._accept, args=(listener, host, port), daemon=True
        ).start()
        return ours

    def forget(self, port: int) -> None:
        """Close a port that `forward` gave."""
        listener = self._listeners.pop(port, None)
        if listener is not None:
            # Wakes the thread that waits in accept.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def refuse_ended(self, patience_s: float = 0.0) -> None:
        """
        EnvironmentFailure if the inner end is gone, so that nobody behind it is blamed.

        Connections are closed a moment before that is known: `patience_s`.
        """
        self._thread.join(patience_s)
        if not self._thread.is_alive():
            raise EnvironmentFailure(
                "the relay has ended, the process by which the harness reaches the "
                "servers and the database in their containers",
                "was it killed, perhaps for want of memory (GENERATOR_MEMORY)?",
            )

    def close(self) -> None:
        """End everything; harmless when repeated."""
        for port in list(self._listeners):
            self.forget(port)
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if hasattr(self, "_thread"):
            self._thread.join(3)
        self._process.stdout.close()

    def _accept(self, listener: socket.socket, host: str, port: int) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._streams.open(connection, host, port)


def main() -> None:
    """The inner end: connections are opened from here."""
    sys.stdout.buffer.write(_HELLO)
    sys.stdout.buffer.flush()
    Streams(sys.stdin.buffer, sys.stdout.buffer).serve()


if __name__ == "__main__":
    main()
