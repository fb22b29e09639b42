"""A stored run, judged by another table than the project's."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bench.cli import exporting, places, readings
from bench.cli.rendering import render
from bench.configure.claims import CLAIMS, load_claims
from bench.errors import AskedWrongly


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
    for module in (readings, exporting):
        monkeypatch.setattr(module, "READINGS", tmp_path / "readings")
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


def test_a_published_run_is_changed_by_no_table_but_its_own(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by one of the same name, not through a link; its own table writes its page again."""
    monkeypatch.setattr(places, "PUBLISHED", folder.parent)
    link = tmp_path / "linked"
    link.symlink_to(folder)
    other = tmp_path / CLAIMS.name
    other.write_text(EXAMPLE.read_text("utf-8"))

    for table in (other, EXAMPLE):
        assert readings.place_of(link, table) == readings.READINGS / RUN.name / table.stem  # fmt: skip
    assert readings.place_of(folder, CLAIMS) == folder
    (folder / "results.json").unlink()
    assert readings.place_of(folder, EXAMPLE) != folder
    assert readings.place_of(folder, CLAIMS) == folder


def test_an_export_lies_beside_the_page_and_changes_no_published_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both lists; a format that there is none of is refused with those that there are."""
    page = folder / "report.html"
    before = contents(folder)
    monkeypatch.setattr(places, "PUBLISHED", folder.parent)
    elsewhere = exporting.export(folder, page)

    assert contents(folder) == before
    assert {path.parent for path in elsewhere} == {readings.READINGS / folder.name}
    monkeypatch.setattr(places, "PUBLISHED", folder / "none")
    beside = exporting.export(folder, page)
    assert [path.read_bytes() for path in beside] == [p.read_bytes() for p in elsewhere]
    assert {path.parent for path in beside} == {folder}
    with pytest.raises(AskedWrongly, match="no format named 'csv'"):
        exporting.refuse_format("csv")
