"""A question over HTTP whose whole answer has to come in time, and to be of a size that can be read."""

import http.client
import socket
import time
from collections.abc import Buffer


MOST_BYTES = 64 * 1024 * 1024
"""The most that one answer may bring, as for the generator."""


class _Patient(socket.socket):
    """A socket that is read until a moment, not for so long at each piece, and not for ever."""

    until_s: float | None = None  # on the monotonic clock; None: nothing is awaited
    left_bytes = MOST_BYTES

    def recv_into(self, buffer: Buffer, nbytes: int = 0, flags: int = 0) -> int:
        """What there is; TimeoutError when the moment is over, OSError when it was too much."""
        if self.until_s is None:
            return super().recv_into(buffer, nbytes, flags)
        before_s, left_s = self.gettimeout(), self.until_s - time.monotonic()
        try:
            if left_s <= 0:
                raise TimeoutError
            self.settimeout(left_s)
            read = super().recv_into(buffer, nbytes, flags)
        except TimeoutError:
            raise TimeoutError("timed out before the answer was whole") from None
        finally:
            self.settimeout(before_s)
        self.left_bytes -= read
        if self.left_bytes < 0:
            raise OSError(f"the answer has more than {MOST_BYTES} bytes")
        return read


class WholeAnswer(http.client.HTTPConnection):
    """
    Waits `timeout` seconds for an answer of at most MOST_BYTES.

    The class above it waits so long for each piece of one: a server that
    sends a byte now and then, or never stops, would hold the harness for hours.
    """

    def connect(self) -> None:
        """Connect as always, and read with one time for all."""
        super().connect()
        plain = self.sock
        self.sock = _Patient(plain.family, plain.type, plain.proto, plain.detach())
        self.sock.settimeout(self.timeout)

    def getresponse(self) -> http.client.HTTPResponse:
        """The answer; from now on its time runs."""
        if isinstance(self.sock, _Patient) and self.timeout is not None:
            self.sock.until_s = time.monotonic() + self.timeout
            self.sock.left_bytes = MOST_BYTES
        return super().getresponse()
