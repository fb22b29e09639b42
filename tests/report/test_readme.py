"""The README shows and links what is really here."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bench.model.estimate import Estimate
from bench.report.numbers import point


ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
COLUMNS = re.findall(r"[A-Za-z]+", README.split("| requests per second")[1])[2:5]
"""The frameworks, as the table's head names them."""
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


def printed() -> dict[tuple[str, str], str]:
    """Throughput by title and workload, with the digits that the page prints."""
    folder = ROOT / Path(PICTURES[0]).parent
    results: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    titles = {
        target["id"]: target["title"]
        for target in results["targets"]
        if target["role"] == "contestant"
    }
    return {
        (titles[quantity["target"]], quantity["workload"]): point(
            Estimate(**quantity["estimate"])
        )
        for quantity in results["quantities"]
        if quantity["metric"] == "throughput"
        and quantity["estimate"]
        and quantity["target"] in titles
    }


def test_the_words_beside_the_chart_have_its_numbers() -> None:
    """Who cannot see it is told what the chart prints, digit by digit."""
    words = re.search(r'alt="([^"]+)"', README)
    assert words is not None
    words_numbers = re.findall(r"([A-Z][A-Za-z]+) (\d[\d,]*\d)", words[1])
    throughputs = printed()

    assert len(words_numbers) == 6
    for place, (name, number) in enumerate(words_numbers):
        assert throughputs[name, "hello" if place < 3 else "db-read"] == number


def test_its_table_has_the_digits_of_the_chart_above_it() -> None:
    """One figure is not written in two ways on one page."""
    rows = re.findall(
        r"^\| ([a-z-]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", README, re.M
    )
    throughputs = printed()

    assert rows
    for workload, *numbers in rows:
        assert [throughputs[name, workload] for name in COLUMNS] == numbers
