"""Whether a server that was just started has come up, or will not come up any more."""

import http.client
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.deploy.http_client import ask_on, connected
from bench.deploy.processes import Process
from bench.model.exchange import Request


HOST = "127.0.0.1"
_ASK_S = 0.01  # between two questions whether it answers yet
_ASK_AGAIN_S = 0.25  # once it answers wrongly: each time it may log a traceback
_ANSWER_LIMIT_S = 2.0
_WRONG_S = 5.0  # of wrong answers, after which no right one is expected
_LOOK_S = 0.25
_RESTARTS = 5
_HELLO = b"Hello, World!"
_LONGEST_QUOTE = 200
_TRACEBACK = "Traceback (most recent call last):\n"
_FRAME = re.compile(r'^\s+File "(?P<file>[^"]+)", line (?P<line>\d+)', re.MULTILINE)
_RAISED = re.compile(r"^[A-Za-z_][\w.]*(:.*)?$", re.MULTILINE)
_NOT_THE_APP = ("/site-packages/", "/lib/python", "<frozen ")


@dataclass(frozen=True, slots=True)
class NotReady:
    """What a server does instead of answering rightly; `answers` if it is an answer at all."""

    said: str
    answers: bool = False


class Readiness:
    """
    Asks until the first right answer, until the time is over, or until none will come.

    None will come where a server has answered wrongly for five seconds, or
    where at five looks, a quarter of a second apart, further ones of its
    processes had ended: a supervisor starts its workers again for ever.
    """

    def __init__(self, ready_s: float) -> None:
        self._ready_s = ready_s
        self._deadline = time.monotonic() + ready_s
        self._last = NotReady("it never answered")
        self._wrong_since: float | None = None
        self._look_at = time.monotonic() + _LOOK_S
        self._ended_ns = 0
        self._restarts = 0

    def up(self, port: int) -> bool:
        """Ask once; a short wait if the answer is not right."""
        answer = first_answer(port)
        if answer is None:
            return True
        self._last = answer
        if not answer.answers:
            self._wrong_since = None
        elif self._wrong_since is None:
            self._wrong_since = time.monotonic()
        time.sleep(_ASK_AGAIN_S if answer.answers else _ASK_S)
        return False

    def hopeless(self, alive: Callable[[], Sequence[Process]]) -> str | None:
        """Why waiting is over, None while it is not; `alive` gives the server's processes."""
        now = time.monotonic()
        if self._wrong_since is not None and now > self._wrong_since + _WRONG_S:
            return f"answered wrongly for {_WRONG_S:g} s: {self._last.said}"
        if now > self._look_at:
            self._look_at = now + _LOOK_S
            self._look(alive())
        if self._restarts >= _RESTARTS:
            return "did not start: its workers end, and are started again and again"
        if now > self._deadline:
            return (
                f"did not answer rightly within {self._ready_s:g} s: {self._last.said}"
            )
        return None

    def _look(self, alive: Sequence[Process]) -> None:
        # What ended children have used is told to whoever waited for them.
        ended_ns = sum(process.reaped_ns for process in alive)
        self._restarts += ended_ns > self._ended_ns
        self._ended_ns = ended_ns


def first_answer(port: int) -> NotReady | None:
    """None if the server answers rightly, else what it does instead."""
    status, body, said = _ask(port, "/healthz")
    if status == 404:
        # A bare server may have no database, and so no /healthz.
        status, body, said = _ask(port, "/hello")
        if status == 200 and body != _HELLO:
            return NotReady("GET /hello was answered with another text", answers=True)
    return None if status == 200 else NotReady(said, answers=status is not None)


def _ask(port: int, path: str) -> tuple[int | None, bytes, str]:
    try:
        with connected(HOST, port, _ANSWER_LIMIT_S) as connection:
            reply = ask_on(connection, Request("GET", path), {"Connection": "close"})
    except (OSError, http.client.HTTPException) as error:
        return None, b"", f"GET {path}: {error or type(error).__name__}"
    said = f"GET {path} was answered with status {reply.status}"
    return reply.status, reply.body, said


def quoted_fault(log: str) -> str | None:
    """
    The first exception that a log tells of, with the line of the application that it comes from; None without one.

    For people to read; nothing is decided by it.
    """
    _, begins, rest = log.partition(_TRACEBACK)
    if not begins:
        return None
    # A chain of exceptions has several parts; the last one is what was raised.
    raised = None
    for part in rest.split(_TRACEBACK):
        raised = _RAISED.search(part)
        frames = list(_FRAME.finditer(part))
        after = part[raised.end() :].lstrip("\n") if raised else ""
        if not after.startswith(("The above exception", "During handling")):
            break
    if raised is None:
        return None
    own = [f for f in frames if not any(mark in f["file"] for mark in _NOT_THE_APP)]
    said = raised[0][:_LONGEST_QUOTE]
    if not frames:
        return said
    last = (own or frames)[-1]
    _, apps, below = last["file"].rpartition("/apps/")
    return f"{said} ({apps.lstrip('/')}{below}, line {last['line']})"
