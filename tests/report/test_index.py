"""The list of all runs: apart by machine, each with its quality and the reason."""

import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from bench.cli import rendering
from bench.cli.places import PUBLISHED_INDEX
from bench.model.results import Check, Results
from bench.report.index import RunEntry, index_html
from bench.report.json_file import read_results, results_json
from bench.report.quality import Grade, quality
from bench.report.write import write_report
from tests.report import states
from tests.report.pages import made, page_of, written
from tests.report.states import STATES, normal


def entry(results: Results, name: str, day: int) -> RunEntry:
    """A run of some day."""
    dated = replace(results, run_id=name, created_at=f"2026-11-{day:02}T00:00:00Z")
    return RunEntry(name, f"runs/{name}/report.html", False, dated)


def on(machine: str, results: Results) -> Results:
    """The same run on another machine."""
    return replace(results, machine=replace(results.machine, fingerprint=machine))


def test_the_newest_run_stands_first_whatever_the_order() -> None:
    """The page does not depend on how the folder was listed."""
    entries = [entry(states.normal(), f"run-{day}", day) for day in (2, 9, 5)]
    html = index_html(entries)

    assert re.findall(r'<a href="runs/([^/]+)/', html) == ["run-9", "run-5", "run-2"]
    assert html == index_html(entries[::-1])


def test_no_line_joins_two_machines_or_two_versions() -> None:
    """Each machine has a sparkline of its own runs; another version breaks the line."""
    old = states.normal()
    new = replace(
        old,
        receipts={
            name: replace(receipt, version="2.0")
            for name, receipt in old.receipts.items()
        },
    )
    alike = index_html([entry(old, "a", 1), entry(old, "b", 2)])
    other = index_html([entry(old, "a", 1), entry(new, "b", 2)])
    apart = index_html([entry(old, "a", 1), entry(on("beef", old), "b", 2)])

    # Runs without a hash of what measured them are never joined.
    assert alike.count("the last 2 runs") == 3
    assert apart.count("the only run") == 6
    assert "<svg" not in apart
    assert len(re.findall(r'stroke-width="1.4"', other)) == 0


def test_a_line_joins_runs_of_one_version_and_one_harness() -> None:
    """The same versions, measured by the same code."""
    run = replace(states.normal(), harness={"measuring_sha256": "ab" * 32})
    html = index_html([entry(run, "a", 1), entry(run, "b", 2)])

    assert len(re.findall(r'stroke-width="1.4"', html)) == 3


@pytest.mark.parametrize(
    ("state", "grade", "reason"),
    [
        ("normal", Grade.PASS, "5 checks passed, 1 not measured"),
        ("failed_twin", Grade.FAIL, "a difference of 7.1 %"),
        ("generator_bound", Grade.FAIL, "generator at most 97 %"),
        ("two_rounds", Grade.FAIL, "2 rounds"),
        ("smoke", Grade.NO_VERDICTS, "smoke profile"),
        ("failed_target", Grade.NOTE, "Django failed in round 1"),
        ("nothing", Grade.FAIL, "before any check"),
    ],
)
def test_a_grade_has_its_reason(state: str, grade: Grade, reason: str) -> None:
    """The gravest thing that a run says of itself, on the page too."""
    grading = quality(made(state))
    html = index_html([entry(made(state), "one", 1)])

    assert grading.grade is grade
    assert reason in grading.reason.replace("\xa0", " ")
    assert grading.reason in unescape(html)


def test_a_run_without_results_is_named_with_what_to_do(tmp_path: Path) -> None:
    """A killed run does not vanish, and does not stop the others."""
    shutil.copytree(written("normal"), tmp_path / "good")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "results.json").write_text("{")
    (tmp_path / "killed").mkdir()
    folders = [tmp_path / name for name in ("broken", "good", "killed")]
    understood = rendering.understood(folders)
    html = rendering.write_list(tmp_path / "index.html", understood).read_text()

    assert 'href="good/report.html"' in html
    assert "Not understood yet: bench report killed." in html
    assert "Cannot be read: results.json: not JSON" in html


def test_every_state_can_be_listed() -> None:
    """Whatever a run came to, the list of all runs stands."""
    entries = [entry(made(name), name, day) for day, name in enumerate(STATES, 1)]
    html = index_html(entries)
    ids = re.findall(r'\sid="([^"]+)"', html)

    assert all(f'href="runs/{name}/report.html"' in html for name in STATES)
    assert len(ids) == len(set(ids))
    assert not re.search(r"<script|https?://|<td>None|\bnan\b", html)


def test_no_runs_is_said() -> None:
    """An empty folder has a page too."""
    assert "There is no run yet." in index_html([])


def test_the_published_runs_are_listed_where_they_are_committed() -> None:
    """Each published run is in the list beside it, and its links lead somewhere."""
    index = PUBLISHED_INDEX
    html = index.read_text(encoding="utf-8")
    names = [path.parent.name for path in index.parent.glob("*/run.json")]

    assert sorted(re.findall(r'href="([^"/]+)/report.html"', html)) == sorted(names)
    assert all((index.parent / name / "report.html").exists() for name in names)


def test_a_page_links_the_list_that_holds_it(tmp_path: Path) -> None:
    """Relative, so that the folder can be moved; none where no list holds the run."""
    write_report(states.normal(), tmp_path / "one", "../index.html")
    page = (tmp_path / "one" / "report.html").read_text()

    assert '<a href="../index.html">All runs</a>' in page
    assert "All runs" not in page_of("normal")
    assert rendering.index_of(tmp_path / "one") is None


def test_an_older_run_keeps_its_grade() -> None:
    """Results of before severities were kept: what its warnings say of themselves counts."""
    made_now = normal()
    failed = Check("python", "Built well", "plainly built", "", False, "", "plainly")
    older = replace(made_now, checks=(*made_now.checks[:4], failed))

    assert quality(older).grade is Grade.FAIL
    assert quality(read_results(results_json(older))).grade is Grade.NOTE
