"""The README shows and links what is really here."""

import json
import re
from pathlib import Path
from typing import Any

import pytest


ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
PICTURES = re.findall(r'(?:srcset|src)="([^"]+)"', README)


@pytest.mark.parametrize("link", sorted({*LINKS, *PICTURES}))
def test_every_link_leads_somewhere(link: str) -> None:
    """Files and folders of this repository."""
    assert (ROOT / link).exists()


def test_its_chart_is_that_of_the_published_run_light_and_dark() -> None:
    """Two pictures of one run, which is also linked."""
    folders = {str(Path(path).parent) for path in PICTURES}

    assert [Path(path).name for path in PICTURES] == ["answer-dark.svg", "answer.svg"]
    assert len(folders) == 1
    assert f"{folders.pop()}/report.html" in LINKS


def test_the_words_beside_the_chart_have_its_numbers() -> None:
    """Who cannot see it is told what the results say, to the printed digits."""
    words = re.search(r'alt="([^"]+)"', README)
    assert words is not None
    folder = ROOT / Path(PICTURES[0]).parent
    results: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    titles = {each["id"]: each["title"] for each in results["targets"]}
    known = {
        (titles[each["target"]], each["workload"]): each["estimate"]["point"]
        for each in results["quantities"]
        if each["metric"] == "throughput" and each["estimate"]
    }
    told = re.findall(r"([A-Z][A-Za-z]+) ([\d,]+)", words[1])

    assert len(told) == 6
    for place, (name, number) in enumerate(told):
        workload = "hello" if place < 3 else "db-read"
        value = float(number.replace(",", ""))
        assert known[name, workload] == pytest.approx(value, rel=0.005)
