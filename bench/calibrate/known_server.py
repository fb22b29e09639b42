"""
A server whose behaviour is known, to measure the generator with.

`python -m bench.calibrate.known_server --cpus 0` prints its port and serves
until its standard input ends. One thread, one request at a time in the order
of arrival, so that theory can say what every request must take:

    /hello                 at once
    /spin?us=N             N microseconds of work, one request after the other
    /queue?us=N            one after the other, each taking N microseconds by the clock;
                           the server's own delays do not add up
    /fixed?us=N            after N microseconds, any number at the same time
    /count                 at once: how many were answered before, this one not counted
    /stall?ms=N&every=M    at once, but nothing in the first N of every M milliseconds
"""

import argparse
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from heapq import heappop, heappush
from select import EPOLLIN, epoll
from urllib.parse import parse_qsl, urlsplit


ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{"message":"Hello, World!"}'
REMEMBERED = 1000  # distinct requests; each is parsed once

type Act = Callable[["KnownServer", socket.socket], None]


class KnownServer:
    """Answers one request after the other, as its path says."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self.listener.getsockname()[1]
        self.answers = 0
        self._poll = epoll()
        self._open: dict[int, socket.socket] = {}
        self._acts: dict[bytes, Act] = {}
        self.free_ns = 0  # when the queue has been worked off
        self._due: list[tuple[int, int]] = []  # when, and to which descriptor
        self._alarm = os.timerfd_create(time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK)

    def serve(self, until: int) -> None:
        """Serve until there is something to read, or the end, at the descriptor."""
        for descriptor in (until, self.listener.fileno(), self._alarm):
            self._poll.register(descriptor, EPOLLIN)
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == until:
                    return
                if descriptor == self._alarm:
                    self._ring()
                elif descriptor == self.listener.fileno():
                    self._accept()
                else:
                    self._exchange(self._open[descriptor])

    def later(self, connection: socket.socket, due_ns: int) -> None:
        """Answer at that time; others are served meanwhile."""
        heappush(self._due, (due_ns, connection.fileno()))
        self._set_alarm()

    def close(self) -> None:
        """Close everything."""
        for connection in self._open.values():
            connection.close()
        self.listener.close()
        self._poll.close()
        os.close(self._alarm)

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[connection.fileno()] = connection
        self._poll.register(connection.fileno(), EPOLLIN)

    def _exchange(self, connection: socket.socket) -> None:
        try:
            request = connection.recv(65536)
            if not request:
                self._drop(connection)
                return
            act = self._acts.get(request) or self._parse(request)
            act(self, connection)
            self.answers += 1
        except OSError:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._poll.unregister(connection.fileno())
        del self._open[connection.fileno()]
        connection.close()

    def _parse(self, request: bytes) -> Act:
        parts = urlsplit(request.split(b" ", 2)[1].decode("latin-1"))
        query = {name: int(value) for name, value in parse_qsl(parts.query)}
        act = ACTS[parts.path](query)
        if len(self._acts) < REMEMBERED:
            self._acts[request] = act
        return act

    def _ring(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._alarm, 8)
        while self._due and self._due[0][0] <= time.monotonic_ns():
            _, descriptor = heappop(self._due)
            if descriptor in self._open:
                self._open[descriptor].send(ANSWER)
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._due:
            os.timerfd_settime_ns(
                self._alarm, flags=os.TFD_TIMER_ABSTIME, initial=self._due[0][0]
            )


def _hello(query: Mapping[str, int]) -> Act:
    def act(server: KnownServer, connection: socket.socket) -> None:
        connection.send(ANSWER)

    return act


def _spin(query: Mapping[str, int]) -> Act:
    work_ns = query["us"] * 1000

    def act(server: KnownServer, connection: socket.socket) -> None:
        until_ns = time.monotonic_ns() + work_ns
        while time.monotonic_ns() < until_ns:
            pass
        connection.send(ANSWER)

    return act


def _queue(query: Mapping[str, int]) -> Act:
    work_ns = query["us"] * 1000

    def act(server: KnownServer, connection: socket.socket) -> None:
        server.free_ns = max(server.free_ns, time.monotonic_ns()) + work_ns
        server.later(connection, server.free_ns)

    return act


def _fixed(query: Mapping[str, int]) -> Act:
    wait_ns = query["us"] * 1000

    def act(server: KnownServer, connection: socket.socket) -> None:
        server.later(connection, time.monotonic_ns() + wait_ns)

    return act


def _stall(query: Mapping[str, int]) -> Act:
    stall_ns, every_ns = query["ms"] * 1_000_000, query["every"] * 1_000_000

    def act(server: KnownServer, connection: socket.socket) -> None:
        left_ns = stall_ns - time.monotonic_ns() % every_ns
        if left_ns > 0:
            time.sleep(left_ns / 1e9)
        connection.send(ANSWER)

    return act


def _count(query: Mapping[str, int]) -> Act:
    def act(server: KnownServer, connection: socket.socket) -> None:
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n"
        )
        connection.send(f"{head}{server.answers:12}".encode())
        server.answers -= 1

    return act


ACTS: dict[str, Callable[[Mapping[str, int]], Act]] = {
    "/hello": _hello,
    "/spin": _spin,
    "/queue": _queue,
    "/fixed": _fixed,
    "/stall": _stall,
    "/count": _count,
}


def main() -> None:
    """Say the port and serve until standard input ends."""
    parser = argparse.ArgumentParser(description="A server of known behaviour.")
    parser.add_argument("--cpus", default="")
    cpus = parser.parse_args().cpus
    if cpus:
        os.sched_setaffinity(0, {int(cpu) for cpu in cpus.split(",")})
    server = KnownServer()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve(sys.stdin.fileno())
    server.close()


if __name__ == "__main__":
    main()
