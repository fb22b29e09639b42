"""The way into the containers' network, between two processes of this machine."""

import hashlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from bench.deploy.compose_relay import Relay
from bench.errors import EnvironmentFailure
from tests.docker.standing import ROOT


pytestmark = pytest.mark.live


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A relay whose inner end is a local process."""
    command = [sys.executable, "-m", "bench.deploy.compose_relay"]
    started = Relay(command, {**os.environ, "PYTHONPATH": str(ROOT)})
    yield started
    started.close()


@contextmanager
def echo() -> Iterator[int]:
    """A server that sends back what it gets, and ends when its client has."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            while piece := connection.recv(65536):
                connection.sendall(piece)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def through(port: int, content: bytes) -> bytes:
    """Everything that comes back for that content, until the other side ends."""
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as client:

        def send() -> None:
            client.sendall(content)
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = bytearray()
        while piece := client.recv(65536):
            received += piece
        sender.join(10)
        return bytes(received)


def test_bytes_arrive_as_they_were_sent(relay: Relay) -> None:
    """Two million bytes of every value go there and back unchanged, and the end is seen."""
    content = os.urandom(1 << 21)
    with echo() as port:
        back = through(relay.forward("127.0.0.1", port), content)

    assert hashlib.sha256(back).digest() == hashlib.sha256(content).digest()


def test_streams_do_not_mix(relay: Relay) -> None:
    """Eight connections at once each get their own bytes back."""
    answers: dict[int, bytes] = {}
    with echo() as port:
        ours = relay.forward("127.0.0.1", port)

        def ask(number: int) -> None:
            answers[number] = through(ours, bytes([number]) * 100_000)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)

    assert answers == {n: bytes([n]) * 100_000 for n in range(8)}


def test_a_refused_connection_ends_at_once(relay: Relay) -> None:
    """Where nobody listens, the client is told without waiting, every time."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        nobody = taken.getsockname()[1]
    ours = relay.forward("127.0.0.1", nobody)

    for _ in range(20):
        with closing(socket.create_connection(("127.0.0.1", ours), 5)) as client:
            client.settimeout(1.5)
            with suppress(ConnectionResetError):
                assert client.recv(1) == b""


def test_a_forgotten_port_is_closed(relay: Relay) -> None:
    """After `forget` nobody listens there any more."""
    with echo() as port:
        ours = relay.forward("127.0.0.1", port)
        relay.forget(ours)
        relay.forget(ours)

        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", ours), 2).close()


def test_an_inner_end_that_is_gone_is_named(relay: Relay) -> None:
    """Connections end at once then, old and new ones, and whoever asks is told that it was the relay."""
    with echo() as port:
        ours = relay.forward("127.0.0.1", port)
        relay.refuse_ended()
        with closing(socket.create_connection(("127.0.0.1", ours), 5)) as before:
            relay._process.kill()
            before.settimeout(5)
            assert before.recv(1) == b""
        with pytest.raises(EnvironmentFailure, match="the relay has ended"):
            relay.refuse_ended(5.0)
        with closing(socket.create_connection(("127.0.0.1", ours), 5)) as after:
            after.settimeout(5)
            assert after.recv(1) == b""


def test_an_inner_end_that_does_not_come_up() -> None:
    """EnvironmentFailure, and no process left, when the command says something else."""
    with pytest.raises(EnvironmentFailure, match="did not open"):
        Relay([sys.executable, "-c", "print('no')"], dict(os.environ))
