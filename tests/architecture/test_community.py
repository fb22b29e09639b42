"""What GitHub reads beside the workflows: issue forms, dependabot.yml, CITATION.cff."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
WRITTEN_IN = {
    "dependabot.yml": "vendor.dependabot",
    "config.yml": "vendor.github-issue-config",
    "CITATION.cff": "vendor.citation-file-format",
}


@pytest.mark.parametrize(
    "path",
    [*FORMS, ROOT / ".github" / "dependabot.yml", ROOT / "CITATION.cff"],
    ids=lambda path: path.name,
)
def test_github_can_read_it(path: Path) -> None:
    """Each is valid by the schema of its kind, without the network."""
    schema = WRITTEN_IN.get(path.name, "vendor.github-issue-forms")
    words = ("--default-filetype", "yaml", "--builtin-schema", schema, str(path))
    done = subprocess.run(
        [Path(sys.executable).with_name("check-jsonschema"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_form_for_results_as_well_as_for_bugs() -> None:
    """Whoever finds a measurement unfair, or a run wrong, is asked the right questions."""
    assert {path.stem for path in FORMS} == {"unfair", "run", "bug", "config"}


def test_the_citation_has_the_version_of_the_project() -> None:
    """A copy would grow old."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")

    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license']}\n" in citation


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_what_contributors_are_told_exists(name: str) -> None:
    """Commands are targets of make or of the harness, links lead to files and headings."""
    text = (ROOT / ".github" / name).read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert {*re.findall(r"`?make ([a-z-]+)", text)} <= {*targets}
    for link, anchor in re.findall(r"\]\(\.\./([^)#]+)(?:#([^)]+))?\)", text):
        there = (ROOT / link).read_text("utf-8")
        headings = re.findall(r"^#+ (.+)$", there, re.MULTILINE)
        slugs = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}  # fmt: skip
        assert not anchor or anchor in slugs, f"{link}#{anchor}"
