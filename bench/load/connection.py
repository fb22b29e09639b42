"""
One connection: sends a request, reads its answer, in callbacks of the hub.

The fast path (`readable`, `ask`) costs little more than its two system calls.
Everything rare is elsewhere: opening, a short send, an answer in pieces or
with a new date, a connection that the server closed.
"""

import errno
import os
from _socket import AF_INET, AF_INET6, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, socket
from collections.abc import Callable
from time import monotonic_ns
from typing import Protocol

from bench.load.answers import Answers, Variant
from bench.load.faults import BadAnswer, Fault
from bench.load.latency_recorder import LatencyRecorder
from bench.load.parser import AnswerParser, Heads, ParsedResponse


RECEIVE_BYTES = 65536


READ, WRITE = 1, 2


class Watcher(Protocol):
    """Calls back when its event occurs, until it is closed."""

    def start(self, callback: Callable[..., object], *arguments: object) -> None:
        """Begin to watch."""

    def close(self) -> None:
        """End for good; harmless when repeated."""


class Loop(Protocol):
    """`gevent.get_hub().loop`, as far as it is used here."""

    def io(self, fd: int, events: int) -> Watcher:
        """Watch a file descriptor, level-triggered."""

    def timer(self, after: float, repeat: float = 0.0) -> Watcher:
        """Call after so many seconds, and then again every `repeat` seconds."""

    def run_callback(self, callback: Callable[[], object]) -> object:
        """Call once, in the hub, before it waits next."""

    def update_now(self) -> None:
        """Refresh the clock that timers start from."""


class Pace(Protocol):
    """What a connection asks of the course that it takes part in."""

    recorder: LatencyRecorder
    answers: Answers

    def accept(self, connection: "Connection", now_ns: int) -> None:
        """The request under way was answered rightly."""

    def proceed(self, connection: "Connection", now_ns: int) -> None:
        """The connection is free."""

    def pause(self, connection: "Connection") -> None:
        """The connection failed at once: let it proceed later."""


