"""What the workflows run, run here: each script with programs beside it that only say what they were asked."""

import json
import os
import re
import shutil
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.judge.regressions import Gate


pytestmark = pytest.mark.skipif(
    shutil.which("jq") is None, reason="jq is not installed"
)
ROOT = Path(__file__).resolve().parents[2]
BENCH = (ROOT / ".github/workflows/bench.yml").read_text(encoding="utf-8")


def judged(new: str, base: str, gate: Gate) -> dict[str, str]:
    """As much of what `bench compare --json` prints as the workflow reads."""
    markdown = f"## {new.replace('@', '&#64;')}: {gate}\n\nWhat was seen of {new}.\n"
    return {"new": new, "base": base, "gate": gate, "markdown": markdown}


COMPARISON = [
    judged("flask@3.2/gunicorn", "flask@3.1/gunicorn", Gate.REGRESSION),
    judged("django@6.2/gunicorn", "django@6.1/gunicorn", Gate.CLEAR),
    judged("django@6.3/gunicorn", "django@6.2/gunicorn", Gate.ALARM),
    judged("fastapi@0.200/uvicorn", "fastapi@0.165/uvicorn", Gate.BROKEN),
    judged("fastapi@0.201/uvicorn", "fastapi@0.165/uvicorn", Gate.NOT_MEASURED),
]
SLOWER = "flask@3.2/gunicorn against flask@3.1/gunicorn: regression"
BROKEN = "fastapi@0.200/uvicorn against fastapi@0.165/uvicorn: not measured twice"


def script(job: str, name: str) -> str:
    """The shell of a step of bench.yml."""
    start = BENCH.index(f"\n  {job}:\n")
    found = re.search(
        rf"- name: {re.escape(name)}\n(?:        (?!run:).*\n)*        run: (?:\|\n((?:          .*\n|\n)+)|(.*)\n)",
        BENCH[start:],
    )
    assert found is not None, name
    return textwrap.dedent(found[1]) if found[1] else found[2]


@dataclass
class Stand:
    """A folder in which steps run, with programs that note how they were called."""

    folder: Path

    def program(self, path: str, does: str) -> None:
        """One that notes its words, then does that."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'#!/bin/bash\necho "{Path(path).name} $*" >> calls\n{does}\n')
        file.chmod(0o755)

    def run(self, shell: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A step as the workflow's runner starts it."""
        for name in ("out", "summary", "calls"):
            (self.folder / name).touch()
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", shell],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                "GITHUB_OUTPUT": "out",
                "GITHUB_STEP_SUMMARY": "summary",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def said(self, name: str) -> str:
        """What stands in a file there."""
        return (self.folder / name).read_text()

    def measured(self, run: str) -> None:
        """The folder of a run, as the harness leaves it."""
        folder = self.folder / "reports/runs" / run
        folder.mkdir(parents=True)
        (folder / "run.json").write_text("{}")
        (folder / "summary.md").write_text("the summary\n")


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """An empty one."""
    return Stand(tmp_path)


@pytest.mark.parametrize(("status", "passes"), [(0, True), (1, True), (2, False), (3, False)])  # fmt: skip
def test_whether_anything_is_new_is_handed_on(
    stand: Stand, status: int, passes: bool
) -> None:
    """0 and 1 are answers; an index that cannot be asked fails the night."""
    stand.program(".venv/bin/python", f"echo versions; exit {status}")
    done = stand.run(script("news", "Is anything new?"))

    assert (done.returncode == 0) is passes, done.stderr
    assert (f"new={status}" in stand.said("out")) is passes
    assert stand.said("calls") == "python -m bench versions\n"


@pytest.mark.parametrize(
    ("gate", "again"),
    [
        (Gate.CLEAR, "false"),
        (Gate.CANNOT_TELL, "false"),
        (Gate.ALARM, "true"),
        (Gate.NOT_MEASURED, "true"),
    ],
)
def test_what_must_be_confirmed_is_measured_again(
    stand: Stand, gate: Gate, again: str
) -> None:
    """An alarm, and a version that was not measured; the run goes to the next jobs, both texts to the summary."""
    stand.measured("20260101T000000Z-versions-0001")
    stand.measured("20260102T000000Z-versions-0002")
    found = [judged("a@2/server", "a@1/server", each) for each in (Gate.CLEAR, gate)]
    status = 0 if gate is Gate.CLEAR else 3
    stand.program(".venv/bin/python", f"echo '{json.dumps(found)}'; exit {status}")
    done = stand.run(script("news", "Has any become slower?"))

    assert done.returncode == 0, done.stderr
    name = "20260102T000000Z-versions-0002"
    assert stand.said("calls").endswith(f"compare {name} --json\n")
    assert stand.said("summary").count("What was seen of") == 2
    assert stand.said("summary").endswith("the summary\n")
    assert stand.said("out") == f"again={again}\nrun={name}\n"


