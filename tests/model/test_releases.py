"""Which version comes after which: by what was installed, not by what it is called."""

from itertools import pairwise

import pytest

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.configure.version_requests import with_versions
from bench.model.framework import Role, Target
from bench.model.releases import (
    Release,
    releases_of,
    successions,
    taken_apart,
    version_name,
)
from bench.model.run import Receipt


type Made = tuple[str, Receipt]


def target(version: str, role: Role = Role.CONTESTANT) -> Target:
    """A set-up of one framework."""
    return Target(
        id=f"one@{version}/server",
        framework="one",
        version=version,
        deployment="server",
        role=role,
        title="One",
        interface="wsgi",
        concurrency="1 process",
        serve=("server",),
        why="It is short.",
    )


def on(version: str, **packages: str) -> Receipt:
    """What was installed."""
    return Receipt(version, "3.13.0", {"one": version, **packages}, "a", "b")


def releases(*made: Made) -> tuple[Release, ...]:
    """Of the one framework, made in the order of a run."""
    receipts = {target(name).id: told for name, told in made}
    return releases_of([target(name) for name, _ in made], receipts)["one"]


def order(*made: Made) -> list[str]:
    """The versions in the order of time."""
    return [v.target.version for release in releases(*made) for v in release.versions]


def steps(*made: Made) -> list[tuple[str, str]]:
    """The old one and the new one of each step."""
    found = successions(releases(*made))
    return [(old.target.version, new.target.version) for old, new in found]


@pytest.mark.parametrize(
    "ordered",
    [
        [("0.99", "0.99.1"), ("0.115", "0.115.3"), ("git-1a2b3c4", "0.116.0.dev1")],
        [("6.1", "6.1.3"), ("6.2rc1", "6.2rc1"), ("6.2", "6.2"), ("6.2.1", "6.2.1")],
        [("git-2222222", "3.2.0.dev1"), ("git-1111111", "3.2.0.dev2")],
    ],
    ids=["numbers", "a candidate", "two commits"],
)
def test_releases_are_in_the_order_of_their_numbers(
    ordered: list[tuple[str, str]],
) -> None:
    """Whatever the order in which they were asked for."""
    made = [(name, on(number)) for name, number in ordered]
    names = [name for name, _ in ordered]
    assert order(*reversed(made)) == order(*made) == names
    assert steps(*made) == list(pairwise(names))


def test_what_is_asked_for_beneath_is_no_release() -> None:
    """An older package comes before its release as it stands, a newer one after it; the next release follows what stands."""
    made = (
        ("1.0.3-other-4.1", on("1.0.3", some_lib="2.10", other="4.1")),
        ("1.0.3-some-lib-2.9", on("1.0.3", some_lib="2.9", other="4.0")),
        ("1.0.3-some-lib-2.8", on("1.0.3", some_lib="2.8", other="4.0")),
        ("1.0", on("1.0.3", some_lib="2.10", other="4.0")),
        ("1.1", on("1.1.0", some_lib="2.10", other="4.0")),
    )
    older = ["1.0.3-some-lib-2.8", "1.0.3-some-lib-2.9"]
    assert order(*made) == [*older, "1.0", "1.0.3-other-4.1", "1.1"]
    assert steps(*made) == [
        *((name, "1.0") for name in older),
        ("1.0", "1.0.3-other-4.1"),
        ("1.0", "1.1"),
    ]


def test_a_lock_that_is_a_patch_behind_is_still_what_the_others_stand_beside() -> None:
    """What is resolved today is 1.0.4; of another series it would be a release."""
    made = (
        ("1.0.4-lib-2.9", on("1.0.4", lib="2.9")),
        ("1.2.0-lib-2.9", on("1.2.0", lib="2.9")),
        ("1.0", on("1.0.3", lib="2.10")),
    )
    assert steps(*made) == [("1.0.4-lib-2.9", "1.0"), ("1.0", "1.2.0-lib-2.9")]


def test_without_a_plain_one_the_newest_package_stands_for_its_release() -> None:
    """The standing one could not be prepared."""
    made = (
        ("1.0.3-lib-2.10", on("1.0.3", lib="2.10")),
        ("1.0.3-lib-2.9", on("1.0.3", lib="2.9")),
    )
    assert steps(*made) == [("1.0.3-lib-2.9", "1.0.3-lib-2.10")]


def test_a_commit_that_has_the_number_of_a_release_is_held_against_it() -> None:
    """With the commit's own set-ups."""
    made = (
        ("git-1a2b3c4-lib-2.9", on("1.0.3", lib="2.9")),
        ("git-1a2b3c4", on("1.0.3", lib="2.10")),
        ("1.0", on("1.0.3", lib="2.10")),
    )
    assert steps(*made) == [("git-1a2b3c4-lib-2.9", "1.0"), ("1.0", "git-1a2b3c4")]