class Connection:
    """
    A slot for one request at a time, with a socket that is opened when needed.

    `variant` is the request under way, or None while it rests. The socket is
    the C class below `socket.socket`, which nothing patches.
    """

    __slots__ = ("_address", "_expect", "_loop", "_parser", "_reader", "_receive", "_retrying", "_send", "_socket", "_unsent", "_used", "_writer", "course", "due_ns", "sent_ns", "variant")  # fmt: skip

    def __init__(self, loop: Loop, host: str, port: int, heads: Heads) -> None:
        self.course: Pace | None = None
        self.variant: Variant | None = None
        self.due_ns = 0
        self.sent_ns = 0
        self._loop = loop
        self._address = (host, port)
        self._parser = AnswerParser(heads)
        self._socket: socket | None = None
        self._reader: Watcher | None = None
        self._writer: Watcher | None = None
        self._receive: Callable[[int], bytes]
        self._send: Callable[[bytes], int] = self._open_and_send
        # The whole answer that would be right, or None: then it is parsed.
        self._expect: bytes | None = None
        self._unsent: memoryview | None = None
        self._used = False  # an answer has come over this socket
        self._retrying = False

    @property
    def is_open(self) -> bool:
        """Whether it holds a socket."""
        return self._socket is not None

    def hold_at_most(self, body_bytes: int) -> None:
        """From now on an answer with a larger body is a fault."""
        self._parser.hold_at_most(body_bytes)

    def ask(self, variant: Variant, due_ns: int, now_ns: int) -> None:
        """Send a request; its course hears of the outcome."""
        self.variant = variant
        self.due_ns = due_ns
        self.sent_ns = now_ns
        self._expect = variant.right
        try:
            sent = self._send(variant.payload)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._lost(error)
            return
        if sent != variant.size:
            self._send_rest(variant, sent)

    def readable(self) -> None:
        """Read what there is; called by the hub."""
        try:
            data = self._receive(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(error)
            return
        now_ns = monotonic_ns()
        if data == self._expect:
            self.course.accept(self, now_ns)  # type: ignore[union-attr]
        else:
            self._digest(data, now_ns)

    def rest(self) -> None:
        """No request is under way any more; the socket stays open."""
        self.variant = None
        self._expect = None

    def close(self) -> None:
        """Close the socket, if there is one; the next request opens another."""
        for watcher in (self._reader, self._writer):
            if watcher is not None:
                watcher.close()
        self._reader = self._writer = self._unsent = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._send = self._open_and_send
        self._expect = None
        self._used = False
        self._parser.start("GET")

    def _open_and_send(self, payload: bytes) -> int:
        assert self.course is not None
        family = AF_INET6 if ":" in self._address[0] else AF_INET
        self._socket = sock = socket(family, SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        failure = sock.connect_ex(self._address)
        if failure not in {0, errno.EINPROGRESS}:
            raise OSError(failure, os.strerror(failure))
        self.course.recorder.opened += 1
        self._receive = sock.recv
        self._send = sock.send
        self._expect = None
        self._reader = self._loop.io(sock.fileno(), READ)
        self._reader.start(self.readable)
        # On the loopback it is connected by now; if not, this blocks, and the
        # write watcher takes over.
        return sock.send(payload)

    def _send_rest(self, variant: Variant, sent: int) -> None:
        assert self._socket is not None
        self._unsent = memoryview(variant.payload)[sent:]
        self._writer = self._loop.io(self._socket.fileno(), WRITE)
        self._writer.start(self._writable)

    def _writable(self) -> None:
        if self._unsent is None or self._writer is None:
            return
        try:
            sent = self._send(bytes(self._unsent))
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(error)
            return
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._writer.close()
            self._writer = self._unsent = None

    def _digest(self, data: bytes, now_ns: int) -> None:
        """Everything but the whole answer that was expected byte for byte."""
        variant = self.variant
        if variant is None:  # closed, or talked to, while it rested
            self.close()
            return
        self._expect = None
        parser = self._parser
        whole = not parser.begun
        if whole:
            parser.start(variant.request.method)
        try:
            if not data and not parser.begun:
                self._lost(None)
                return
            answer = parser.feed(data) if data else parser.end()
        except BadAnswer as error:
            self._fail(error.fault, error.detail)
            return
        if answer is not None:
            self._conclude(variant, answer, data if whole else None, now_ns)

    def _conclude(
        self, variant: Variant, answer: ParsedResponse, whole: bytes | None, now_ns: int
    ) -> None:
        """A complete answer: judge it, remember it, tell the course."""
        course = self.course
        assert course is not None
        open_still = answer.keep_alive and self._unsent is None
        self._used = True
        self._retrying = False
        if open_still:
            self._parser.start("GET")
        else:
            self.close()
        wrong = course.answers.judge(variant, answer)
        if wrong is None and not answer.surplus:
            if whole is not None and open_still:
                course.answers.remember(variant, whole)
            course.accept(self, now_ns)
            return
        course.recorder.wrong += 1
        fault = Fault.SURPLUS if wrong is None else Fault.WRONG
        path = f"{variant.request.method} {variant.request.path[:120]}"
        refused = wrong is not None and not 200 <= answer.status < 300
        course.recorder.fault(
            fault,
            f"{path}: {wrong or 'bytes after the answer'}",
            answer.status if refused else None,
            variant.kind,
        )
        course.proceed(self, now_ns)

    def _lost(self, error: OSError | None) -> None:
        """The connection is gone; once more over a new one, where that is allowed (RFC 9112 9.3.1)."""
        variant, begun = self.variant, self._parser.begun
        if variant is None:
            self.close()
        elif (
            self._used
            and not begun
            and variant.request.idempotent
            and not self._retrying
        ):
            self.close()
            self._retrying = True
            assert self.course is not None
            self.course.recorder.retried += 1
            due_ns, sent_ns = self.due_ns, self.sent_ns
            self.ask(variant, due_ns, sent_ns)
        else:
            reason = "by the server" if error is None else str(error)
            self._fail(_fault(error, begun), reason)

    def _fail(self, fault: Fault, detail: str) -> None:
        """Count the request under way as failed and go on over a new connection."""
        course = self.course
        assert course is not None
        used = self._used
        self._count(fault, detail)
        if used:
            course.proceed(self, monotonic_ns())
        else:
            course.pause(self)

    def give_up(self, fault: Fault, detail: str) -> None:
        """Stop waiting for the answer: close, count, rest."""
        self._count(fault, detail)

    def _count(self, fault: Fault, detail: str) -> None:
        assert self.course is not None
        kind = None if self.variant is None else self.variant.kind
        self.close()
        self._retrying = False
        self.rest()
        self.course.recorder.fault(fault, detail, kind=kind)


def _fault(error: OSError | None, begun: bool) -> Fault:
    if begun:
        return Fault.TRUNCATED
    # No connection at all: refused, or no port or descriptor left to connect from.
    if error is None or isinstance(error, ConnectionResetError | BrokenPipeError):
        return Fault.CLOSED
    return Fault.REFUSED
