"""A stored run, judged by another table than the project's."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bench.cli import instructions_command, places, readings, rendering, report_command
from bench.cli.main import program
from bench.cli.rendering import render
from bench.configure.claims import CLAIMS, load_claims
from bench.errors import UsageError


ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "reports" / "published" / "20261122T112214Z-quick-f211"
EXAMPLE = ROOT / "bench" / "definitions" / "example-claims.toml"


def judged(folder: Path, table: Path) -> tuple[Path, dict[str, Any]]:
    """Where the page of a run is that was judged by this table, and what its results say."""
    page = render(folder, table)
    text = (page.parent / "results.json").read_text("utf-8")
    return page, json.loads(text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published run without its raw samples, which no verdict reads."""
    monkeypatch.setattr(readings, "READINGS", tmp_path / "readings")
    copy = tmp_path / "runs" / RUN.name
    shutil.copytree(RUN, copy, ignore=shutil.ignore_patterns("samples"))
    return copy


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_another_table_judges_the_same_numbers(folder: Path) -> None:
    """Its claims and no others; every number stays; page and results name the table that judged."""
    (ours, by_ours), (theirs, by_theirs) = judged(folder, CLAIMS), judged(folder, EXAMPLE)  # fmt: skip
    ids = [each["claim"]["id"] for each in by_theirs["verdicts"]]

    assert ids == [claim.id for claim in load_claims(EXAMPLE)]
    assert {each["claim"]["id"] for each in by_ours["verdicts"]}.isdisjoint(ids)
    for table, found in ((CLAIMS, by_ours), (EXAMPLE, by_theirs)):
        assert found["claims_source"] == table.name
        assert found["claims_sha256"] == sha256(table.read_bytes()).hexdigest()
    for numbers in ("quantities", "comparisons", "costs"):
        assert by_ours[numbers] == by_theirs[numbers]
    assert ours == folder / "report.html" != theirs
    page = theirs.read_text("utf-8")
    assert "Flask holds less memory than Django" in page
    assert EXAMPLE.name in page


def test_the_example_decides_by_trials(folder: Path) -> None:
    """The documented sentence has an outcome that follows from its interval."""
    (memory, *_) = judged(folder, EXAMPLE)[1]["verdicts"]
    (part,) = memory["parts"]
    low, high = (part["comparison"]["advantage"][end] for end in ("low", "high"))
    line = 1 + memory["claim"]["margin"]

    outcome = "supported" if low > line else "refuted" if high < line else "inconclusive"  # fmt: skip
    assert memory["outcome"] == outcome


def test_another_table_takes_no_page_away(folder: Path) -> None:
    """The run's folder stays as it was; the other page has a name of its own, and is written again there."""
    before = contents(folder)
    page, found = judged(folder, EXAMPLE)

    assert page.parent == readings.READINGS / folder.name / EXAMPLE.stem
    assert found["claims_source"] == EXAMPLE.name
    assert (page.parent / "charts").is_dir()
    assert contents(folder) == before
    assert judged(folder, EXAMPLE)[0] == page


def test_a_run_that_was_judged_by_a_table_of_ones_own_stays_with_it(
    folder: Path, tmp_path: Path
) -> None:
    """Its page is in its folder, also after that table was edited; the project's table then reads it beside."""
    mine = tmp_path / "mine.toml"
    mine.write_text(EXAMPLE.read_text("utf-8"))
    (folder / "results.json").unlink()
    assert judged(folder, mine)[0].parent == folder
    mine.write_text(f"# edited\n{mine.read_text('utf-8')}")
    page, found = judged(folder, mine)
    own = contents(folder)

    assert page.parent == folder
    assert found["claims_sha256"] == sha256(mine.read_bytes()).hexdigest()
    assert judged(folder, CLAIMS)[0].parent != folder
    assert contents(folder) == own


@pytest.fixture
def published(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same run as a published one."""
    for module in (places, report_command, readings):
        monkeypatch.setattr(module, "PUBLISHED", folder.parent)
    monkeypatch.setattr(report_command, "RUNS", folder.parents[1] / "none")
    monkeypatch.setattr(readings, "RUNS", folder.parents[1] / "none")
    return folder


def test_a_reading_changes_no_published_run(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not by its own table, not without a page, not through a link; it is written beside, and said."""
    link = tmp_path / "linked"
    link.symlink_to(published)
    (published / "results.json").unlink()
    before = contents(published)
    beside = readings.READINGS / RUN.name
    for name, table in ((published.name, None), (str(link), EXAMPLE)):
        report_command.command([name], table, export="github-action-benchmark")
        out, err = capsys.readouterr()

        assert contents(published) == before
        place = beside / (table or CLAIMS).stem
        assert {str(place / "report.html")} < set(out.splitlines())
        assert {Path(line).parent for line in out.splitlines()} == {place}
        assert "is published, and stays" in err


def test_a_published_page_is_written_when_that_is_asked_for(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them where none is named, those of releases too; nothing else, and by no other table."""
    stored = ROOT / "reports/published/bisect-flask-2.3.0-3.1.3"
    releases = Path(shutil.copytree(stored, published.parent / stored.name))
    pages = [published / "report.html", releases / "bisection.html"]
    for page in pages:
        page.write_text("old")
    report_command.command(republish=True)
    assert pages[0].read_text("utf-8") != "old"
    assert contents(releases) == contents(stored)
    assert capsys.readouterr().out == f"{pages[0]}\n{pages[1]}\n"
    own = published.parents[1] / "own"
    shutil.copytree(published, own)
    with pytest.raises(UsageError, match="own is not published"):
        report_command.command([str(own)], republish=True)
    with pytest.raises(UsageError, match="--republish judges by the project's"):
        report_command.command(None, EXAMPLE, republish=True)
    assert not readings.READINGS.exists()


@pytest.mark.parametrize(
    "words", [["run", "--resume"], ["probe", "--into"], ["instructions", "--into"]]
)
def test_nothing_is_put_into_a_published_run(
    words: list[str], published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither windows nor outcomes nor counts; the hint makes a copy that takes them."""
    monkeypatch.setattr(instructions_command, "find_valgrind", lambda: None)
    before = contents(published)
    with pytest.raises(UsageError, match="a published run stays as it is") as told:
        program(words[0])([*words, published.name], standalone_mode=False)

    assert contents(published) == before
    assert f"cp -r {published} " in str(told.value.hint)


def test_there_is_no_format_but_those_there_are() -> None:
    """Refused with their names."""
    with pytest.raises(UsageError, match="no format named 'csv'"):
        rendering.refuse_format("csv")
