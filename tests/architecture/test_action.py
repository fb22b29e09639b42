"""action.yml: pinned, nothing pasted into a shell, and its step played with stand-ins."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.architecture.steps import ROOT, Stand


pytestmark = pytest.mark.skipif(
    shutil.which("jq") is None, reason="jq is not installed"
)
ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
GIVEN = {
    "PACKAGE": "werkzeug",
    "BASE": "1a2b",
    "HEAD": "3c4d",
    "WORKLOADS": "hello,json",
    "MODE": "instructions",
    "MARGIN": "",
}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """The action's checkout beside a clone; nothing is installed."""
    made = Stand(tmp_path / "action")
    (tmp_path / "action/.ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/gate", tmp_path / "action/.ci/gate")
    (tmp_path / "clone").mkdir()
    for program in ("make", "sudo", "valgrind"):
        made.program(f"bin/{program}", "true")
    return made


def ends(stand: Stand, outcome: str, status: int) -> None:
    """The command says that, and ends so."""
    said = json.dumps({"outcome": outcome, "markdown": "## it\n\na | b\n"})
    stand.program(".venv/bin/python", f"echo '{said}'; exit {status}")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("no slower", 0), ("slower", 1), ("broken", 1), ("cannot tell", 3)],
)
def test_what_came_out_is_handed_on(stand: Stand, outcome: str, status: int) -> None:
    """As outputs, as the step's summary and as its end."""
    ends(stand, outcome, status)
    done = stand.run(".ci/gate", CLONE="../clone", **GIVEN)

    assert done.returncode == status, done.stderr
    clone = stand.folder.parent / "clone"
    assert stand.said("calls").endswith(
        f"python -m bench gate werkzeug 1a2b 3c4d --clone {clone} --workloads hello,json --json\n"
    )
    assert stand.said("summary") == "## it\n\na | b\n\n"
    found = re.fullmatch(r"status=(.*)\nmarkdown<<(end-\w{16})\n((?:.|\n)*)\n\2\n", stand.said("out"))  # fmt: skip
    assert found is not None
    assert (found[1], found[3]) == (outcome, "## it\n\na | b\n")


def test_the_mode_and_the_margin_are_asked_for(stand: Stand) -> None:
    """Timed needs no valgrind."""
    ends(stand, "no slower", 0)
    (stand.folder / "bin/valgrind").unlink()
    given = {**GIVEN, "MODE": "timed", "MARGIN": "cpu=2%,throughput=4%"}
    stand.run(".ci/gate", CLONE="../clone", **given)

    assert "--json --timed --margin cpu=2%,throughput=4%\n" in stand.said("calls")


@pytest.mark.parametrize("status", [2, 70, 137])
def test_a_fault_is_no_outcome(stand: Stand, status: int) -> None:
    """Nothing is handed on that could be taken for one."""
    stand.program(".venv/bin/python", f"exit {status}")
    done = stand.run(".ci/gate", CLONE="../clone", **GIVEN)

    assert done.returncode == status
    assert stand.said("out") == ""


def test_a_mode_that_does_not_exist_is_refused(stand: Stand) -> None:
    """Before anything is installed."""
    done = stand.run(".ci/gate", CLONE="../clone", **{**GIVEN, "MODE": "quick"})

    assert done.returncode == 2
    assert stand.said("calls") == ""


def test_the_action_is_pinned_and_pastes_no_input() -> None:
    """Inputs reach the shell as variables; every one of them is used."""
    for action in re.findall(r"uses: (\S+)", ACTION):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
    for shell in re.findall(r"run: (.*)", ACTION):
        assert "${{" not in shell
    inputs = ACTION[ACTION.index("inputs:") : ACTION.index("outputs:")]
    for name in re.findall(r"^  (\w+):$", inputs, re.M):
        assert f"{name.upper()}: ${{{{ inputs.{name} }}}}" in ACTION


def test_the_recipe_names_inputs_that_exist_and_the_version_here() -> None:
    """The README's recipe, against action.yml and the version of this tree."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    recipe = readme[readme.index("```yaml\non: pull_request") :]
    recipe = recipe[: recipe.index("\n```\n")]
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)  # fmt: skip

    assert len(recipe.splitlines()) <= 16
    assert version is not None
    assert f"@v{version[1]}" in recipe
    for name in re.findall(r"^          (\w+):", recipe, re.M):
        assert f"\n  {name}:\n" in ACTION


def test_an_auditor_finds_nothing() -> None:
    """zizmor, without the network; with an input pasted into the shell it would."""
    program = Path(sys.executable).with_name("zizmor")
    for text, clean in ((ACTION, True), (ACTION.replace("'\"$GITHUB_ACTION_PATH/.ci/gate\"'", "echo ${{ inputs.package }}"), False)):  # fmt: skip
        with TemporaryDirectory() as folder:
            action = Path(folder, "action.yml")
            action.write_text(text, encoding="utf-8")
            words = [str(program), "--offline", "--no-progress", str(action)]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is clean, done.stdout
