"""The workflows: pinned, with few rights, made of commands that run here, too."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli.contents import COMMANDS


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
        if action.startswith("./"):  # of the same commit
            continue
        assert PINNED.fullmatch(action), action
        assert re.fullmatch(r"\s+# v\d+(\.\d+)*", comment), action


MAY_WRITE = {
    "tell": {"issues"},
    "pages": {"pages", "id-token"},
    "renew": {"contents", "pull-requests"},
}
"""The only jobs that write anything, and what."""


def test_rights_are_given_one_by_one(workflow: str) -> None:
    """The workflow as a whole may at most read, and a job that writes does nothing else."""
    top = workflow[: workflow.index("jobs:")]
    assert re.search(r"^permissions: \{\}$|^permissions:\n  contents: read$", top, re.M)
    jobs = re.split(r"^  ([a-z]+):\n", workflow[workflow.index("jobs:") :], flags=re.M)
    for name, text in zip(jobs[1::2], jobs[2::2], strict=True):
        assert set(re.findall(r"([\w-]+): write", text)) == MAY_WRITE.get(name, set())


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


AUDITOR = ("zizmor", "--offline", "--no-progress", "-")
SCHEMA = (
    *("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
    *("--default-filetype", "yaml"),
    "-",
)


@pytest.mark.parametrize("words", [AUDITOR, SCHEMA], ids=["auditor", "schema"])
def test_linters_find_nothing(workflow: str, words: tuple[str, ...]) -> None:
    """An auditor of workflows, and the schema that GitHub's are written in; both without the network."""
    done = linted(workflow, words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "right", "wrong"),
    [
        (AUDITOR, "- uses:", "- uses: some/action@main #"),
        (SCHEMA, "runs-on:", "runs-on-what:"),
    ],
)
def test_linters_would_find_something(
    workflow: str, words: tuple[str, ...], right: str, wrong: str
) -> None:
    """The same with one fault planted."""
    assert linted(workflow.replace(right, wrong, 1), words).returncode != 0


def linted(text: str, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """What a linter of the environment says of a workflow."""
    program = Path(sys.executable).with_name(words[0])
    assert program.exists(), "make setup installs it from the lock"
    return subprocess.run(
        [str(program), *words[1:]],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_starts_by_itself_or_writes_on_a_fork(workflow: str) -> None:
    """A fork has no variables: each job that a schedule starts, or that writes, asks for one."""
    jobs = re.split(r"^  ([a-z]+):\n", workflow[workflow.index("jobs:") :], flags=re.M)
    for name, text in zip(jobs[1::2], jobs[2::2], strict=True):
        condition = re.search(r"^    if: ((?:.|\n      )*)", text, re.M)
        starts = "github.event.schedule" in text or name in MAY_WRITE
        if starts or "\n  schedule:" in workflow[: workflow.index("jobs:")]:
            by_hand = condition and re.fullmatch(r"inputs\.what == '\w+'", condition[1])
            after = re.search(r"^    needs: ", text, re.M) and name not in MAY_WRITE
            assert by_hand or after or (condition and "vars.BENCH_AUTOMATIC == 'on'" in condition[1]), name  # fmt: skip


def test_every_job_has_a_limit(workflow: str) -> None:
    """None waits for the six hours of the runner; a called workflow has its own."""
    jobs = re.split(r"^  ([a-z]+):\n", workflow[workflow.index("jobs:") :], flags=re.M)
    for name, text in zip(jobs[1::2], jobs[2::2], strict=True):
        assert "timeout-minutes:" in text or "uses: ./" in text, name
