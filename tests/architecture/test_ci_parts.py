"""`.ci/run`: all parts together are what it does without one, played with a make that only says what it was asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.steps import ROOT, Stand


PARTS = ("still", "servers", "timed", "smoke")
TOOLS = ("git", "wrk", "h2load", "nginx", "java", "valgrind", "taskset", "gcc", "ip", "jq", "chromium")  # fmt: skip


def made(folder: Path, *words: str) -> list[str]:
    """What make was asked for, in order."""
    folder.mkdir()
    stand = Stand(folder)
    (folder / ".ci").mkdir()
    (folder / ".ci/run").write_text((ROOT / ".ci/run").read_text())
    stand.program(".ci/engine", "true")
    for tool in (*TOOLS, "make", "docker", "pgrep"):
        stand.program(f"bin/{tool}", "true")
    done = stand.run(f"bash .ci/run {' '.join(words)}")
    assert done.returncode == 0, done.stderr
    return [line for line in stand.said("calls").splitlines() if line.startswith("make ")]  # fmt: skip


def test_the_parts_together_are_the_whole(tmp_path: Path) -> None:
    """Nothing is left to a part that no job has, nothing is played twice."""
    whole = made(tmp_path / "whole")
    parts = [line for part in PARTS for line in made(tmp_path / part, part)]

    assert parts == whole
    assert len(set(whole)) == len(whole)


def test_the_workflow_plays_every_part() -> None:
    """The matrix names them all."""
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")

    assert f"part: [{', '.join(PARTS)}]" in workflow


def test_the_test_command_is_three_of_the_parts() -> None:
    """`make test` plays lint, still, servers and timed, and so does CI."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    start = recipe.index("\ntest:")
    own = recipe[start : recipe.index("\n\n", start)]

    for target in ("lint", "test-still", "test-servers", "test-timed"):
        assert target in own


@pytest.mark.parametrize("cases", ["", "every"])
def test_every_case_is_played_where_it_is_asked_for(cases: str) -> None:
    """`make test` leaves out what is marked nightly, `make test-all` nothing, and CI asks for it every night."""
    parts = ["test-still", "test-contract", "test-timed", f"CASES={cases}"]
    # -o setup: as if the installation were done.
    done = subprocess.run(
        ["make", "--dry-run", "-o", "setup", *parts],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if "pytest" in line]
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")

    assert len(lines) == 3
    assert all(("and not nightly" in line) == (cases == "") for line in lines)
    assert "test CASES=every" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "CASES: ${{ github.event_name == 'schedule' && 'every' || '' }}" in workflow


def test_what_tests_took_is_kept(tmp_path: Path) -> None:
    """A session adds itself and each of its tests, in seconds, to the file that DURATIONS names."""
    kept = tmp_path / "durations"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "1", "tests/model", "-k", "plural"],
        cwd=ROOT, check=True, capture_output=True, env={**os.environ, "DURATIONS": str(kept)},
    )  # fmt: skip
    rows = [line.split("\t") for line in kept.read_text().splitlines()]

    assert [what for _, what in rows if what.startswith("pytest ")] == [
        "pytest -q -n 1 tests/model -k plural"
    ]
    assert sum(what.startswith("tests/model/") for _, what in rows) >= 1
    assert all(float(seconds) >= 0 for seconds, _ in rows)


@pytest.mark.parametrize("word", ["all-of-it", "--help"])
def test_a_part_that_does_not_exist_is_refused(tmp_path: Path, word: str) -> None:
    """Nothing is green because nothing was played."""
    stand = Stand(tmp_path)
    done = stand.run(f"bash {ROOT}/.ci/run {word}")

    assert done.returncode == 2
    assert "still" in done.stderr
