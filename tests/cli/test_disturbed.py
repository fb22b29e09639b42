"""A machine that somebody else uses too: warned and inconclusive, never wrong."""

import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bench.analyse import reasons
from bench.analyse.analysis import analyse
from bench.analyse.windows import Trials
from bench.selftest.cpu_burner import burn_cpu
from bench.selftest.disturbed import beside_another_program
from bench.selftest.result import SelfTestRow
from bench.store.folder import read
from tests.analyse.builders import (
    FASTAPI,
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
    `bench selftest disturbed`: the same programs without and with a stranger on their core.

    It passes its own limits, and in the second stored run every cell is named.
    """
    words = ("selftest", "disturbed", "--seed", "11")
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        env={**os.environ, "BENCH_RUNS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    _, folder = sorted(path.parent for path in tmp_path.glob("selftest/*/run.json"))
    run = read(folder)
    named = {w.where for w in analyse(run).warnings if w.reason is reasons.FOREIGN}

    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
    assert named == {cell.key for cell in run.record.plan.cells}


NOTICED = replace(QUIET, foreign_s=1.0)
SPEEDS_BESIDE = {**SPEEDS, FASTAPI: SPEEDS[FASTAPI] * 0.9}
"""One program suffers more than the others from what it shares its core with."""


def rows(truth: Truth) -> dict[str, SelfTestRow]:
    """What the self-test says of a run that should have been disturbed, by row."""
    finding = beside_another_program(make_run(Truth()), make_run(truth))
    return {row.what: row for row in finding.rows}


def test_a_harness_that_withholds_its_verdicts_passes_and_the_shift_is_seen() -> None:
    """A ratio of two different programs moved by a tenth, beyond chance; the twin's did not."""
    found = rows(Truth(speeds=SPEEDS_BESIDE, fault=lambda w: replace(w, trace=NOTICED)))
    assert all(row.passed for row in found.values())
    moved = next(
        row for what, row in found.items() if "FastAPI" in what and "cpu" in what
    )
    assert re.search(r"0\.(89|9[01])\d times|1\.1[0-3]\d times", moved.effect)
    assert moved.effect.endswith("beyond chance")
    (twin,) = (row for what, row in found.items() if "itself" in what and "cpu" in what)
    assert twin.effect.endswith("within chance")


def test_a_harness_that_does_not_see_the_stranger_fails() -> None:
    """Windows that look quiet are judged as if they were: that is what must not be."""
    found = rows(Truth(speeds=SPEEDS_BESIDE))
    assert {what for what, row in found.items() if not row.passed} == {
        "cells that are warned of",
        "verdicts given, throughput",
        "verdicts given, cpu",
    }


def test_a_harness_that_lets_cpu_verdicts_stand_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it was once: the stranger was seen, and only throughput was withheld."""
    monkeypatch.setattr(Trials, "disturbed", frozenset())
    found = rows(Truth(fault=lambda w: replace(w, trace=NOTICED)))
    failed = {what for what, row in found.items() if not row.passed}
    assert failed == {"verdicts given, cpu"}


@pytest.mark.live
@pytest.mark.timed
def test_the_stranger_wants_its_core_and_leaves_nothing_behind() -> None:
    """It runs on that core alone, works while the block runs, and is gone after it."""
    core = max(os.sched_getaffinity(0))
    with burn_cpu(core, seconds=30) as pid:
        child = psutil.Process(pid)
        assert child.cpu_affinity() == [core]
        before_s = child.cpu_times().user
        end_s = time.monotonic() + 20
        while child.cpu_times().user - before_s < 0.05 and time.monotonic() < end_s:
            time.sleep(0.02)
        assert child.cpu_times().user - before_s >= 0.05
        assert child.cpu_affinity() == [core]
    assert not psutil.pid_exists(pid)
