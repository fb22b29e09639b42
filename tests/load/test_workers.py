"""The generator as a master and two workers: every count agrees with the server's, and a lost worker with nobody's."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bench.analyse import reasons
from bench.analyse.voids import check
from bench.deploy.server import free_port
from bench.errors import EnvironmentFailure, UsageError
from bench.load.arrivals import due_times
from bench.load.distributed_generator import DistributedGenerator, Post, WorkerChild
from bench.load.generator import LoadRequest
from bench.load.joining import Credentials
from bench.load.samples import quantiles, read_samples
from bench.load.worker_pool import WorkerPool
from bench.model.load import Arrivals, BackgroundLoad, Load
from bench.model.trial import Window, WindowStats
from tests.load.held_up import HeldUp
from tests.load.known import Known


pytestmark = pytest.mark.live

CREDENTIALS = Credentials("a-token-of-this-test", {"harness": "this one"})
KNOWN = "tests.load.known_workloads"


@pytest.fixture(scope="module")
def worker_pool(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[DistributedGenerator]:
    """A master and two workers, kept over the tests; not one process of them is left."""
    log = tmp_path_factory.mktemp("crew") / "log"
    with DistributedGenerator((), WorkerPool(2), CREDENTIALS, log, KNOWN) as made:
        yield made
        ended = [psutil.Process(pid) for pid in (made.pid, *made.worker_pids)]
    assert not any(process.is_running() for process in ended)


def order(
    known: Known, load: Load, samples: Path | None = None, limit: int | None = None
) -> LoadRequest:
    """A visit to the known server."""
    return LoadRequest("127.0.0.1", known.port, "right", 1, load, samples, limit)


def names(tally: WindowStats) -> list[str]:
    """Who took part."""
    return [worker.name for worker in tally.workers]


def test_the_merged_count_is_the_servers_own(
    worker_pool: DistributedGenerator, known: Known, tmp_path: Path
) -> None:
    """Server, workers, Locust's master and the file of samples agree to the last request; five connections on two workers."""
    path = tmp_path / "window.npz"
    tally = worker_pool.visit(order(known, Load(5, 0.1, 0.5), path))
    counts = known.count()
    assert tally.errors == {}
    assert tally.requests_total == counts["requests"] == tally.locust_requests
    assert tally.connections_opened == counts["connections"] == 5
    assert names(tally) == ["here-1", "here-2"]
    requests = [worker.requests_total or 0 for worker in tally.workers]
    assert sum(requests) == tally.requests_total and min(requests) > 0
    assert max(w.cpu_s or 0 for w in tally.workers) == tally.generator_cpu_s > 0
    samples = read_samples(path)
    assert len(samples.latency_ns) == tally.requests > 0
    assert quantiles(samples.latency_ns) == tally.latency_us
    answered = samples.sent_ns + samples.latency_ns
    assert (answered[1:] >= answered[:-1]).all() and sum(tally.per_second) == tally.requests  # fmt: skip


@pytest.mark.parametrize("arrivals", Arrivals)
def test_two_workers_offer_what_one_process_offers(
    worker_pool: DistributedGenerator, known: Known, arrivals: Arrivals
) -> None:
    """The same seed, the same number of requests due, all of them sent and answered."""
    load = Load(8, 0.1, 0.5, 300.0, arrivals)
    tally = worker_pool.visit(order(known, load))
    due = [time for time in due_times(load, 1) if 0.1e9 <= time < 0.6e9]
    assert tally.offered == len(due) == tally.requests
    assert tally.requests_total == len(due_times(load, 1)) == known.count()["requests"]
    assert tally.locust_requests == tally.requests_total
    assert tally.slots is not None and sum(s.due for s in tally.slots) == len(due)


def test_a_fixed_number_and_a_second_workload_are_divided_too(
    worker_pool: DistributedGenerator, known: Known
) -> None:
    """101 requests are 101; what is beside is counted apart; one client is one worker's."""
    limited = worker_pool.visit(order(known, Load(4, 0.0, 0.5), limit=101))
    assert limited.requests_total == known.count()["requests"] == 101
    load = Load(4, 0.0, 0.4, 100.0, beside=BackgroundLoad("slow?ms=5", 3, 0.5, 50.0))
    cheap = worker_pool.visit(order(known, load))
    assert cheap.beside is not None and cheap.beside.workers == ()
    for stats in (cheap, cheap.beside):
        assert stats.requests_total == stats.locust_requests > 0
    both = cheap.requests_total + cheap.beside.requests_total
    assert both == known.count()["requests"] - 101
    assert names(worker_pool.visit(order(known, Load(1, 0.0, 0.1)))) == ["here-1"]
    worker_pool.forget("127.0.0.1", known.port)


