"""Servers that fail in a window, from the order to the page: nothing wrong is counted, every cause is named."""

import html
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import pytest

from bench.analyse import metrics, reasons
from bench.analyse.analysis import analyse
from bench.analyse.windows import lay_out
from bench.cli.record import utc_now
from bench.cli.rendering import render
from bench.deploy.engine import CpuPlacement, Say
from bench.deploy.processes import cpu_ns, memory_bytes
from bench.errors import TargetFailed
from bench.load.faults import Fault
from bench.load.locust_generator import LocustGenerator
from bench.model.framework import Target
from bench.model.plan import Plan
from bench.model.run import Receipt
from bench.model.trial import Usage
from bench.run.contract import verify
from bench.run.instruments import Instruments, Now
from bench.run.rounds import measure
from bench.store.folder import create, read
from bench.workloads import WORKLOADS
from tests.builders import plan, receipt, record
from tests.fakes.engine import FakeDatabase
from tests.load.known import Known


pytestmark = pytest.mark.live

# Twelve requests verify and ten warm up: it happens in the window.
MOODS = {
    "leaking": "leaks?kb=32",
    "steady": "right",
    "lying": "wrong_after?good=40",
    "hanging": "silent_after?good=40",
    "dying": "dies_after?good=40",
}
LEAKING, STEADY, LYING, HANGING, DYING = (f"{name}@1.0/server" for name in MOODS)


class Misbehaving:
    """A server of known behaviour where a target's server would be."""

    first_answer_s = 0.1

    def __init__(self, target: Target) -> None:
        self.target = target
        self.known = Known(MOODS[target.framework])
        self.host = "127.0.0.1"
        self.port = self.known.port
        self.command: tuple[str, ...] = ("known_server", MOODS[target.framework])
        self.application_name = f"bench-{self.port}"

    def usage(self, memory: bool = True) -> Usage:
        """Of its one process."""
        self.check_alive()
        pid = self.known.process.pid
        return Usage(cpu_ns(pid) or 0, memory_bytes([pid]) if memory else None, 1)

    def check_alive(self) -> None:
        """TargetFailed, as a real engine says it."""
        status = self.known.process.poll()
        if status is not None:
            ended = f"its process was ended by {signal.Signals(-status).name}"
            raise TargetFailed(
                f"{self.target.id} is gone: {ended}",
                "read its log",
                "<b>last words</b>",
            )

    def process_ids(self) -> list[int]:
        """One."""
        return [self.known.process.pid]

    def stop(self) -> None:
        """Kill it."""
        self.known.end()


@dataclass
class Stand:
    """An engine for them; there is no database behind it."""

    name: str = "stand"
    database: FakeDatabase = field(default_factory=FakeDatabase)
    servers: list[Misbehaving] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for server in self.servers:
            server.stop()

    def prepare(
        self, targets: Sequence[Target], say: Say
    ) -> Mapping[str, Receipt | str]:
        """Nothing is needed."""
        return {target.id: receipt() for target in targets}

    def start(
        self, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> Misbehaving:
        """One more."""
        self.servers.append(Misbehaving(target))
        return self.servers[-1]


@pytest.fixture(scope="module")
def generator() -> Iterator[LocustGenerator]:
    """The real one."""
    with LocustGenerator(()) as made:
        yield made


def played(this: Plan, runs: Path, generator: LocustGenerator) -> Path:
    """The folder of a stored run with its page."""
    with create(runs, record(this)) as writer, Stand() as stand:
        tools = Instruments(
            stand, generator, writer.folder, verify, lambda: 0.0, utc_now
        )
        for event in measure(this, tools, dict(WORKLOADS), None, lambda number: False):
            if not isinstance(event, Now):
                writer.append(event)
        # The round ended all of them, those that hang too.
        assert all(server.known.process.poll() is not None for server in stand.servers)
    render(writer.folder)
    return writer.folder


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, generator: LocustGenerator
) -> Path:
    """One round with four servers, of which three fail."""
    this = plan("steady", "lying", "hanging", "dying", looks=(1,), cycles=1)
    return played(short(this), tmp_path_factory.mktemp("runs"), generator)


def short(this: Plan) -> Plan:
    """The same in windows of 0.4 s."""
    cells = (replace(c, load=replace(c.load, measure_s=0.4)) for c in this.cells)
    return replace(this, cells=tuple(cells))


def test_a_fault_is_of_the_server_that_has_it(folder: Path) -> None:
    """Four servers side by side: each window tells what its own server did."""
    run = read(folder)
    errors = {window.target: set(window.tally.errors) for window in run.windows}
    assert errors == {STEADY: set(), LYING: {Fault.WRONG}, HANGING: {Fault.UNFINISHED}}
    lost = {(failure.target, failure.workload) for failure in run.failures}
    assert lost == {(DYING, "hello"), (DYING, None)}
    assert run.complete_rounds == (1,)


def test_right_answers_before_the_fault_make_no_number(folder: Path) -> None:
    """Only the steady one has a window that counts; what the others were asked is kept."""
    trials = lay_out(read(folder))
    counted = trials.of_metric(metrics.THROUGHPUT).counting
    assert set(counted["target"]) == {STEADY}
    kept = {window.target: window.tally.requests_total for window in trials.run.windows}
    # Forty in all, of which twelve verified and ten warmed up.
    assert kept[HANGING] == 18 < kept[LYING]


def test_every_cause_is_on_the_page(folder: Path) -> None:
    """In the words of who met it, and what a server said is no markup."""
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = html.unescape(text)
    for cause in (
        "wrong answer (",
        "GET /hello: expected text/plain; charset=utf-8, got 'application/json'",
        "unfinished (4); the first was: unfinished: no answer when the visit ended",
        "is gone: its process was ended by SIGKILL",
        "<b>last words</b>",
    ):
        assert cause in page, cause
    assert "<b>last words</b>" not in text


def test_a_server_that_keeps_what_it_is_sent_is_named(
    tmp_path: Path, generator: LocustGenerator
) -> None:
    """Its memory grew in each of the windows; of the steady one beside it nothing is said."""
    this = plan("leaking", "steady", looks=(1,), cycles=3)
    folder = played(short(this), tmp_path, generator)
    named = {
        (warning.where or "").split(" ")[0]
        for warning in analyse(read(folder)).warnings
        if warning.reason is reasons.GROWING
    }
    assert named == {LEAKING}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "memory grew all the time" in page
