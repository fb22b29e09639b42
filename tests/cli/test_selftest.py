"""`bench selftest` and `bench instructions` as a person calls them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench.cli.selftest_command import BASE_STEPS, copies, slowed, steps_of
from bench.errors import UsageError


ROOT = Path(__file__).resolve().parents[2]
needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None, reason="valgrind is not installed"
)


def bench(
    runs: Path, *words: str, limit_s: float = 240, root: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """A command that came to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=root,
        env={**os.environ, "BENCH_RUNS": str(runs)},
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )


def test_coverage_is_printed_and_stored(tmp_path: Path) -> None:
    """Exit 0, a line for each kind of interval, and the same in JSON with its seed."""
    words = ("selftest", "coverage", "--experiments", "200", "--seed", "3")
    done = bench(tmp_path, *words)
    (path,) = (tmp_path / "selftest").glob("*-coverage.json")
    stored = json.loads(path.read_text())

    assert done.returncode == 0, done.stderr
    assert "all five looks together" in done.stdout
    assert stored["passed"] is True and stored["seed"] == 3
    assert len(stored["rows"]) == 16


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("selftest", "coverge"), "coverage"),
        (("selftest", "aa", "--rounds", "7"), "--rounds 12"),
        (("selftest", "aa", "--target", "floor"), "gunicorn"),
        (("selftest", "slowdown", "--added", "0"), "greater than or equal to 1"),
        (("instructions", "floor", "--workloads", "db-read"), "hello, json, validate"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """Exit 2, nothing started, and the hint names what is possible."""
    done = bench(tmp_path, *words)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_copies_have_names_of_their_own() -> None:
    """The same command many times, under ids that files and analysis can tell apart."""
    found = copies("floor/gunicorn-gthread", 5)

    assert len({one.id for one in found}) == 5
    assert len({one.serve for one in found}) == 1
    with pytest.raises(UsageError):
        copies("floor", 5)


def test_work_is_added_by_the_environment_alone() -> None:
    """The slowed servers differ in one variable; none of them is the plain application."""
    (some, more) = (slowed(steps, 1)[0] for steps in (10, 20))

    assert some.serve == more.serve and "slowed:app" in some.serve
    assert (some.environment["STEPS"], more.environment["STEPS"]) == ("10", "20")


@needs_valgrind
@pytest.mark.live
@pytest.mark.slow
def test_steps_are_calibrated_in_instructions() -> None:
    """A tenth more work is a tenth more steps, and a little for what is no step."""
    steps = steps_of((0.0, 0.1), Console(stderr=True))

    assert steps[0.0] == BASE_STEPS
    assert 1.1 * BASE_STEPS < steps[0.1] < 1.12 * BASE_STEPS


@needs_valgrind
@pytest.mark.live
@pytest.mark.slow
def test_instructions_of_the_bare_servers(tmp_path: Path) -> None:
    """A table in JSON: each workload that the target serves, counted twice alike."""
    done = bench(tmp_path, "instructions", "floor", "--requests", "50", "--json")
    rows = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert {row["workload"] for row in rows} == {"hello", "json"}
    assert len(rows) == 4
    assert {row["requests"] for row in rows} == {50}
    assert all(row["valgrind"].startswith("valgrind-3") for row in rows)
    assert all(row["apart"] < 0.001 and row["instructions"] > 5000 for row in rows)