COMMITS = ("git-2222222", "git-1111111")


@pytest.mark.parametrize("typed", [COMMITS, COMMITS[::-1]])
def test_commits_of_one_number_are_in_the_order_in_which_they_were_typed(
    typed: tuple[str, str],
) -> None:
    """Alone: old, new. Beside a release of that number, which comes last in a run: the release first."""
    made = [(name, on("1.0.3")) for name in typed]
    assert steps(*made) == [typed]
    assert steps(*made, ("1.0", on("1.0.3"))) == [("1.0", typed[0]), typed]


def test_a_package_that_did_not_stand_there_makes_the_new_one() -> None:
    """Nothing is older than nothing; and a name written otherwise is the same name."""
    made = (
        ("1.0.3-more-1.0", on("1.0.3", more="1.0", Some_Lib="1.0")),
        ("1.0.3-some-lib-0.9", on("1.0.3", some_lib="0.9")),
        ("1.0", on("1.0.3", Some_Lib="1.0")),
    )
    assert steps(*made) == [("1.0.3-some-lib-0.9", "1.0"), ("1.0", "1.0.3-more-1.0")]


def test_the_same_release_resolved_today_is_the_new_one() -> None:
    """Asked for by its number beside the standing one of an older lock."""
    assert steps(("1.0.3", on("1.0.3")), ("1.0", on("1.0.3"))) == [("1.0", "1.0.3")]


def test_in_a_run_the_standing_version_comes_after_what_is_asked_for_once() -> None:
    """On which the rule for two of one number relies."""
    table = with_versions(load_frameworks(), ["flask@3.1.3"])
    found = all_targets(table, load_profiles()[1])
    versions = [
        t.version for t in found if t.framework == "flask" and t.role is Role.CONTESTANT
    ]
    standing = load_frameworks()["flask"].framework.versions
    assert versions == ["3.1.3", *standing]


def test_a_version_without_a_receipt_has_its_own_name() -> None:
    """Nothing is known of what stands beneath it."""
    found = releases_of([target("1.0"), target("2.0-lib-3")], {})["one"]
    assert [each.head.target.version for each in found] == ["1.0", "2.0-lib-3"]


def test_only_contestants_have_releases() -> None:
    """A floor and a twin are versions of nothing."""
    assert releases_of([target("1", Role.FLOOR), target("2", Role.TWIN)], {}) == {}


@pytest.mark.parametrize(
    ("own", "asked", "installed"),
    [
        ("3.1.3", {}, {"Flask": "3.1.3"}),
        ("3.1.3", {"gunicorn": "26.2.0"}, {"gunicorn": "26.2.0"}),
        ("0.165.0", {"pydantic": "2.11.10", "uvicorn": "0.40.0"}, {"pydantic": "2.11.10", "uvicorn": "0.40.0"}),
        ("git-1a2b3c4", {"werkzeug": "git-5d6e7f8"}, {"Werkzeug": "3.2.0.dev0"}),
        ("3.1.3", {"werkzeug": "url"}, {"Werkzeug": "3.2.0.dev0"}),
        ("3.1.3", {"flask-sqlalchemy": "3.1.1"}, {"Flask_SQLAlchemy": "3.1.1", "sqlalchemy": "3.1.1"}),
    ],
)  # fmt: skip
def test_a_name_is_taken_apart(
    own: str, asked: dict[str, str], installed: dict[str, str]
) -> None:
    """However a distribution writes its own name."""
    everything = {**installed, "python-dotenv": "1.2.4"}
    assert taken_apart(version_name(own, asked), everything) == (own, asked)


def test_a_local_release_is_found_though_its_sign_cannot_be_in_a_name() -> None:
    """1.0+cu12 becomes 1.0-cu12."""
    name = version_name("3.1.3", {"lib": "1.0+cu12"})
    assert name == "3.1.3-lib-1.0-cu12"
    assert taken_apart(name, {"lib": "1.0+cu12"}) == ("3.1.3", {"lib": "1.0-cu12"})


@pytest.mark.parametrize(
    "installed", [{}, {"lib-core": "2.1"}, {"lib": "2.10"}, {"core-lib": "2.10"}]
)
def test_a_package_is_not_another_whose_name_begins_alike(
    installed: dict[str, str],
) -> None:
    """2.1 is not 2.10, lib is not lib-core, and nothing is known without an environment."""
    name = "1.0-lib-core-2.10"
    assert taken_apart(name, installed) == (name, {})
