"""The generator's process: pinned, refusing clearly, and never left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from bench.errors import EnvironmentFailure, UsageError
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.model.load import Load
from bench.model.trial import WindowStats
from tests.load.known import ROOT, Known


pytestmark = pytest.mark.live


def visit(generator: LocustGenerator, known: Known, name: str) -> WindowStats:
    """One short visit to the known server."""
    load = Load(clients=4, warm_s=0.1, measure_s=0.4)
    return generator.visit(LoadRequest("127.0.0.1", known.port, name, 1, load, None))


def test_an_unknown_workload_is_refused_with_its_name(known: Known) -> None:
    """The refusal crosses the channel with its sentence, and the process lives on."""
    with LocustGenerator((), workloads="bench.workloads") as made:
        for _ in range(2):
            with pytest.raises(UsageError, match="helo"):
                visit(made, known, "helo")
        made.forget("127.0.0.1", known.port)


def test_a_processor_that_is_not_there_is_refused() -> None:
    """A generator that cannot be pinned does not run unpinned."""
    with pytest.raises(EnvironmentFailure, match="4095"), LocustGenerator((4095,)):
        pass


def test_it_runs_where_it_was_pinned(known: Known) -> None:
    """Every thread of it, and only there."""
    cpu = max(os.sched_getaffinity(0))
    with LocustGenerator((cpu,), workloads="tests.load.known_workloads") as made:
        visit(made, known, "right")
        for thread in psutil.Process(made.pid).threads():
            assert os.sched_getaffinity(thread.id) == {cpu}


def test_a_dead_generator_is_a_clear_refusal(known: Known) -> None:
    """Killed between visits, it says so, and says so again; leaving is harmless."""
    with LocustGenerator((), workloads="tests.load.known_workloads") as made:
        os.kill(made.pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(EnvironmentFailure, match=r"ended|started"):
                visit(made, known, "right")


def test_a_fault_of_the_harness_ends_it_with_the_log(known: Known) -> None:
    """A check that raises ends the process at once, and the message shows why."""
    with (
        LocustGenerator((), workloads="tests.load.known_workloads") as made,
        pytest.raises(EnvironmentFailure, match="the check itself is broken"),
    ):
        visit(made, known, "right?explode=1")


def test_an_interrupt_from_the_keyboard_is_the_parents_business(known: Known) -> None:
    """The process goes on after SIGINT: the parent decides when to end it."""
    with LocustGenerator((), workloads="tests.load.known_workloads") as made:
        os.kill(made.pid, signal.SIGINT)
        assert visit(made, known, "right").errors == {}


def test_it_ends_when_its_parent_is_killed(known: Known) -> None:
    """Even in the middle of a visit, kill -9 of the parent leaves nothing behind."""
    program = f"""
        from bench.load.generator import LoadRequest
        from bench.load.locust_generator import LocustGenerator
        from bench.model.load import Load
        with LocustGenerator((), workloads="tests.load.known_workloads") as made:
            print(made.pid, flush=True)
            order = LoadRequest("127.0.0.1", {known.port}, "right", 1, Load(2, 0, 30), None)
            made.visit(order)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    until = time.monotonic() + 20
    while known.count()["requests"] == 0 and time.monotonic() < until:
        time.sleep(0.05)
    assert known.count()["requests"] > 0
    parent.kill()
    parent.communicate()
    child.wait(10)
