"""The releases between two, asked of an index that a stand-in plays."""

from collections.abc import Callable

import pytest
from packaging.specifiers import SpecifierSet

from bench.deploy import releases
from bench.deploy.releases import releases_between
from bench.deploy.uv_tool import Refused
from bench.errors import UsageError


THERE = ("1.0", "1.1", "1.1.1", "1.2")
type Index = Callable[[], None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An index with four releases; what it was asked."""
    seen: list[str] = []

    def newest(requirement: str) -> str:
        seen.append(requirement)
        if len(seen) > 10:
            raise Refused("the index does not answer any more")
        fitting = SpecifierSet(requirement.removeprefix("p"))
        found = [each for each in THERE if each in fitting]
        if not found:
            raise Refused("nothing fits")
        return found[-1]

    monkeypatch.setattr(releases, "newest_release", newest)
    return seen


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("1.0", "newest", THERE),
        ("1.1", "1.2", THERE[1:]),
        ("1.0.5", "1.1.9", THERE[1:3]),
        ("0.1", "1.1", THERE[:2]),
    ],
)
def test_both_ends_belong_to_it(
    asked: list[str], old: str, new: str, found: tuple[str, ...]
) -> None:
    """Oldest first, also where an end is no release, or older than all."""
    assert releases_between("p", old, new) == list(found)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("1.2", "newest", "has 1.2"),
        ("3", "newest", "has no release"),
        ("one", "newest", "'one' is not a version"),
        ("1", "==2", "'==2' is not a version"),
    ],
)
def test_fewer_than_two_are_refused(
    asked: list[str], old: str, new: str, fault: str
) -> None:
    """In a sentence that says what there is."""
    with pytest.raises(UsageError, match=fault):
        releases_between("p", old, new)


def test_an_index_that_falls_silent_is_no_end_of_the_list(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a list would look like all there is."""
    asked.extend([""] * 8)  # two more answers, then silence

    with pytest.raises(Refused, match="any more"):
        releases_between("p", "1.0", "newest")
