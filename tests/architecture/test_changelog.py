"""CHANGELOG.md: what is not released yet, then each version with its day; the version of this tree can be tagged."""

import re
from datetime import date
from pathlib import Path

from packaging.version import Version


ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## (.*)$", TEXT, re.M)


def test_every_section_but_the_first_is_a_version_with_its_day() -> None:
    """The newest first, by version and by day."""
    assert HEADINGS[0] == "Unreleased"
    found = [re.fullmatch(r"(\d+\.\d+\.\d+), (\d{4}-\d\d-\d\d)", each) for each in HEADINGS[1:]]  # fmt: skip
    assert found
    assert all(found)
    versions = [Version(each[1]) for each in found if each]
    days = [date.fromisoformat(each[2]) for each in found if each]
    assert versions == sorted(set(versions), reverse=True)
    assert days == sorted(days, reverse=True)


def test_the_version_of_this_tree_is_the_newest_or_the_one_to_come() -> None:
    """A tag v<version> names what the changelog says of it: released, or still under Unreleased."""
    written = re.search(r'^version = "(\d+\.\d+\.\d+)"$', (ROOT / "pyproject.toml").read_text(), re.M)  # fmt: skip
    assert written is not None
    newest = HEADINGS[1].partition(",")[0]
    unreleased = TEXT[TEXT.index("## Unreleased") : TEXT.index(f"## {HEADINGS[1]}")]
    if Version(written[1]) == Version(newest):
        assert "\n- " not in unreleased, "what is new needs a newer version"
    else:
        assert Version(written[1]) > Version(newest)
        assert "\n- " in unreleased
