"""
A server whose behaviour is known, to measure the generator with.

`python -m tests.load.known_server [ADDRESS]` prints its port and serves until its
standard input ends. The path says what to do; the query holds `n` (echoed in
the answer; without it the answer is that of the workload `hello`) and numbers
in milliseconds. `/count` tells what it has seen. With an argument every other
path is answered as if it were that one.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, urlsplit


Query = Mapping[str, str]


class KnownServer:
    """Counts what it answers."""

    def __init__(self, always: str | None = None) -> None:
        self.always = always
        self.requests = 0
        self.connections = 0
        self.first: float | None = None
        self.queue = asyncio.Lock()
        self.turn = 0
        self.kept: list[bytes] = []

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection."""
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self.exchange(reader, writer):
                pass
        writer.close()

    async def exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request; whether the connection stays."""
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        if b"content-length: " in lower:
            length = lower.split(b"content-length: ")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
        parts = urlsplit(head.split(b" ")[1].decode())
        if parts.path != "/count":
            self.requests += 1
            parts = urlsplit("/" + self.always) if self.always else parts
        query = dict(parse_qsl(parts.query))
        name = parts.path.lstrip("/")
        if name in STREAMS:
            async for piece in STREAMS[name](self, query):
                writer.write(piece)
                await writer.drain()
            return True
        writer.write(await ACTS[name](self, query))
        await writer.drain()
        return parts.path not in LAST_WORDS


def body(query: Query) -> bytes:
    """The right body for a query."""
    if "n" not in query:
        return b"Hello, World!"
    return json.dumps({"n": int(query["n"])}).encode()


def whole(
    query: Query, extra: str = "", status: str = "200 OK", longer: int = 0
) -> bytes:
    """The right answer for a query; it says that it is `longer` than it is."""
    kind = "application/json" if "n" in query else "text/plain; charset=utf-8"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{extra}"
    length = len(body(query)) + longer
    return f"{head}Content-Length: {length}\r\n\r\n".encode() + body(query)


async def right(server: KnownServer, query: Query) -> bytes:
    """At once."""
    return whole(query)


async def dated(server: KnownServer, query: Query) -> bytes:
    """With a head that always differs."""
    return whole(query, f"Date: {time.monotonic_ns()}\r\n")


async def slow(server: KnownServer, query: Query) -> bytes:
    """After `ms`, any number at a time."""
    await asyncio.sleep(int(query["ms"]) / 1000)
    return whole(query)


async def serial(server: KnownServer, query: Query) -> bytes:
    """After `ms`, one at a time."""
    async with server.queue:
        await asyncio.sleep(int(query["ms"]) / 1000)
    return whole(query)


async def stall(server: KnownServer, query: Query) -> bytes:
    """At once, but nothing from `at` to `until` after the first request."""
    now = time.monotonic()
    if server.first is None:
        server.first = now
    since_ms = (now - server.first) * 1000
    if int(query["at"]) <= since_ms < int(query["until"]):
        await asyncio.sleep((int(query["until"]) - since_ms) / 1000)
    return whole(query)


async def sometimes_wrong(server: KnownServer, query: Query) -> bytes:
    """Every tenth answer has another body, every other tenth status 500."""
    server.turn += 1
    if server.turn % 10 == 0:
        return whole({"n": "999999"})
    if server.turn % 10 == 5:
        return whole(query, status="500 Oops")
    return whole(query)


async def closing(server: KnownServer, query: Query) -> bytes:
    """Says that it closes, and does."""
    return whole(query, "Connection: close\r\n")


async def until_closed(server: KnownServer, query: Query) -> bytes:
    """A body that ends with the connection."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body(query)


async def chunked(server: KnownServer, query: Query) -> bytes:
    """In chunks of one byte."""
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body(query))
    head = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + head + chunks + b"0\r\n\r\n"


async def half(server: KnownServer, query: Query) -> bytes:
    """An answer that breaks off."""
    return whole(query)[:-3]


async def garbage(server: KnownServer, query: Query) -> bytes:
    """No HTTP at all."""
    return b"what is this?\r\n\r\n"


async def twice(server: KnownServer, query: Query) -> bytes:
    """Two answers to one request."""
    return whole(query) * 2


async def nothing(server: KnownServer, query: Query) -> bytes:
    """Closes without a word."""
    return b""


async def silent(server: KnownServer, query: Query) -> bytes:
    """Never answers."""
    await asyncio.sleep(3600)
    return b""


async def big(server: KnownServer, query: Query) -> bytes:
    """A body of `kb` kilobytes after the right one."""
    data = body(query) + b" " * (int(query["kb"]) * 1024)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


async def wrong_after(server: KnownServer, query: Query) -> bytes:
    """Right for the first `good` requests, and never again."""
    if server.requests > int(query["good"]):
        return whole({"n": "999999"})
    return whole(query)


async def silent_after(server: KnownServer, query: Query) -> bytes:
    """Right for the first `good` requests; then it hangs."""
    if server.requests > int(query["good"]):
        await asyncio.sleep(3600)
    return whole(query)


async def dies_after(server: KnownServer, query: Query) -> bytes:
    """Right for the first `good` requests; the next one kills it."""
    if server.requests > int(query["good"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(query)


async def leaks(server: KnownServer, query: Query) -> bytes:
    """At once, and keeps `kb` kilobytes of memory for ever."""
    server.kept.append(b"x" * (int(query["kb"]) * 1024))
    return whole(query)


async def too_long(server: KnownServer, query: Query) -> bytes:
    """Promises five bytes that never come."""
    return whole(query, longer=5)


async def too_short(server: KnownServer, query: Query) -> bytes:
    """Sends a byte more than it says."""
    return whole(query, longer=-1)


async def drip(server: KnownServer, query: Query) -> AsyncIterator[bytes]:
    """The right answer, a byte every `ms`."""
    for byte in whole(query):
        yield bytes([byte])
        await asyncio.sleep(int(query["ms"]) / 1000)


async def endless(server: KnownServer, query: Query) -> AsyncIterator[bytes]:
    """Chunks without end."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        await asyncio.sleep(0)  # others want to be served as badly
        yield b"10000\r\n" + bytes(0x10000) + b"\r\n"


async def huge(server: KnownServer, query: Query) -> bytes:
    """The head of an answer of a terabyte."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"


async def count(server: KnownServer, query: Query) -> bytes:
    """What was seen so far; this request is not counted."""
    data = json.dumps({"requests": server.requests, "connections": server.connections})
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n{data}".encode()


ACTS: dict[str, Callable[[KnownServer, Query], Awaitable[bytes]]] = {
    act.__name__: act
    for act in (
        right, dated, slow, serial, stall, sometimes_wrong, closing, until_closed,
        chunked, half, garbage, twice, nothing, silent, big, count, wrong_after,
        silent_after, dies_after, leaks, too_long, too_short, huge,
    )
}  # fmt: skip
STREAMS: dict[str, Callable[[KnownServer, Query], AsyncIterator[bytes]]] = {
    "drip": drip,
    "endless": endless,
}
ACTS["hangs_up"] = right
LAST_WORDS = {"/closing", "/until_closed", "/half", "/nothing", "/hangs_up"}


async def main() -> None:
    """Serve until standard input ends."""
    host = sys.argv[1] if sys.argv[1:] else "127.0.0.1"
    known_server = KnownServer(sys.argv[2] if sys.argv[2:] else None)
    server = await asyncio.start_server(known_server.serve, host, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