@pytest.mark.parametrize("status", [1, 2, 70, 137])
def test_what_is_no_answer_of_one_run_fails_the_night(
    stand: Stand, status: int
) -> None:
    """One run confirms nothing, so 1 is a fault there like every other status."""
    stand.measured("20260102T000000Z-versions-0002")
    stand.program(".venv/bin/python", f"echo '[]'; exit {status}")
    done = stand.run(script("news", "Has any become slower?"))

    assert done.returncode != 0
    assert stand.said("out") == ""


def test_a_night_that_measured_nothing_judges_nothing(stand: Stand) -> None:
    """What was new was an older version's package: no run, no status, no failure."""
    (stand.folder / "reports/runs").mkdir(parents=True)
    done = stand.run(script("news", "Has any become slower?"))

    assert done.returncode == 0, done.stderr
    assert stand.said("out") == ""


@pytest.mark.parametrize("status", [0, 1, 3, 2, 70, 137])
def test_the_second_machine_repeats_the_first_ones_alarm(
    stand: Stand, status: int
) -> None:
    """The first run comes from its artifact, the second is the one made here; what is no answer fails."""
    stand.measured("20260102T000000Z-versions-0002")
    stand.program(".venv/bin/python", f"echo '[]'; exit {status}")
    done = stand.run(script("confirm", "Does it alarm again?"), FIRST="one")

    assert (done.returncode == 0) is (status in {0, 1, 3}), done.stderr
    assert stand.said("out") == (f"status={status}\n" if done.returncode == 0 else "")
    assert stand.said("calls") == (
        "python -m bench compare first/reports/runs/one --confirm "
        "reports/runs/20260102T000000Z-versions-0002 --json\n"
    )


def test_a_run_by_hand_asks_for_what_was_typed(stand: Stand) -> None:
    """Words with spaces stay whole; what was left empty is not asked for."""
    stand.measured("20260102T000000Z-quick-0002")
    stand.program(".venv/bin/python", 'printf "<%s>" "$@" > words')
    given = {"PROFILE": "quick", "TARGETS": "", "BESIDE": "fastapi + pydantic==2.11.*"}
    done = stand.run(script("run", "Measure"), **given)

    assert done.returncode == 0, done.stderr
    assert stand.said("words").endswith("<--with><fastapi + pydantic==2.11.*>")
    assert "--targets" not in stand.said("words")


@pytest.mark.parametrize(
    ("open_already", "opened"),
    [
        ([], [SLOWER, BROKEN]),
        ([SLOWER], [BROKEN]),
        ([f"{SLOWER} again"], [SLOWER, BROKEN]),
        ([SLOWER, BROKEN], []),
    ],
)
def test_an_issue_for_each_that_is_worse_and_not_open(
    stand: Stand, open_already: list[str], opened: list[str]
) -> None:
    """With its own part of the comparison; one that is open says nothing new."""
    titles = "\n".join(open_already)
    stand.program(
        "bin/gh",
        f'if [ "$2" = list ]; then echo "{titles}"; else cat "$6" >> bodies; fi',
    )
    (stand.folder / "comparison.json").write_text(json.dumps(COMPARISON))
    (stand.folder / ".ci").symlink_to(ROOT / ".ci")
    done = stand.run(script("tell", "Open it, unless it is open already"))

    assert done.returncode == 0, done.stderr
    found = re.findall(r"^gh issue create --title (.*) --body-file", stand.said("calls"), re.M)  # fmt: skip
    assert found == opened
    if opened == [BROKEN]:
        assert stand.said("bodies").endswith(
            "What was seen of fastapi@0.200/uvicorn.\n"
        )
        assert "flask" not in stand.said("bodies")


def test_without_anything_worse_there_is_no_issue(stand: Stand) -> None:
    """The step is harmless where it has nothing to say."""
    stand.program("bin/gh", "true")
    clear = judged("a@2/server", "a@1/server", Gate.CLEAR)
    (stand.folder / "comparison.json").write_text(json.dumps(clear))
    done = stand.run(f"{ROOT}/.ci/tell comparison.json")

    assert done.returncode == 0, done.stderr
    assert "create" not in stand.said("calls")
