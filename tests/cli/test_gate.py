"""`bench gate`: one commit of a package against another."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from bench.cli import bisect_command, compare_command, gate_command
from bench.cli.counting import Prepared
from bench.cli.gate_command import command, commits, users_of
from bench.configure.tables import load_frameworks
from bench.configure.version_requests import version_request
from bench.errors import BenchError, UsageError
from bench.judge.regressions import Gate, Judgement
from bench.model.bisection import CountedRelease, RequestCost
from bench.model.gated import GatedFramework, GateOutcome
from bench.store import folder


needs_git = pytest.mark.skipif(
    shutil.which("git") is None, reason="git is not installed"
)
BROKEN = "RuntimeError: broken on purpose"


class Counter:
    """Counts 100 for the base and what the test says for the head; texts are faults."""

    takes: dict[str, float | str]
    again = 1.0

    def __init__(self, *given: Any, **_: Any) -> None:
        self.workloads = given[1]

    def prepare(self, version: str) -> CountedRelease | Prepared:
        takes = self.takes[version]
        if isinstance(takes, str):
            return CountedRelease(version, skipped=takes)
        return Prepared(CountedRelease(version), None, None, {})  # type: ignore[arg-type]

    def counted(
        self, releases: Sequence[CountedRelease], chosen: Sequence[str], times: int
    ) -> list[CountedRelease]:
        assert times == 2
        return [
            CountedRelease(
                each.version,
                costs=dict.fromkeys(
                    self.workloads,
                    RequestCost(
                        float(self.takes[each.version]),
                        float(self.takes[each.version]) * self.again,
                    ),
                ),
            )
            for each in releases
        ]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of two commits; nothing is installed or counted."""
    made = tmp_path / "clone"
    made.mkdir()
    own = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]  # fmt: skip
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["commit", "--quiet", "--allow-empty", "-m", "a"],
        ["switch", "--quiet", "--create", "change"],
        ["commit", "--quiet", "--allow-empty", "-m", "b"],
    ):
        subprocess.run([*own, *words], cwd=made, check=True)
    monkeypatch.setattr(gate_command, "ReleaseCounter", Counter)
    monkeypatch.setattr(gate_command, "find_valgrind", lambda: None)
    monkeypatch.setattr(Counter, "again", 1.0)
    return made


def typed(clone: Path, *words: str) -> Result:
    """What became of it; a refusal is raised."""
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, [*words, "--clone", str(clone)])
    if isinstance(done.exception, BenchError):
        raise done.exception
    return done


@needs_git
@pytest.mark.parametrize(
    ("takes", "margin", "status", "outcome", "said"),
    [
        ({"base": 100, "head": 100.5}, (), 0, "no slower", "| 1.0050 |"),
        ({"base": 100, "head": 102}, (), 1, "slower", "**too much**"),
        ({"base": 100, "head": 102}, ("--margin", "3%"), 0, "no slower", "3\u00a0%"),
        ({"base": 100, "head": 80}, (), 0, "no slower", "| 0.8000 |"),
        ({"base": 100, "head": BROKEN}, (), 1, "broken", BROKEN),
        ({"base": BROKEN, "head": 100}, (), 3, "cannot tell", f"base: {BROKEN}"),
        ({"base": BROKEN, "head": BROKEN}, (), 3, "cannot tell", "head: "),
    ],
)
def test_what_becomes_of_a_commit(
    clone: Path,
    monkeypatch: pytest.MonkeyPatch,
    takes: dict[str, float | str],
    margin: Sequence[str],
    status: int,
    outcome: str,
    said: str,
) -> None:
    """Slower and broken are 1; where the older commit does not run either, nobody is blamed."""
    monkeypatch.setattr(Counter, "takes", takes, raising=False)
    done = typed(clone, "blinker", "main", "change", *margin)

    assert done.exit_code == status, done.output
    assert done.stdout.splitlines()[0] == f"## blinker: {outcome}"
    assert f"### Flask: {outcome}" in done.stdout
    assert said in done.stdout
    found = json.loads(typed(clone, "blinker", "main", "change", *margin, "--json").stdout)  # fmt: skip
    assert (found["outcome"], found["markdown"]) == (outcome, done.stdout)


