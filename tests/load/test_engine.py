"""The engine by itself, without Locust: what takes long or is rare in the whole."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence

import gevent
import pytest

from bench.load.engine import LoadEngine
from bench.load.faults import Fault
from bench.load.generator import LoadRequest
from bench.load.latency_recorder import LatencyRecorder
from bench.load.loops import LoadLoop
from bench.model.exchange import Request
from bench.model.load import Load
from bench.model.workload import Workload
from tests.load.known import Known
from tests.load.known_workloads import workload


pytestmark = [pytest.mark.live, pytest.mark.timed]


@pytest.fixture
def engine() -> LoadEngine:
    """One in this process; its loop is the hub's of this thread."""
    return LoadEngine(gevent.get_hub().loop)


def prepare(
    engine: LoadEngine, port: int, work: Workload, load: Load, limit: int | None = None
) -> LoadLoop:
    """A course that nobody has joined yet."""
    return engine.course(
        LoadRequest("127.0.0.1", port, work.name, 1, load, None, limit), work
    )


def run(course: LoadLoop, clients: int) -> LatencyRecorder:
    """Every client joins; wait for the end."""
    for _ in range(clients):
        course.join()
    assert course.finished.wait(30)
    return course.recorder


def test_a_request_without_answer_times_out(engine: LoadEngine, known: Known) -> None:
    """Each is given up after its time, and its client goes on over a new connection."""
    course = prepare(engine, known.port, workload("silent"), Load(2, 0.0, 1.6))
    course.timeout_s = 0.5
    recorder = run(course, 2)
    assert set(recorder.faults) == {Fault.TIMEOUT}
    assert recorder.faults[Fault.TIMEOUT] == recorder.opened >= 4
    assert recorder.answered == 0
    engine.forget("127.0.0.1", known.port)


def test_nothing_is_sent_before_the_last_client_is_there(
    engine: LoadEngine, known: Known
) -> None:
    """A window does not begin with half its load."""
    course = prepare(engine, known.port, workload("right"), Load(3, 0.0, 0.2))
    course.join()
    course.join()
    gevent.sleep(0.1)
    assert known.count()["requests"] == 0
    run(course, 1)
    assert known.count()["requests"] == course.recorder.answered > 0
    engine.forget("127.0.0.1", known.port)


@pytest.mark.parametrize("rate_rps", [None, 100.0])
def test_a_body_larger_than_any_buffer_is_sent_whole(
    engine: LoadEngine, known: Known, rate_rps: float | None
) -> None:
    """A short send is finished when the server has read: the answer comes, the connection stays."""
    body = bytes(20_000_000)

    def requests(seed: int) -> Sequence[Request]:
        return [Request("POST", "/right?n=1", body, "application/octet-stream")]

    work = Workload("large", "", "", requests, lambda request, reply: None)
    recorder = run(prepare(engine, known.port, work, Load(2, 0.0, 1.0, rate_rps), 6), 2)
    assert not recorder.faults, recorder.first_error
    assert recorder.answered == known.count()["requests"] == 6
    assert recorder.opened == 2
    engine.forget("127.0.0.1", known.port)


def test_few_connections_leave_the_rest_waiting(
    engine: LoadEngine, known: Known
) -> None:
    """
    Two connections at a server of 20 ms carry 100 requests a second.

    Asked for 200 in the open loop, half wait: latency grows from the due
    time, service time does not, and every one of them is counted as late.
    """
    load = Load(2, 0.0, 0.6, rate_rps=200.0)
    recorder = run(prepare(engine, known.port, workload("slow?ms=20"), load), 2)
    samples = recorder.samples()
    tally = recorder.tally(samples, 0)
    assert not recorder.faults and recorder.answered == len(samples.sent_ns)
    assert tally.offered == tally.requests and tally.offered in {120, 121}
    assert tally.latency_us is not None and tally.service_us is not None
    assert tally.latency_us.p90 > 200_000 > 100_000 > tally.service_us.p50
    assert tally.late_sends > 0.8 * tally.requests
    engine.forget("127.0.0.1", known.port)


