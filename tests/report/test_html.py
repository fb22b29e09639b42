"""The pages, read by the HTML checker of the Nu project."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report.pages import PUBLISHED, page_file, page_of
from tests.report.states import STATES


ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / ".cache/npm/node_modules/vnu-jar/build/dist/vnu.jar"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("java") is None, reason="no Java here, the HTML checker needs it"
    ),
    pytest.mark.skipif(
        not CHECKER.is_file(), reason="no HTML checker here: `make setup` needs npm"
    ),
]
BROKEN = "broken.html"


def faults(paths: list[Path]) -> list[str]:
    """What the checker says against these files, its view of newer CSS aside."""
    done = subprocess.run(
        [
            *("java", "-jar", str(CHECKER)),
            *("--errors-only", "--stdout", "--filterpattern", ".*CSS.*"),
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return (done.stdout + done.stderr).splitlines()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said of every page and of a broken one: one call, since starting it takes longest."""
    broken = tmp_path_factory.mktemp("html") / BROKEN
    html = page_of("normal")
    assert "</main>" in html
    broken.write_text(html.replace("</main>", "</article></main>"), "utf-8")
    pages = [page_file(name) for name in (*STATES, "index", "trend")]
    return faults([*pages, *PUBLISHED.glob("**/*.html"), broken])


def test_every_page_is_valid(told: list[str]) -> None:
    """In every state, the list of all runs, and what is published."""
    assert [line for line in told if BROKEN not in line] == []


def test_a_planted_fault_is_found(told: list[str]) -> None:
    """A checker that accepts everything says nothing."""
    assert any("article" in line for line in told if BROKEN in line)
