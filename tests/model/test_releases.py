"""Which version comes after which: by what was installed, not by what it is called."""

from bench.model.framework import Role, Target
from bench.model.releases import beneath, releases_of, successions
from bench.model.run import Receipt


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


def receipt(version: str, **packages: str) -> Receipt:
    """What was installed."""
    return Receipt(version, "3.13.0", {"one": version, **packages}, "a", "b")


def order(*made: tuple[str, Receipt]) -> list[str]:
    """The versions in the order of time."""
    receipts = {target(name).id: told for name, told in made}
    found = releases_of([target(name) for name, _ in made], receipts)["one"]
    return [each.version for release in found for each in release.targets]


def steps(*made: tuple[str, Receipt]) -> list[tuple[str, str]]:
    """The old one and the new one of each step."""
    receipts = {target(name).id: told for name, told in made}
    found = releases_of([target(name) for name, _ in made], receipts)["one"]
    return [(old.version, new.version) for old, new in successions(found)]


def test_releases_are_in_the_order_of_their_numbers() -> None:
    """0.115 comes after 0.99, and a branch where its commit says."""
    made = (
        ("0.115", receipt("0.115.3")),
        ("git-1a2b3c4", receipt("0.116.0.dev1")),
        ("0.99", receipt("0.99.1")),
    )
    assert order(*made) == ["0.99", "0.115", "git-1a2b3c4"]
    assert steps(*made) == [("0.99", "0.115"), ("0.115", "git-1a2b3c4")]


def test_what_stands_beneath_is_no_release() -> None:
    """An older package beneath comes before its release as it stands, a newer one after it; the next release follows what stands."""
    made = (
        ("1.0.3-some.lib-2.9", receipt("1.0.3", some_lib="2.9")),
        ("1.0.3-other-4.1", receipt("1.0.3", other="4.1")),
        ("1.0", receipt("1.0.3", some_lib="2.10", other="4.0")),
        ("1.1", receipt("1.1.0", some_lib="2.10", other="4.0")),
    )
    named = tuple((name.replace("some.lib", "some-lib"), told) for name, told in made)
    assert order(*named) == ["1.0.3-some-lib-2.9", "1.0", "1.0.3-other-4.1", "1.1"]
    assert steps(*named) == [
        ("1.0.3-some-lib-2.9", "1.0"),
        ("1.0", "1.0.3-other-4.1"),
        ("1.0", "1.1"),
    ]


def test_the_same_release_resolved_today_is_the_new_one() -> None:
    """Asked for by its number beside the standing one of an older lock."""
    made = (("1.0.3", receipt("1.0.3")), ("1.0", receipt("1.0.3")))
    assert steps(*made) == [("1.0", "1.0.3")]


def test_a_release_without_a_receipt_has_its_own_name() -> None:
    """Nothing is known of what stands beneath it."""
    found = releases_of([target("1.0"), target("2.0-lib-3")], {})["one"]
    assert [each.stands.version for each in found] == ["1.0", "2.0-lib-3"]


def test_only_contestants_have_releases() -> None:
    """A floor and a twin are versions of nothing."""
    found = releases_of([target("1", Role.FLOOR), target("2", Role.TWIN)], {})
    assert found == {}


def test_a_package_is_not_another_whose_name_begins_alike() -> None:
    """2.1 is not 2.10, and lib is not lib-core."""
    named = target("1.0-lib-core-2.10")
    for packages in ({"lib_core": "2.1"}, {"lib": "2.10"}, {"core-lib": "2.10"}):
        assert beneath(named, {named.id: receipt("1.0", **packages)}) == {}
    told = receipt("1.0", lib_core="2.10", lib="5")
    assert beneath(named, {named.id: told}) == {"lib_core": "2.10"}
