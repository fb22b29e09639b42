"""`bench bisect`: what is typed, what is counted or timed, and what is written."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from bench.cli import bisect_command
from bench.cli.bisect_command import TimedReleases, command
from bench.cli.counting import broken_contract
from bench.deploy.instructions import Program
from bench.errors import BenchError, UsageError
from bench.model.bisection import CountedRelease, RequestCost
from bench.store.documents import read_bisection
from bench.store.folder import read
from tests.builders import target


VERSIONS = ["3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.1.0", "3.1.1"]
TAKES = dict(zip(VERSIONS, (100.0, 100.0, 112.5, 112.5, 112.5, 112.5), strict=True))
PROGRAMS = Path(__file__).parents[1] / "deploy/programs"


class Counter:
    """Counts what each release takes, by a table; 3.0.1 does not start."""

    def __init__(self, *given: Any) -> None:
        self.workloads = given[1]

    def counted(
        self, releases: Sequence[CountedRelease], chosen: Sequence[str], times: int
    ) -> list[CountedRelease]:
        return [
            each if each.version not in chosen else self._one(each, times)
            for each in releases
        ]

    def _one(self, of: CountedRelease, times: int) -> CountedRelease:
        if of.version == "3.0.1":
            return replace(of, skipped="answered <500>")
        count = TAKES[of.version]
        cost = RequestCost(count, count if times > 1 else None)
        packages = {"Flask": of.version, "Werkzeug": "3" if count > 100 else "2"}
        return CountedRelease(of.version, packages, dict.fromkeys(self.workloads, cost))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it writes; the index, valgrind and what counts are stand-ins."""
    monkeypatch.setattr(bisect_command, "RUNS", tmp_path)
    monkeypatch.setattr(bisect_command, "find_valgrind", lambda: None)
    monkeypatch.setattr(bisect_command, "valgrind_version", lambda: "valgrind-3")
    monkeypatch.setattr(bisect_command, "releases_between", lambda *_: VERSIONS)
    monkeypatch.setattr(bisect_command, "ReleaseCounter", Counter)
    return tmp_path


def typed(*words: str) -> Result:
    """What became of it; a refusal is raised."""
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, BenchError):
        raise done.exception
    return done


def test_the_step_is_told_with_what_else_changed(runs: Path) -> None:
    """In Markdown, JSON and on the page, all from one stored value; a step is no failure."""
    done = typed("flask", "3.0", "--workload", "hello,json")

    assert done.exit_code == 0, done.output
    folder = runs / "bisect-flask-3.0.0-3.1.1"
    found = read_bisection(folder)
    assert {(s.older, s.newer, s.workload, s.times, s.exact) for s in found.steps} == {
        ("3.0.0", "3.0.2", work, 1.125, True) for work in ("hello", "json")
    }
    row = "| 3.0.2 | 3.0.0 | +12.5 % | +12.5 % | werkzeug 2 → 3 |"
    assert row in done.stdout.replace("\u00a0", " ").splitlines()
    assert "3.0.1 was left out: answered &lt;500&gt;" in (folder / "bisection.html").read_text()  # fmt: skip
    assert done.stdout == (folder / "bisection.md").read_text()


def test_what_lies_on_one_level_is_not_counted_unless_all_are(runs: Path) -> None:
    """3.0.3 and 3.1.0 cost the same, so nothing between 3.1.0 and 3.1.1 is asked; --all counts everything that starts."""
    typed("flask", "3.0")
    some = read_bisection(runs / "bisect-flask-3.0.0-3.1.1")
    done = typed("flask", "3.0", "--all", "--json")
    every = json.loads(done.stdout)

    assert [r.version for r in some.releases if not r.costs] == ["3.0.1", "3.0.3"]
    assert [r["version"] for r in every["releases"] if not r["costs"]] == ["3.0.1"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("werkzeug", "3.0"), "no framework's package named 'werkzeug'"),
        (("flask", "3.0", "--workload", "db-read"), "cannot be counted"),
        (("flask", "3.0", "--workload", "helo"), "no workload named 'helo'"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    runs: Path, words: tuple[str, ...], fault: str
) -> None:
    """Before anything is installed."""
    with pytest.raises(UsageError, match=fault):
        typed(*words)


@pytest.mark.live
def test_a_release_that_answers_wrongly_is_not_counted() -> None:
    """A real application, which says something else than the contract asks; one that does not serve a workload; one that cannot be imported."""
    program = Program(
        "tiny", "counted:app", "wsgi", Path(sys.executable), PROGRAMS, {"TIMES": "1"}
    )

    wrong = broken_contract(program, target("flask"), ["hello"])
    assert wrong is not None
    assert wrong.startswith("hello: ")
    few = replace(target("flask"), workloads=("json",))
    assert broken_contract(program, few, ["hello"]) == "it does not serve hello"
    absent = replace(program, application="missing:app")
    told = broken_contract(absent, target("flask"), ["hello"])
    assert told is not None
    assert "No module named 'missing'" in told


ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "reports/published/20261129T201826Z-versions-74a8"
OLD, NEW = "fastapi@0.115/uvicorn", "fastapi@0.165/uvicorn"


@pytest.fixture(scope="module")
def timed() -> TimedReleases:
    """A published run of twelve releases of three frameworks."""
    return TimedReleases(read(RUN), "fastapi")


def test_a_step_is_the_comparison_of_the_run(timed: TimedReleases) -> None:
    """The same number as in results.json, with its interval, the newer one's cost over the older one's."""
    releases = timed.releases(["0.115.14", "0.165.0"], ["hello"])
    (step,) = timed.steps(releases, ["hello"])
    results = json.loads((RUN / "results.json").read_text())
    (published,) = (
        each["advantage"]
        for each in results["comparisons"]
        if (each["subject"], each["baseline"]) == (OLD, NEW)
        and (each["workload"], each["metric"]) == ("hello", "cpu")
    )

    # The older one's advantage is how many times its CPU time the newer one takes.
    assert [step.times, step.low, step.high] == pytest.approx(
        [published[name] for name in ("point", "low", "high")]
    )
    assert "starlette" in {each.package for each in step.changed}
    assert releases[1].costs["hello"].value == pytest.approx(published["point"])


def test_what_the_run_does_not_hold_is_left_out(timed: TimedReleases) -> None:
    """A release that was not measured, and a workload of which too much is void."""
    releases = timed.releases(["0.129.2", "0.130.0", "9.9"], ["hello", "validate"])

    assert [each.skipped for each in releases] == [None, None, "it was not measured"]
    assert timed.steps(releases[:2], ["validate"]) == ()
