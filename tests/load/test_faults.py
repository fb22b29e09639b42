"""Servers at their worst, and a generator that is taken things away: named, counted apart, over in time."""

import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count, islice
from pathlib import Path

import gevent
import pytest

from bench.errors import EnvironmentFailure
from bench.load.engine import BODIES_BYTES, LoadEngine
from bench.load.faults import Fault
from bench.load.generator import LoadRequest
from bench.load.latency_recorder import LatencyRecorder
from bench.load.locust_generator import LocustGenerator
from bench.model.load import Load
from tests.load.known import Known
from tests.load.known_workloads import workload
from tests.load.test_engine import prepare, run


pytestmark = pytest.mark.live

HANGING = {Fault.TIMEOUT, Fault.UNFINISHED}
BROKEN = {
    "silent": HANGING,
    "too_long": HANGING,
    "drip?ms=20": HANGING,
    # What is short of a byte is wrong; the byte that follows is in the next one's way.
    "too_short": {Fault.WRONG, Fault.SURPLUS, Fault.MALFORMED},
    "huge": {Fault.OVERSIZED},
}
"""What a server does to every request, and what it may be called."""


@pytest.fixture(scope="module")
def engine() -> LoadEngine:
    """One in this process; its loop is the hub's of this thread."""
    return LoadEngine(gevent.get_hub().loop)


@pytest.fixture(scope="module")
def server() -> Iterator[Known]:
    """One for all behaviours that remember nothing."""
    made = Known()
    yield made
    made.end()


@pytest.fixture(scope="module")
def lent() -> Iterator[LocustGenerator]:
    """A generator of our own; the last test kills it."""
    with LocustGenerator((), workloads="tests.load.known_workloads") as made:
        yield made


def faced(
    engine: LoadEngine,
    known: Known,
    name: str,
    load: Load,
    overdue_s: float = 10.0,
    limit: int | None = None,
) -> LatencyRecorder:
    """What the generator has on record after a visit; it must have ended."""
    course = prepare(engine, known.port, workload(name), load, limit)
    course.timeout_s = overdue_s
    try:
        return run(course, load.clients)
    finally:
        engine.forget("127.0.0.1", known.port)


@pytest.mark.parametrize("name", BROKEN)
def test_nothing_broken_is_counted_as_an_answer(
    engine: LoadEngine, server: Known, name: str
) -> None:
    """Closed loop: every fault has its name, no answer is right, the visit ends."""
    recorder = faced(engine, server, name, Load(4, 0.0, 0.4), overdue_s=0.3)
    assert recorder.faults and set(recorder.faults) <= BROKEN[name]
    assert len(recorder.answered_ns) == 0
    assert (
        recorder.wrong == recorder.faults[Fault.WRONG] + recorder.faults[Fault.SURPLUS]
    )
    assert recorder.first_error


@pytest.mark.parametrize("name", BROKEN)
def test_in_the_open_loop_every_request_that_was_due_is_on_record(
    engine: LoadEngine, server: Known, name: str
) -> None:
    """As many faults as were due: none of them is lost, and none counted twice."""
    load = Load(4, 0.0, 0.4, rate_rps=20.0)
    recorder = faced(engine, server, name, load, overdue_s=0.3)
    assert set(recorder.faults) <= BROKEN[name]
    assert recorder.faults.total() == recorder.offered and recorder.faults
    assert len(recorder.answered_ns) == 0


def test_an_answer_that_drips_but_is_whole_in_time_is_right(
    engine: LoadEngine, server: Known
) -> None:
    """Slow is no fault: byte by byte, and every one of them is counted."""
    recorder = faced(engine, server, "drip?ms=1", Load(2, 0.0, 0.4))
    assert not recorder.faults, recorder.first_error
    assert len(recorder.answered_ns) >= 2


def test_after_a_thousand_right_answers_the_wrong_ones_are_told_apart(
    engine: LoadEngine, known: Known
) -> None:
    """What was known to be right by its bytes is looked at all the same, to the last one."""
    name = "wrong_after?good=1000"
    recorder = faced(engine, known, name, Load(4, 0.0, 0.4), limit=1200)
    assert dict(recorder.faults) == {Fault.WRONG: 200}
    assert len(recorder.answered_ns) == 1000
    assert known.count()["requests"] == recorder.answered == 1200