@needs_git
def test_counts_that_differ_from_themselves_decide_nothing(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 3, however far apart the commits are."""
    monkeypatch.setattr(Counter, "takes", {"base": 100, "head": 150}, raising=False)
    monkeypatch.setattr(Counter, "again", 1.01)
    done = typed(clone, "blinker", "main", "change")

    assert done.exit_code == 3
    assert "two counts of one thing differ" in done.stdout


@needs_git
def test_the_gravest_of_all_frameworks_is_the_whole(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package of several frameworks is gated in each."""
    found = [GateOutcome.PASSED, GateOutcome.BROKEN, GateOutcome.SLOWER]
    outcomes = cycle(found)
    monkeypatch.setattr(Counter, "takes", {"base": 1.0, "head": 1.0}, raising=False)
    monkeypatch.setattr(
        gate_command,
        "by_counts",
        lambda counter, of, *_: GatedFramework(of.name, of.title, next(outcomes)),
    )
    done = typed(clone, "typing-extensions", "main", "change")

    assert done.exit_code == 1
    assert done.stdout.count("\n### ") == len(users_of("typing-extensions")) >= 2
    assert done.stdout.startswith("## typing-extensions: broken")


@needs_git
@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("leftpad", "main"), "no framework here runs on 'leftpad'"),
        (("blinker", "mian"), "has no commit 'mian'"),
        (("gunicorn", "main"), "gunicorn serves"),
        (("blinker", "main", "--workloads", "db-read"), "cannot be counted"),
        (("blinker", "main", "--margin", "cpu=2%"), "no margin named 'cpu'"),
    ],
)
def test_what_cannot_be_gated_is_refused(
    clone: Path, words: Sequence[str], fault: str
) -> None:
    """Before anything is installed, with what exists instead."""
    with pytest.raises(UsageError, match=fault):
        typed(clone, *words)


@needs_git
def test_the_wishes_are_of_the_two_commits_under_names_that_people_type(
    clone: Path,
) -> None:
    """A framework's own package, and one beneath it; hashes are in no name."""
    both = commits("Blinker", clone, "main", "HEAD")
    (flask,) = users_of("blinker")
    read = version_request(" + ".join(both.typed(flask, "head")), load_frameworks())
    assert (read.label, read.framework, read.requirements[0]) == ("head", "flask", "flask")  # fmt: skip
    assert read.requirements[1] == f"blinker@git+{clone.as_uri()}@{both.head}"

    own = commits("flask", clone, "main", "HEAD")
    assert (
        version_request(" + ".join(own.typed(flask, "base")), load_frameworks()).label
        == "base"
    )
    assert users_of("flask") == [flask]


@needs_git
@pytest.mark.parametrize(
    ("gates", "status", "outcome"),
    [
        ([Gate.CLEAR], 0, "no slower"),
        ([Gate.ALARM, Gate.REGRESSION], 1, "slower"),
        ([Gate.ALARM, Gate.CLEAR], 0, "no slower"),
        ([Gate.NOT_MEASURED, Gate.BROKEN], 1, "broken"),
        ([Gate.NOT_MEASURED, Gate.NOT_MEASURED], 3, "cannot tell"),
        ([Gate.CANNOT_TELL], 3, "cannot tell"),
    ],
)
def test_what_alarms_is_timed_a_second_time(
    clone: Path,
    monkeypatch: pytest.MonkeyPatch,
    gates: list[Gate],
    status: int,
    outcome: str,
) -> None:
    """One run clears or cannot tell; an alarm needs another run, which is held beside the first."""
    left, runs, asked_by = list(gates), list[str](), list[object]()

    def run_of(framework: object, version_requests: Sequence[str], *_: object) -> Path:
        assert [each.partition("=")[0] for each in version_requests] == ["base", "head"]
        runs.append(f"run-{len(runs) + 1}")
        return Path(runs[-1])

    def judged_pair(
        run: object, old: str, new: str, by: object, *_: object
    ) -> Judgement:
        asked_by.append(by)
        return Judgement(old, new, left.pop(0))

    monkeypatch.setattr(Counter, "takes", {"base": 1.0, "head": 1.0}, raising=False)
    monkeypatch.setattr(bisect_command, "run_of", run_of)
    monkeypatch.setattr(compare_command, "judged_pair", judged_pair)
    monkeypatch.setattr(compare_command, "confirming_by", lambda first, second: second)
    monkeypatch.setattr(folder, "read", lambda path: path)
    done = typed(clone, "blinker", "main", "change", "--timed")

    assert done.exit_code == status, done.output
    assert done.stdout.startswith(f"## blinker: {outcome}\n")
    assert len(runs) == len(gates)
    assert asked_by == [None, Path("run-2")][: len(gates)]
