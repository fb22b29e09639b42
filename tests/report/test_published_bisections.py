"""The published bisections: their pages are of their numbers, their steps are those of their counts, and the README's table is theirs."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from bench.configure.tables import load_frameworks
from bench.report.bisection import bisection_html, bisection_md
from bench.store.documents import read_bisection


ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted((ROOT / "reports/published").glob("bisect-*"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """One of them."""
    path: Path = request.param
    return path


def test_something_is_published() -> None:
    """Of all three frameworks."""
    assert {published_folder.name.split("-")[1] for published_folder in FOLDERS} == {
        "django",
        "fastapi",
        "flask",
    }


def test_page_and_table_are_made_of_what_is_stored(folder: Path) -> None:
    """The same bytes again."""
    bisection = read_bisection(folder)
    framework, _ = load_frameworks()[bisection.framework]

    assert (folder / "bisection.md").read_text() == bisection_md(bisection)
    assert (folder / "bisection.html").read_text() == bisection_html(
        bisection, framework
    )


def test_the_steps_are_those_of_the_counts(folder: Path) -> None:
    """Read without the harness' own code: each change over 1 % between neighbours, nothing else; both sides counted twice."""
    document = json.loads((folder / "bisection.json").read_text())
    measured = [release for release in document["releases"] if release["costs"]]
    expected = {}
    for older, newer in pairwise(measured):
        for workload in document["workloads"]:
            before, after = (release["costs"][workload] for release in (older, newer))
            times = after["value"] / before["value"]
            if abs(times - 1) > 0.01:
                expected[older["version"], newer["version"], workload] = times
                for count in (before, after):
                    assert count["again"] == pytest.approx(count["value"], rel=0.001)
    steps = {
        (step["older"], step["newer"], step["workload"]): step["times"]
        for step in document["steps"]
    }

    assert steps == pytest.approx(expected)
    assert all(step["exact"] for step in document["steps"])


def test_between_two_levels_nothing_is_left_uncounted(folder: Path) -> None:
    """Where neighbours differ by a step, every release between them was tried."""
    document = json.loads((folder / "bisection.json").read_text())
    order = [release["version"] for release in document["releases"]]
    tried = {release["version"] for release in document["releases"] if release["costs"] or release["skipped"]}  # fmt: skip
    for step in document["steps"]:
        between = order[order.index(step["older"]) + 1 : order.index(step["newer"])]
        assert set(between) <= tried


def test_the_readme_has_the_large_steps_of_fastapi() -> None:
    """Every row of the page with a step of at least 5 %, in its words, and no other."""
    (fastapi,) = (
        published_folder
        for published_folder in FOLDERS
        if published_folder.name.startswith("bisect-fastapi-")
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    table = (
        (fastapi / "bisection.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    )
    start = readme.index("| release | after |")
    rows = re.findall(r"^\| \d.*$", table, re.M)
    large = [row for row in rows if any(float(step) >= 5 for step in re.findall(r"[-+]([\d.]+) %", row))]  # fmt: skip

    assert f"reports/published/{fastapi.name}/bisection.html" in readme
    assert len(large) >= 3
    assert re.findall(r"^\| \d.*$", readme[start:].split("\n\n")[0], re.M) == large
