"""The workflows: pinned, with few rights, made of commands that run here, too."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli.main import COMMANDS


ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
USES = re.compile(r"uses: (\S+)(.*)")
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> str:
    """The text of one workflow."""
    path: Path = request.param
    return path.read_text(encoding="utf-8")


def test_actions_are_pinned_by_commit_and_say_which_release(workflow: str) -> None:
    """A tag can be moved to other code, a commit cannot."""
    found = USES.findall(workflow)
    assert found
    for action, comment in found:
        assert PINNED.fullmatch(action), action
        assert re.fullmatch(r"\s+# v\d+(\.\d+)*", comment), action


def test_rights_are_given_one_by_one(workflow: str) -> None:
    """The workflow as a whole may at most read; only one job in all may write, and only issues."""
    top = workflow[: workflow.index("jobs:")]
    assert re.search(r"^permissions: \{\}$|^permissions:\n  contents: read$", top, re.M)
    assert set(re.findall(r"(\w+): write", workflow)) <= {"issues"}
    assert workflow.count(": write") <= 1


def test_no_input_is_pasted_into_a_script(workflow: str) -> None:
    """What a person typed reaches a shell in variables only."""
    for script in re.findall(
        r"^(?:      - |        )run: (?:\|\n(?:          .*\n|\n)+|.*\n)",
        workflow,
        re.M,
    ):
        assert "${{" not in script


def test_every_make_target_and_command_exists(workflow: str) -> None:
    """make knows each target without running it, and bench each command."""
    for line in re.findall(r"\bmake ([a-z-]+(?: [A-Z]+=\S+)*)", workflow):
        done = subprocess.run(
            ["make", "--dry-run", *line.split()],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    for command in re.findall(r"python -m bench (\w+)", workflow):
        assert command in COMMANDS


def test_zizmor_finds_nothing(workflow: str) -> None:
    """An auditor of workflows, from the package index, without the network."""
    own = Path(sys.executable).with_name("zizmor")
    zizmor = str(own) if own.exists() else shutil.which("zizmor")
    if zizmor is None:
        pytest.skip("zizmor is not installed: make setup installs it from the lock")
    done = subprocess.run(
        [zizmor, "--offline", "--no-progress", "-"],
        input=workflow,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
