"""
HTTP questions, asked slowly and carefully; never for measuring.

The whole answer has to come in time, and to be of a size that can be read.
"""

import http.client
import socket
import time
from collections.abc import Buffer, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError

from bench.model.exchange import Reply, Request


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


TIMEOUT_S = 15


@contextmanager
def connected(
    host: str, port: int, timeout_s: float = TIMEOUT_S
) -> Iterator[http.client.HTTPConnection]:
    """A connection that is closed in the end, whatever happens; each answer over it must be whole in time."""
    connection = WholeAnswer(host, port, timeout=timeout_s)
    try:
        yield connection
    finally:
        connection.close()


def ask(host: str, port: int, request: Request) -> Reply:
    """The answer to one request on a connection of its own; OSError if there is none."""
    with connected(host, port) as connection:
        return ask_on(connection, request)


def ask_on(
    connection: http.client.HTTPConnection,
    request: Request,
    headers: Mapping[str, str] | None = None,
    chunked: bool = False,
) -> Reply:
    """
    The answer to one request on this connection.

    Raises OSError or http.client.HTTPException when no answer can be had.
    A server may answer and close before it has read a long body; what it
    said is still there to be read, so a broken pipe is no failure yet.
    """
    sent = dict(headers or {})
    if request.content_type is not None:
        sent["Content-Type"] = request.content_type
    body: bytes | Iterable[bytes] | None = request.body
    if chunked and request.body is not None:
        body = iter([request.body])
        sent["Transfer-Encoding"] = "chunked"
    try:
        connection.request(
            request.method, request.path, body, sent, encode_chunked=chunked
        )
    except (BrokenPipeError, ConnectionResetError):
        if request.body is None:
            raise
    response = connection.getresponse()
    body = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, body, headers)


START_LIMIT_S = 10.0
"""For the threads of this process to stand ready together."""


@dataclass(frozen=True, slots=True)
class BurstReply:
    """One request: when it was sent and answered (one monotonic clock, seconds), and what came back."""

    sent_s: float
    answered_s: float
    reply: Reply | None  # None: see `fault`
    fault: str | None = None


def ask_at_once(
    host: str, port: int, request: Request, number: int, timeout_s: float
) -> Sequence[BurstReply]:
    """
    The answers to `number` equal requests at the same moment, in the order in which they were sent.

    Not the generator's work: a window counts what comes back in a second, here
    each single request is followed. Connections are opened first, so that what
    is timed is the wait for an answer; nothing is sent twice. A request that is not answered within `timeout_s` is given up. Who cannot
    even connect gets its fault, and the others are sent nonetheless.
    """
    connections = [WholeAnswer(host, port, timeout=timeout_s) for _ in range(number)]
    try:
        faults = [_connect(connection) for connection in connections]
        ready = Barrier(max(1, faults.count(None)))
        with ThreadPoolExecutor(number) as pool:
            asked = [
                pool.submit(_ask, connection, fault, request, ready)
                for connection, fault in zip(connections, faults, strict=True)
            ]
            replies = [future.result() for future in asked]
        return sorted(replies, key=lambda reply: reply.sent_s)
    finally:
        for connection in connections:
            connection.close()


def _connect(connection: http.client.HTTPConnection) -> str | None:
    try:
        connection.connect()
    except OSError as error:
        return f"no connection: {error}"
    return None


def _ask(
    connection: http.client.HTTPConnection,
    fault: str | None,
    request: Request,
    ready: Barrier,
) -> BurstReply:
    if fault is not None:
        now_s = time.monotonic()
        return BurstReply(now_s, now_s, None, fault)
    reply, wrong = None, None
    try:
        ready.wait(START_LIMIT_S)
    except BrokenBarrierError:
        wrong = "the requests could not be sent together"
    sent_s = time.monotonic()
    if wrong is None:
        try:
            reply = ask_on(connection, request)
        except (OSError, http.client.HTTPException) as error:
            wrong = f"no answer: {error or type(error).__name__}"
    return BurstReply(sent_s, time.monotonic(), reply, wrong)
