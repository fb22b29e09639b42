"""
A run whose clock is set meanwhile, an hour forwards and then two back.

A library stands before the clock of the day of harness and generator, whatever
in them asks for it; monotonic clocks stay the kernel's. The servers have an
environment of their own and the kernel's time: nobody asks them for it.
"""

import json
import shutil
import struct
import subprocess
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.test_life import (
    PATIENCE_S,
    SMALL,
    WINDOWS,
    finished,
    running,
    wait_for_windows,
    windows,
)


pytestmark = pytest.mark.live

WITH_CLOCK = """
import os
import bench.load.locust_generator as generator
usual = generator.clean_environment
def clean_environment(hash_seed=0):
    clock = {name: os.environ[name] for name in ("LD_PRELOAD", "CLOCK_OFFSET")}
    return usual(hash_seed) | clock
generator.clean_environment = clean_environment
from bench.cli.main import main
main()
"""
"""The harness, whose generator gets the library, too; of the shell it would not."""

SOURCE = Path(__file__).with_name("set_clock.c")


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says by how much the clock of every program started now is off."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here, which the library needs")
    library, file = tmp_path / "set_clock.so", tmp_path / "clock"
    words = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]  # fmt: skip
    subprocess.run(words, check=True)
    put(file, 0)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("CLOCK_OFFSET", str(file))
    return file


def put(clock: Path, seconds: int) -> None:
    """Set it, in the place where it is mapped."""
    with clock.open("r+b" if clock.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))


def test_a_clock_that_is_set_changes_no_figure(tmp_path: Path, clock: Path) -> None:
    """Every window and start is there and plausible; only the times of day tell of it."""
    runs = tmp_path / "runs"
    with running(runs, "run", *SMALL, started=("-c", WITH_CLOCK)) as process:
        folder = wait_for_windows(process, runs, 2)
        put(clock, 3600)
        wait_for_windows(process, runs, 4)
        put(clock, -3600)
        _, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0, err
    assert len(windows(folder)) == WINDOWS
    lines = (folder / "trials.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    measured = [one for one in found if one["kind"] == "window"]
    for window in measured:
        tally = window["tally"]
        assert tally["errors"] == {} and tally["requests"] > 0
        assert 0 < tally["measure_s"] < 10
        assert 0 < tally["latency_us"]["p50"] < 1e6
    starts = [one["first_answer_s"] for one in found if one["kind"] == "boot"]
    assert starts and all(0 < each < 60 for each in starts)
    times = [datetime.fromisoformat(one["started_at"]) for one in measured]
    steps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert max(steps) > 1800 and min(steps) < -1800, "the clock was never set"
    status, _, err = finished(runs, "report", folder.name)
    assert status == 0, err
