"""A machine that somebody else uses too: warned and inconclusive, never wrong."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bench.analyse import reasons
from bench.analyse.analysis import analyse
from bench.selftest.disturbed import beside_a_stranger
from bench.selftest.hog import hog
from bench.store.folder import read
from tests.analyse.builders import (
    AGAIN,
    DJANGO,
    FLASK,
    QUIET,
    SPEEDS,
    Truth,
    make_run,
)


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.live
@pytest.mark.timed
@pytest.mark.slow
def test_a_disturbed_run_is_warned_of_and_decides_nothing_wrong(tmp_path: Path) -> None:
    """
    `bench selftest disturbed`: two servers of known difference, and a stranger on their core.

    It passes its own limits, and the stored run is one in which every cell is named.
    """
    words = ("selftest", "disturbed", "--seed", "11")
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        env={**os.environ, "BENCH_RUNS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    (folder,) = (path.parent for path in tmp_path.glob("selftest/*/run.json"))
    run = read(folder)
    named = {w.where for w in analyse(run).warnings if w.reason is reasons.FOREIGN}

    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
    assert named == {cell.key for cell in run.record.plan.cells}


def passed(truth: Truth) -> dict[str, bool]:
    """What the self-test says of a made run, by row; Flask is the faster one of the pair."""
    finding = beside_a_stranger(make_run(truth), (FLASK, DJANGO), AGAIN)
    return {row.what.split(":")[0]: row.passed for row in finding.rows}


def test_the_self_test_fails_a_harness_that_does_not_see_the_stranger() -> None:
    """Windows that look quiet are judged as if they were: that is what must not be."""
    noticed = replace(QUIET, foreign_s=1.0)
    speeds = {**SPEEDS, FLASK: 1.3, AGAIN: 1.3}
    sound = passed(
        Truth(speeds=speeds, fault=lambda w: replace(w, trace=noticed)),
    )
    blind = passed(Truth(speeds=speeds))

    assert all(sound.values())
    assert not blind["cells that are warned of"]
    assert not blind["throughput ratio"]
    assert blind["CPU time per request"]


@pytest.mark.parametrize("factor", [0.9, 1.8])
def test_the_self_test_fails_a_wrong_cpu_ratio(factor: float) -> None:
    """Slower where it is faster, or twice as fast where it cannot be."""
    noticed = replace(QUIET, foreign_s=1.0)
    truth = Truth(
        speeds={**SPEEDS, FLASK: factor, AGAIN: factor},
        fault=lambda w: replace(w, trace=noticed),
    )
    assert not passed(truth)["CPU time per request"]


@pytest.mark.live
@pytest.mark.timed
def test_the_stranger_wants_its_core_and_leaves_nothing_behind() -> None:
    """It runs on that core alone, works while the block runs, and is gone after it."""
    core = max(os.sched_getaffinity(0))
    with hog(core, seconds=30) as pid:
        child = psutil.Process(pid)
        assert child.cpu_affinity() == [core]
        before_s = child.cpu_times().user
        end_s = time.monotonic() + 20
        while child.cpu_times().user - before_s < 0.05 and time.monotonic() < end_s:
            time.sleep(0.02)
        assert child.cpu_times().user - before_s >= 0.05
        assert child.cpu_affinity() == [core]
    assert not psutil.pid_exists(pid)
