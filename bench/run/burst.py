"""
Several requests at the same moment, each on a connection of its own.

Not the generator's work: a window counts what comes back in a second, here
each single request is followed. Connections are opened first, so that what is
timed is the wait for an answer; nothing is sent twice.
"""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError

from bench.deploy.whole_answer import WholeAnswer
from bench.model.exchange import Reply, Request
from bench.run.http_client import ask_on


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
    The answers to `number` equal requests, in the order in which they were sent.

    A request that is not answered within `timeout_s` is given up. Who cannot
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
            found = [one.result() for one in asked]
        return sorted(found, key=lambda one: one.sent_s)
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
