"""A machine that somebody else uses too: warned and inconclusive, never wrong."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.analyse import reasons
from bench.analyse.analysis import analyse
from bench.cli.asked import Asked
from bench.cli.measuring import begin
from bench.cli.selftest_plans import plan_of, slowed
from bench.configure.targets import twin
from bench.deploy.cores import pinning
from bench.deploy.machine import available_cores
from bench.judge.decide import decide
from bench.model.framework import Role
from bench.model.verdict import Outcome
from bench.store.folder import read


pytestmark = [pytest.mark.live, pytest.mark.slow]
HOG = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
end = time.monotonic() + 240
while time.monotonic() < end:
    pass
"""


@contextmanager
def hog(core: int) -> Iterator[None]:
    """A program that wants that core for itself; it ends itself after four minutes."""
    child = subprocess.Popen([sys.executable, "-c", HOG, str(core)])
    try:
        yield
    finally:
        child.kill()
        child.wait()


def test_a_disturbed_run_is_warned_of_and_decides_nothing_wrong(tmp_path: Path) -> None:
    """
    Two servers of which one works half as much again, and a stranger on their core.

    Every cell is named, the throughput ratio decides nothing, and CPU time
    per request, which stands, does not contradict what is known.
    """
    fast, slow = (
        replace(slowed(steps)[0], role=Role.CONTESTANT) for steps in (40_000, 60_000)
    )
    plan = plan_of("disturbed", [fast, slow, twin(fast)], rounds=6, seed=11)
    plan = replace(plan, profile=replace(plan.profile, cycles=2, verdicts=True))
    core = pinning(available_cores()).server[0]
    with hog(core):
        folder, complete = begin(
            Asked("disturbed"), plan, Console(stderr=True), tmp_path
        )
    analysis = analyse(read(folder))
    rate = analysis.comparison(fast.id, slow.id, "hello", "throughput")
    cpu = analysis.comparison(fast.id, slow.id, "hello", "cpu")
    named = {w.where for w in analysis.warnings if w.reason is reasons.FOREIGN}

    assert complete
    assert named == {cell.key for cell in plan.cells}
    assert rate is not None and cpu is not None and cpu.advantage is not None
    assert "somebody else used the server's core" in (rate.void or "")
    for margin in (0.0, 0.05, 1.0):
        assert decide([rate], margin)[0][0] is Outcome.INCONCLUSIVE
    # Half as much work again is less than half as much CPU time again, and more than none.
    assert decide([cpu], 0.0)[0][0] is not Outcome.REFUTED
    assert decide([cpu], 0.6)[0][0] is not Outcome.SUPPORTED
    assert {c.id: c.passed for c in analysis.checks}["foreign"] is False
