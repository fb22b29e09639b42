"""`.ci/run`: all parts together are what it does without one, played with a make that only says what it was asked."""

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


@pytest.mark.parametrize("word", ["all-of-it", "--help"])
def test_a_part_that_does_not_exist_is_refused(tmp_path: Path, word: str) -> None:
    """Nothing is green because nothing was played."""
    stand = Stand(tmp_path)
    done = stand.run(f"bash {ROOT}/.ci/run {word}")

    assert done.returncode == 2
    assert "still" in done.stderr
