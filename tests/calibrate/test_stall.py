"""A server that stalls: hidden from the closed loop's p99, seen by the open loop's, all the way to the page."""

import os
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analyse.analysis import analyse
from bench.calibrate import theory
from bench.calibrate.calibrate import stand
from bench.calibrate.calibration_bench import CalibrationBench, Known
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement
from bench.load.generator import LoadRequest
from bench.load.messages import LoadCommand
from bench.model.exchange import Request
from bench.model.framework import Target
from bench.model.load import Arrivals
from bench.model.plan import Cell, OpenLoop, Plan
from bench.model.run import Run
from bench.model.trial import WindowStats
from bench.run.instruments import Instruments, Now
from bench.run.rounds import measure
from bench.store.folder import create, read
from bench.workloads import WORKLOADS
from tests.builders import plan, record
from tests.fakes.engine import FakeEngine, FakeServer


pytestmark = pytest.mark.live

STALL = "/stall?ms=300&every=1000"


@pytest.fixture(scope="module")
def here() -> Iterator[CalibrationBench]:
    """The real generator."""
    with stand(pinning(sorted(os.sched_getaffinity(0)))) as made:
        yield made


def test_calibrate_sees_the_stall_in_the_open_loop_only(here: CalibrationBench) -> None:
    """The proof that every calibration prints: p99 by theory in the open loop, next to nothing in the closed."""
    with here.server() as known:
        part = theory.stall(here, known)

    assert part.numbers["stall_closed_p99_ms"] < 30 < 200
    assert part.numbers["stall_open_p99_ms"] > 260


def test_the_known_queue_takes_one_after_the_other(here: CalibrationBench) -> None:
    """Five requests at once wait for each other: the nth answer comes after n service times, never sooner."""
    with here.server() as known:

        def answered(_: int) -> float:
            urllib.request.urlopen(known.url("/queue?us=30000"), timeout=5).read()
            return time.monotonic()

        began = time.monotonic()
        with ThreadPoolExecutor(5) as pool:
            found = sorted(pool.map(answered, range(5)))

    assert all(at - began >= 0.03 * n for n, at in enumerate(found, start=1))


class Stalling(FakeEngine):
    """An engine whose one server is the stalling one."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.known = known

    def start(
        self, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> FakeServer:
        """The known server under the target's name."""
        server = super().start(target, placement, hash_seed)
        server.port = self.known.port
        return server


class Real:
    """The real generator, sending what makes the known server stall."""

    def __init__(self, here: CalibrationBench) -> None:
        self.here = here

    def visit(self, order: LoadRequest) -> WindowStats:
        """The same visit at the stalling path."""
        return self.here.generator.carry_out(LoadCommand(order, Request("GET", STALL)))

    def forget(self, host: str, port: int) -> None:
        """As the real one."""
        self.here.generator.forget(host, port)


def stalling_plan() -> Plan:
    """One target, whole periods of the stall in every window."""
    this = plan("alpha", looks=(2,), cycles=1, measure_s=2.0, warmup_requests=0)
    opened = OpenLoop(("hello",), (), (), (400.0,), 256, Arrivals.POISSON, 1, 0.0, 3.0)
    profile = replace(this.profile, open_loop=opened)
    cells = (*this.cells, Cell(this.targets[0].id, "hello", opened.loads[0]))
    return replace(this, profile=profile, cells=cells)


def undisturbed(run: Run) -> Run:
    """The run without what a busy machine does to it: late timers void windows in another test."""
    return replace(
        run,
        windows=tuple(
            replace(w, tally=replace(w.tally, late_sends=0, generator_cpu_s=0.1))
            for w in run.windows
        ),
    )


def test_a_run_shows_the_stall_in_its_open_loop_only(
    here: CalibrationBench, tmp_path: Path
) -> None:
    """From the order to the stored tally to the analysed quantiles: the closed p99 hides it."""
    this = stalling_plan()
    with here.server() as known, create(tmp_path, record(this)) as writer:
        tools = Instruments(
            Stalling(known),
            Real(here),  # type: ignore[arg-type]
            writer.folder,
            lambda host, port, workload: None,
            lambda: None,
            lambda: "2026-01-01T00:00:00.000Z",
        )
        for event in measure(this, tools, dict(WORKLOADS), None, lambda number: False):
            if not isinstance(event, Now):
                writer.append(event)
        run = read(writer.folder)
    found = {q.metric: q for q in analyse(undisturbed(run)).quantities}
    closed, opened = found["p99"], found["open_p99@400"]

    assert closed.estimate is not None and closed.estimate.point < 30
    assert opened.estimate is not None and opened.estimate.point > 250
    # A quarter of the requests and more met it; the median did not.
    median = found["open_p50@400"].estimate
    assert median is not None and median.point < 30
