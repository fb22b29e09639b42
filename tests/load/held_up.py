"""A relay for one connection, which holds up what contains a word for a while, once."""

import socket
import threading
import time
from contextlib import suppress


CHUNK_BYTES = 65_536


class HeldUp:
    """
    Listens on a free port of 127.0.0.1 and connects whoever comes to `port`.

    The first bytes from there with `word` in them arrive `hold_s` later, and
    so does all that follows them.
    """

    def __init__(self, port: int, word: bytes, hold_s: float) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._to = port
        self._word: bytes | None = word
        self._hold_s = hold_s
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.getsockname()[1])

    def end(self) -> None:
        """Close everything."""
        for end in (self._server, *self._ends):
            with suppress(OSError):  # it has ended already
                end.shutdown(socket.SHUT_RDWR)  # wakes who waits for bytes
            end.close()

    def _serve(self) -> None:
        here, _ = self._server.accept()
        there = socket.create_connection(("127.0.0.1", self._to))
        self._ends += [here, there]
        one_way = (here, there, False)
        threading.Thread(target=self._carry, args=one_way, daemon=True).start()
        self._carry(there, here, True)

    def _carry(self, source: socket.socket, sink: socket.socket, holds: bool) -> None:
        try:
            while chunk := source.recv(CHUNK_BYTES):
                if holds and self._word is not None and self._word in chunk:
                    self._word = None
                    time.sleep(self._hold_s)
                sink.sendall(chunk)
        except OSError:
            pass  # an end is closed: the test is over