def test_one_free_connection_is_used_before_another(
    engine: LoadEngine, known: Known
) -> None:
    """The one that was free last is sent over first: a slow trickle opens few."""
    load = Load(16, 0.0, 0.6, rate_rps=50.0)
    recorder = run(prepare(engine, known.port, workload("right"), load), 16)
    assert recorder.answered == 30 and recorder.opened < 16
    engine.forget("127.0.0.1", known.port)


class Slicer:
    """A server that sends every answer in the pieces it is told to."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.cut = 1
        self.connection: socket.socket | None = None
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        """One connection, until it ends."""
        answer = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"n": %4d}'
        connection, _ = self.listener.accept()
        self.connection = connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while data := connection.recv(65536):
                number = int(data.split(b"n=")[1].split(b" ")[0])
                whole = answer % number
                connection.sendall(whole[: self.cut])
                # The other thread reads what is there before the rest comes.
                threading.Event().wait(0.001)
                connection.sendall(whole[self.cut :])
                self.cut = self.cut % (len(whole) - 1) + 1

    def end(self) -> None:
        """Hang up, so that the thread ends even after a failed test."""
        if self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.listener.close()


@pytest.fixture
def slicer() -> Iterator[Slicer]:
    """One, ended afterwards."""
    server = Slicer()
    yield server
    server.end()
    assert not server.thread.is_alive()


def test_answers_in_two_pieces_are_all_right(
    engine: LoadEngine, slicer: Slicer
) -> None:
    """Cut at every byte in turn, after the same whole answer was already known."""
    course = prepare(engine, slicer.port, workload("x"), Load(1, 0.0, 1.0), limit=150)
    recorder = run(course, 1)
    assert not recorder.faults, recorder.first_error
    assert len(recorder.answered_ns) == 150 and recorder.opened == 1
    right_answers = {variant.right for variant in course._variants} - {None}
    assert all(
        right is not None and right.startswith(b"HTTP") for right in right_answers
    ), "a piece was remembered as a whole answer"
    engine.forget("127.0.0.1", slicer.port)


@pytest.mark.parametrize("rate_rps", [None, 400.0])
def test_every_kind_of_a_mixed_workload_is_told_apart(
    engine: LoadEngine, known: Known, rate_rps: float | None
) -> None:
    """Requests, latencies and errors of each kind; a kind that fails does so alone."""
    right, wrong, slow = (workload(name) for name in ("right", "half", "slow?ms=20"))

    def kind(request: Request) -> str:
        return request.path[1:].partition("?")[0]

    mixed = Workload(
        "mixed",
        "mixed",
        "known",
        lambda seed: [
            request
            for three in zip(
                *(w.requests(seed) for w in (right, wrong, slow)), strict=True
            )
            for request in three
        ],
        right.check,
        kinds=("right", "half", "slow"),
        kind=kind,
    )
    load = Load(4, 0.0, 0.6, rate_rps=rate_rps)
    recorder = run(prepare(engine, known.port, mixed, load), 4)
    samples = recorder.samples()
    tally_of = {
        kind_tally.name: kind_tally for kind_tally in recorder.tally(samples, 0).kinds
    }
    assert [tally_of[name].errors > 0 for name in mixed.kinds] == [False, True, False]
    assert tally_of["half"].errors == recorder.faults.total()
    assert (tally_of["half"].requests, tally_of["half"].latency_us) == (0, None)
    assert tally_of["right"].requests + tally_of["slow"].requests == len(
        samples.latency_ns
    )
    assert tally_of["right"].latency_us and tally_of["slow"].latency_us
    assert tally_of["slow"].latency_us.p50 >= 20_000
    assert tally_of["right"].latency_us.p50 < tally_of["slow"].latency_us.p50
    engine.forget("127.0.0.1", known.port)
