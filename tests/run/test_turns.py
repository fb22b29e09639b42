"""Requests at once: real sockets, and the events that a round makes of them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from bench.deploy.http_client import BurstReply, ask_at_once
from bench.model.exchange import Reply, Request
from bench.model.plan import Plan
from bench.model.run import Run
from bench.model.trial import Burst, Failure, Overlap, Window
from bench.run.instruments import Now
from bench.run.rounds import Event, measure
from bench.workloads import WORKLOADS
from tests.builders import record
from tests.experiments import experiment, small
from tests.fakes.engine import FakeEngine, Script
from tests.fakes.instruments import instruments
from tests.run.test_rounds import Together
from tests.run.test_rounds import as_run as plain_run


PAUSE_S = 0.03
DONE = b'{"ok":true}'


class Pausing(BaseHTTPRequestHandler):
    """Answers after a pause; counts how many are inside."""

    protocol_version = "HTTP/1.1"
    inside = 0
    most = 0
    lock = threading.Lock()

    def do_GET(self) -> None:
        """Wait, and answer."""
        with Pausing.lock:
            Pausing.inside += 1
            Pausing.most = max(Pausing.most, Pausing.inside)
        time.sleep(PAUSE_S)
        with Pausing.lock:
            Pausing.inside -= 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(DONE)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(DONE)

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def serving(kind: type[HTTPServer]) -> Iterator[int]:
    """The port of such a server."""
    Pausing.inside = Pausing.most = 0
    with kind(("127.0.0.1", 0), Pausing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_a_server_in_turns_answers_one_pause_apart() -> None:
    """Each answer comes a whole pause after the one before: none is asked too late to tell."""
    with serving(HTTPServer) as port:
        exchanges = ask_at_once("127.0.0.1", port, Request("GET", "/"), 4, 10)
    assert all(exchange.reply and exchange.reply.body == DONE for exchange in exchanges)
    answers = sorted(exchange.answered_s for exchange in exchanges)
    # The clock of the reader may be late by some milliseconds, never early.
    assert answers[-1] - exchanges[0].sent_s >= 4 * PAUSE_S
    assert Pausing.most == 1


def test_a_server_with_threads_has_all_of_them_inside() -> None:
    """The requests are sent together: eight are inside at the same time."""
    with serving(ThreadingHTTPServer) as port:
        exchanges = ask_at_once("127.0.0.1", port, Request("GET", "/"), 8, 10)
    assert len(exchanges) == 8 and all(exchange.fault is None for exchange in exchanges)
    assert all(a.sent_s <= b.sent_s for a, b in pairwise(exchanges))
    assert Pausing.most > 1


def test_nobody_there_is_a_fault_of_each_request_and_no_error() -> None:
    """A closed port: every request says so, at once."""
    with serving(HTTPServer) as port:
        pass
    exchanges = ask_at_once("127.0.0.1", port, Request("GET", "/"), 3, 1)
    assert len(exchanges) == 3
    assert all(exchange.reply is None and "no connection" in (exchange.fault or "") for exchange in exchanges)  # fmt: skip


def test_a_server_that_never_answers_is_given_up() -> None:
    """The limit holds for each request; a serial server must not hold a run up."""
    listener = HTTPServer(("127.0.0.1", 0), Pausing)  # nobody accepts
    with listener:
        exchanges = ask_at_once(
            "127.0.0.1", listener.server_port, Request("GET", "/"), 2, 0.1
        )
    assert all("no answer" in (exchange.fault or "") for exchange in exchanges)


class Crowd:
    """A fake for requests at once: some targets meet, others take turns."""

    def __init__(self, engine: FakeEngine, serial: Sequence[str] = ()) -> None:
        self.engine = engine
        self.serial = serial
        self.asked: list[tuple[str, str, int]] = []

    def __call__(
        self, host: str, port: int, request: Request, number: int, timeout_s: float
    ) -> Sequence[BurstReply]:
        """Answers as the contract wants them, at times that fit."""
        server = next(s for s in self.engine.servers if s.port == port)
        server.check_alive()
        name = server.target.framework
        self.asked.append((name, request.path, number))
        alone = name in self.serial
        body = b'{"ok":true}'
        if "rendezvous" in request.path:
            body = b'{"met":false}' if alone else b'{"met":true}'
        reply = Reply(200, body, {"content-type": "application/json"})
        step_s = 0.05 if alone else 0.0
        return [
            BurstReply(1.0 + 0.001 * n, 1.051 + step_s * n, reply)
            for n in range(number)
        ]


def collect(this: Plan, folder: Path, serial: Sequence[str] = (), script: Script | None = None, before: Sequence[Event] = (), stop_after: int | None = None) -> tuple[list[Event], Crowd]:  # fmt: skip
    """All events of a run with fakes."""
    engine = FakeEngine(script)
    crowd = Crowd(engine, serial)
    events: list[Event] = []
    with engine, Together(engine) as generator:
        tools = instruments(engine, generator, folder, ask_at_once=crowd)
        earlier = as_run(this, before) if before else None
        for event in measure(this, tools, dict(WORKLOADS), earlier, lambda n: False):
            if not isinstance(event, Now):
                events.append(event)
            if len(events) == stop_after:
                break
    return events, crowd


def as_run(this: Plan, events: Sequence[Event]) -> Run:
    """Events as a run that was read back."""
    run = plain_run(this, list(events))
    return Run(
        record(this), run.boots, run.windows, run.failures, run.ends,
        tuple(e for e in events if isinstance(e, Burst)),
        tuple(e for e in events if isinstance(e, Overlap)),
    )  # fmt: skip


def crowded() -> Plan:
    """Two rounds, two targets, eight at once."""
    return small(experiment(at_once=8, rounds=2), looks=(2,))


def test_each_round_has_a_volley_and_the_run_one_meeting_of_each_target(
    tmp_path: Path,
) -> None:
    """Volleys after the windows of their block; the meeting before the first of them."""
    events, _ = collect(crowded(), tmp_path, serial=["beta"])
    volleys = [e for e in events if isinstance(e, Burst)]
    assert sorted((v.round, v.target) for v in volleys) == [
        (n, f"{name}@1.0/server") for n in (1, 2) for name in ("alpha", "beta")
    ]
    assert {len(v.requests) for v in volleys} == {8}
    met = {m.target: m.met for m in events if isinstance(m, Overlap)}
    assert met == {"alpha@1.0/server": True, "beta@1.0/server": False}
    assert [m.round for m in events if isinstance(m, Overlap)] == [1, 1]
    for number in (1, 2):
        last = max(n for n, e in enumerate(events) if isinstance(e, Window) and (e.round, e.workload) == (number, "wait"))  # fmt: skip
        first = min(n for n, e in enumerate(events) if isinstance(e, Burst) and e.round == number)  # fmt: skip
        assert last < first


def test_a_meeting_asks_one_more_than_there_are_processes(tmp_path: Path) -> None:
    """Two requests for one process, and they ask for the rendezvous."""
    _, crowd = collect(crowded(), tmp_path)
    asked = [(path, number) for _, path, number in crowd.asked]
    assert asked.count(("/rendezvous?parties=2", 2)) == 2
    assert asked.count(("/io?ms=50", 8)) == 4


def test_times_are_milliseconds_since_the_first_was_sent(tmp_path: Path) -> None:
    """Of a server in turns: 50 ms between answers."""
    events, _ = collect(crowded(), tmp_path, serial=["beta"])
    volley = next(e for e in events if isinstance(e, Burst) and e.target.startswith("beta"))  # fmt: skip
    assert [request.sent_ms for request in volley.requests[:2]] == [0.0, 1.0]
    assert [request.answered_ms for request in volley.requests[:3]] == [
        51.0,
        101.0,
        151.0,
    ]


def test_wherever_it_is_interrupted_no_volley_is_sent_twice_and_none_is_missing(
    tmp_path: Path,
) -> None:
    """Cut after each event: both parts together hold each volley and each meeting once."""
    this = crowded()
    whole, _ = collect(this, tmp_path)
    for cut in range(1, len(whole)):
        first, _ = collect(this, tmp_path, stop_after=cut)
        rest, _ = collect(this, tmp_path, before=first)
        both = [*first, *rest]
        volleys = [(e.round, e.target) for e in both if isinstance(e, Burst)]
        meetings = [e.target for e in both if isinstance(e, Overlap)]
        assert len(volleys) == len(set(volleys)) == 4, cut
        assert len(meetings) == len(set(meetings)) == 2, cut


def test_a_run_without_experiments_asks_nothing_at_once(tmp_path: Path) -> None:
    """Nor does an experiment that does not want it."""
    events, crowd = collect(small(experiment(), looks=(2,)), tmp_path)
    assert crowd.asked == []
    assert not [e for e in events if isinstance(e, Burst | Overlap)]


def test_a_failure_in_an_experiment_leaves_the_headline_its_target(
    tmp_path: Path,
) -> None:
    """A volley that nobody answers: a failure that names the experiment; the rest goes on."""

    class Silent(Crowd):
        def __call__(self, host: str, port: int, request: Request, number: int, timeout_s: float) -> Sequence[BurstReply]:  # fmt: skip
            return [BurstReply(1.0, 1.0, None, "no answer: timed out")] * number

    engine = FakeEngine()
    this = crowded()
    with engine, Together(engine) as generator:
        tools = instruments(engine, generator, tmp_path, ask_at_once=Silent(engine))
        events = [e for e in measure(this, tools, dict(WORKLOADS), None, lambda n: False) if not isinstance(e, Now)]  # fmt: skip
    failures = [e for e in events if isinstance(e, Failure)]
    assert {(f.workload, f.experiment) for f in failures} == {("wait", "turns")}
    headline = [e for e in events if isinstance(e, Window) and e.workload == "hello"]
    assert len(headline) == 2 * 2 * 2
    assert [m.met for m in events if isinstance(m, Overlap)] == [None] * 4


@pytest.mark.parametrize("dies", ["alpha@1.0/server"])
def test_a_server_that_dies_loses_its_volley_only_in_that_round(
    tmp_path: Path, dies: str
) -> None:
    """It is gone from all blocks of the round, and back in the next."""
    events, _ = collect(crowded(), tmp_path, script=Script(dies={dies: (1,)}))
    volleys = [(e.round, e.target) for e in events if isinstance(e, Burst)]
    assert (1, dies) not in volleys and (2, dies) in volleys
    assert [e.round for e in events if isinstance(e, Overlap) and e.target == dies] == [2]  # fmt: skip