def test_who_joins_proves_that_it_belongs_and_sends_nothing_to_background(
    worker_pool: DistributedGenerator, known: Known
) -> None:
    """
    Another token and another harness are turned away; the third takes part.

    Not where it is asked to load a stranger: then nobody sends anything. When
    it is ended, the crew is two again.
    """
    apart = {
        "token": Credentials("a-token-of-nobody", CREDENTIALS.facts),
        "harness": replace(CREDENTIALS, facts={"harness": "another"}),
        "there": CREDENTIALS,
    }
    with ExitStack() as stack:
        children = {}
        for name, credentials in apart.items():
            post = Post("127.0.0.1", worker_pool.port, name, workloads=KNOWN)
            children[name] = WorkerChild(post, credentials)
            stack.callback(children[name].end)
        for name in ("token", "harness"):
            with pytest.raises(EnvironmentFailure, match=name):
                children[name].joined(60)
        children["there"].joined(60)
        tally = worker_pool.visit(order(known, Load(6, 0.0, 0.1)))
        assert names(tally) == ["here-1", "here-2", "there"]
        assert tally.requests_total == known.count()["requests"]
        with pytest.raises(UsageError, match=r"192\.0\.2\.1") as refused:
            worker_pool.visit(
                LoadRequest("192.0.2.1", 80, "right", 1, Load(3, 0.0, 0.1), None)
            )
        assert "--i-own-this" in str(refused.value.hint)
    tally = worker_pool.visit(order(known, Load(4, 0.0, 0.1)))
    assert names(tally) == ["here-1", "here-2"]


def test_a_worker_that_hears_the_word_too_late_sends_nothing(
    worker_pool: DistributedGenerator, known: Known
) -> None:
    """The others have sent alone by then; it counts as lost in that window, and takes part in the next."""
    relay = HeldUp(worker_pool.port, b"held_s", 1.5)
    child = WorkerChild(
        Post("127.0.0.1", relay.port, "there", workloads=KNOWN), CREDENTIALS
    )
    with ExitStack() as stack:
        stack.callback(relay.end)
        stack.callback(child.end)
        child.joined(60)
        load = Load(6, 0.0, 0.1)
        struck = worker_pool.visit(order(known, load))
        assert [w.name for w in struck.workers if w.lost] == ["there"]
        counts = known.count()
        assert struck.requests_total == counts["requests"] > 0
        assert counts["connections"] == 4
        whole = worker_pool.visit(order(known, load))
    assert [w.name for w in whole.workers if not w.lost] == [
        "here-1",
        "here-2",
        "there",
    ]
    after = known.count()["requests"] - counts["requests"]
    assert whole.requests_total == whole.locust_requests == after


def test_where_all_hear_the_word_too_late_the_window_is_tried_again(
    known: Known,
) -> None:
    """Nothing was sent: no window is lost to it."""
    port = free_port()
    master = DistributedGenerator(
        (), WorkerPool(0, 2, port=port), CREDENTIALS, None, KNOWN
    )
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        entering = pool.submit(master.__enter__)
        wait_for(port)
        for name in ("far", "away"):
            relay = HeldUp(port, b"held_s", 1.5)
            post = Post("127.0.0.1", relay.port, name, workloads=KNOWN)
            child = WorkerChild(post, CREDENTIALS)
            stack.callback(relay.end)
            stack.callback(child.end)
            child.joined(60)
        made = stack.enter_context(closing_of(entering.result(60)))
        tally = made.visit(order(known, Load(4, 0.0, 0.1)))
    assert [(w.name, w.lost) for w in tally.workers] == [
        ("away", False),
        ("far", False),
    ]
    assert tally.requests_total == tally.locust_requests == known.count()["requests"]


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(300):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens at {port}")


@contextmanager
def closing_of(entered: DistributedGenerator) -> Iterator[DistributedGenerator]:
    """A generator that was entered elsewhere, ended here."""
    try:
        yield entered
    finally:
        entered.__exit__(None, None, None)


def test_a_worker_killed_in_a_window_voids_it_and_the_run_goes_on(
    worker_pool: DistributedGenerator, known: Known
) -> None:
    """It is named as lost, and the window void for that alone; in the next one another has its place."""
    load = Load(4, 0.1, 0.7)
    victim = worker_pool.worker_pids[1]

    def kill_in_the_window() -> None:
        while known.count()["requests"] < 4:
            time.sleep(0.02)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_in_the_window)
    killer.start()
    struck = worker_pool.visit(order(known, load))
    killer.join()
    assert [(w.name, w.lost) for w in struck.workers] == [
        ("here-1", False),
        ("here-2", True),
    ]
    assert struck.requests_total == struck.locust_requests > 0
    window = Window(1, 1, "t", "right", load.name, "", struck, 1, None, None, None, None, None, None)  # fmt: skip
    reason_list = [f.reason for f in check(window, load, 1).findings]
    assert reasons.WORKER in reason_list
    assert reasons.COUNT not in reason_list and reasons.LITTLE_LAW not in reason_list

    before = known.count()["requests"]
    whole = worker_pool.visit(order(known, load))
    assert [(w.name, w.lost) for w in whole.workers] == [
        ("here-1", False),
        ("here-3", False),
    ]
    assert whole.requests_total == known.count()["requests"] - before
    assert whole.locust_requests == whole.requests_total
    assert whole.errors == {}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "hung"])
def test_a_worker_that_is_missed_as_a_window_begins_has_another_in_its_place(
    known: Known, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    """It seemed to be there when the order was given: all of the window is sent by two, none of them lost."""
    with DistributedGenerator(
        (), WorkerPool(2), CREDENTIALS, None, KNOWN
    ) as worker_pool:
        os.kill(worker_pool.worker_pids[1], how)
        monkeypatch.setattr(WorkerChild, "alive", property(lambda child: True))
        tally = worker_pool.visit(order(known, Load(4, 0.0, 0.2)))
        assert [(w.name, w.lost) for w in tally.workers] == [
            ("here-1", False),
            ("here-3", False),
        ]
        assert tally.requests_total == known.count()["requests"] > 0
        assert len(worker_pool.worker_pids) == 2