def test_a_warm_up_ends_when_the_server_stops_answering(
    engine: LoadEngine, known: Known
) -> None:
    """It is not waited for each of the thousands that are left, one time-out after the other."""
    name = "silent_after?good=100"
    load = Load(4, 0.0, 0.4)
    recorder = faced(engine, known, name, load, overdue_s=1.0, limit=4000)
    assert recorder.answered == len(recorder.answered_ns) == 100
    assert set(recorder.faults) <= HANGING
    # Who reads this tells by it that the visit was given up (bench.run.load_windows).
    assert recorder.faults[Fault.UNFINISHED] == 4


def test_a_server_that_is_killed_costs_what_was_under_way(
    engine: LoadEngine, known: Known
) -> None:
    """What it had answered stays on record, and nothing else is called an answer."""
    recorder = faced(engine, known, "dies_after?good=100", Load(4, 0.0, 0.5))
    assert set(recorder.faults) <= {Fault.CLOSED, Fault.TRUNCATED, Fault.REFUSED}
    assert recorder.faults.total() >= 4
    assert 90 <= len(recorder.answered_ns) == recorder.answered <= 100


@contextmanager
def files_left(number: int) -> Iterator[None]:
    """This process may open so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = islice((fd for fd in count() if not is_open(fd)), number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(free) + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_open(fd: int) -> bool:
    """Whether this process has a file of that number."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_connections_that_cannot_be_opened_are_named_and_the_others_go_on(
    engine: LoadEngine, known: Known
) -> None:
    """Three file descriptors for six clients: three answers at a time, and three faults."""
    before = faced(engine, known, "right", Load(1, 0.0, 0.1)).answered
    with files_left(3):
        recorder = faced(engine, known, "right", Load(6, 0.0, 0.4))
    assert recorder.opened == 3
    assert set(recorder.faults) == {Fault.REFUSED}
    assert "Too many open files" in (recorder.first_error or "")
    assert known.count()["requests"] == before + len(recorder.answered_ns)
    assert len(recorder.answered_ns) > 0


def peak_bytes(pid: int) -> int:
    """The most memory that a process had since its peak was forgotten."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def test_bodies_without_end_do_not_fill_the_memory(
    generator: LocustGenerator, known: Known
) -> None:
    """64 connections, and each is sent chunks for ever: cut off, counted, bounded together."""
    with suppress(OSError):
        Path(f"/proc/{generator.pid}/clear_refs").write_text("5")  # forget the peak
    before = peak_bytes(generator.pid)
    # Long enough for all of them to be cut off on a busy machine.
    load = Load(64, 0.0, 2.0)
    tally = generator.visit(
        LoadRequest("127.0.0.1", known.port, "endless", 1, load, None)
    )
    generator.forget("127.0.0.1", known.port)
    assert set(tally.errors) == {Fault.OVERSIZED}
    assert tally.requests == tally.requests_total == 0
    assert peak_bytes(generator.pid) - before < 1.5 * BODIES_BYTES


def test_more_connections_than_files_are_refused_before_anything_is_sent(
    lent: LocustGenerator, known: Known
) -> None:
    """By the number that is missing, and the generator is as good as before."""
    which = resource.RLIMIT_NOFILE
    soft, hard = resource.prlimit(lent.pid, which)
    assert soft == hard  # it has taken what the machine allows
    order = LoadRequest("127.0.0.1", known.port, "right", 1, Load(16, 0.0, 0.2), None)
    resource.prlimit(lent.pid, which, (70, hard))
    try:
        with pytest.raises(EnvironmentFailure, match="may have 70") as refused:
            lent.visit(order)
    finally:
        resource.prlimit(lent.pid, which, (soft, hard))
    assert "ulimit" in (refused.value.hint or "")
    assert known.count()["requests"] == 0
    assert lent.visit(order).errors == {}


def test_killed_in_a_window_the_generator_is_missed_at_once(
    lent: LocustGenerator, known: Known
) -> None:
    """Not when the window would have ended: the refusal says how the process ended."""

    def kill() -> None:
        until = time.monotonic() + 20
        while known.count()["requests"] == 0 and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(lent.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    order = LoadRequest("127.0.0.1", known.port, "right", 1, Load(2, 0.0, 60.0), None)
    with pytest.raises(EnvironmentFailure, match=r"in its work \(status -9\)"):
        lent.visit(order)
    killer.join()
