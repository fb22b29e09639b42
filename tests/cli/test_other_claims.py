"""A stored run, judged by another table than the project's."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bench.cli.rendering import render
from bench.configure.claims import CLAIMS, load_claims


ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "reports" / "published" / "20261122T112214Z-quick-f211"
EXAMPLE = ROOT / "bench" / "definitions" / "example-claims.toml"


def judged(folder: Path, table: Path) -> dict[str, Any]:
    """What the results of a run say after it was judged by this table."""
    render(folder, table)
    found: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published run without its raw samples, which no verdict reads."""
    copy = tmp_path_factory.mktemp("runs") / RUN.name
    shutil.copytree(RUN, copy, ignore=shutil.ignore_patterns("samples"))
    return copy


def test_another_table_judges_the_same_numbers(folder: Path) -> None:
    """Its claims and no others; every number stays; page and results name the table that judged."""
    by_ours, by_theirs = judged(folder, CLAIMS), judged(folder, EXAMPLE)
    ids = [each["claim"]["id"] for each in by_theirs["verdicts"]]

    assert ids == [claim.id for claim in load_claims(EXAMPLE)]
    assert {each["claim"]["id"] for each in by_ours["verdicts"]}.isdisjoint(ids)
    for table, found in ((CLAIMS, by_ours), (EXAMPLE, by_theirs)):
        assert found["claims_source"] == table.name
        assert found["claims_sha256"] == sha256(table.read_bytes()).hexdigest()
    for numbers in ("quantities", "comparisons", "costs"):
        assert by_ours[numbers] == by_theirs[numbers]
    page = (folder / "report.html").read_text("utf-8")
    assert "Flask holds less memory than Django" in page
    assert EXAMPLE.name in page


def test_the_example_decides_by_trials(folder: Path) -> None:
    """The documented sentence has an outcome that follows from its interval."""
    (memory, *_) = judged(folder, EXAMPLE)["verdicts"]
    (part,) = memory["parts"]
    low, high = (part["comparison"]["advantage"][end] for end in ("low", "high"))
    line = 1 + memory["claim"]["margin"]

    outcome = "supported" if low > line else "refuted" if high < line else "inconclusive"  # fmt: skip
    assert memory["outcome"] == outcome
