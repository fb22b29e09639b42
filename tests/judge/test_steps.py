"""Which releases are counted next, and which changes are steps."""

from collections.abc import Sequence
from random import Random

import pytest

from bench.judge.steps import (
    THRESHOLD,
    counted_steps,
    first_to_measure,
    next_to_count,
    timed_steps,
    without_second_count,
)
from bench.model.bisection import CountedRelease, PackageChange, RequestCost
from bench.model.estimate import Estimate


VERSIONS = [f"{major}.{minor}.{patch}" for major in (1, 2) for minor in range(4) for patch in range(6)]  # fmt: skip


def release(
    version: str, count: float, again: float | None = None, **packages: str
) -> CountedRelease:
    """One that was counted on one workload."""
    return CountedRelease(version, packages, {"hello": RequestCost(count, again)})


def halved(takes: Sequence[float], broken: Sequence[int] = ()) -> list[CountedRelease]:
    """The releases after everything that is asked for has been counted."""
    found = [CountedRelease(version) for version in VERSIONS]
    chosen = first_to_measure(VERSIONS)
    while chosen:
        for version in chosen:
            place = VERSIONS.index(version)
            assert not found[place].costs, "nothing is counted twice"
            found[place] = (
                CountedRelease(version, skipped="it does not start")
                if place in broken
                else release(version, takes[place])
            )
        chosen = next_to_count(found)
    return found


def test_each_minor_version_and_the_newest_come_first() -> None:
    """Whatever the number of their releases."""
    assert first_to_measure(["0.9.1", "0.9.2", "0.10.0", "0.10.1"]) == ["0.9.1", "0.10.0", "0.10.1"]  # fmt: skip


def test_of_many_minor_versions_some_come_first() -> None:
    """Evenly, with both ends: the others wait until a gap differs."""
    many = [f"0.{minor}.{patch}" for minor in range(65) for patch in range(3)]
    first = first_to_measure(many)

    assert first == [f"0.{minor}.0" for minor in range(0, 65, 4)] + ["0.64.2"]


@pytest.mark.parametrize("seed", range(30))
def test_every_lasting_change_is_named_by_its_own_release(seed: int) -> None:
    """Changes planted anywhere, some releases broken: each is found between the two measured ones around it."""
    random = Random(seed)
    planted = sorted(random.sample(range(1, len(VERSIONS)), 4))
    broken = [i for i in random.sample(range(1, 47), 5) if i not in planted]
    level, takes = 100_000.0, []
    for place in range(len(VERSIONS)):
        # All upwards: what a later release takes back is the stated limit.
        level *= random.uniform(1.02, 1.3) if place in planted else 1.0
        takes.append(level)
    found = halved(takes, broken)
    steps = list(counted_steps("p", found, ["hello"]))

    assert [VERSIONS.index(step.newer) for step in steps] == planted
    for step in steps:
        between = range(VERSIONS.index(step.older) + 1, VERSIONS.index(step.newer))
        assert set(between) <= set(broken)


def test_what_lies_between_two_of_one_cost_is_not_counted() -> None:
    """One change among 48 releases costs the minor versions and three halvings."""
    found = halved([100.0] * 20 + [110.0] * 28)

    assert sum(bool(each.costs) for each in found) == 8 + 1 + 3


def test_a_change_that_is_taken_back_at_once_is_not_seen() -> None:
    """The limit that the module states."""
    takes = [100.0] * 48
    takes[20] = 120.0  # 2.0.2 alone is neither first nor, here, a middle

    assert not list(counted_steps("p", halved(takes), ["hello"]))


@pytest.mark.parametrize(("times", "step"), [(1.009, False), (1.011, True), (0.991, False), (0.989, True)])  # fmt: skip
def test_a_step_is_more_than_a_hundredth(times: float, step: bool) -> None:
    """In either direction."""
    pair = [release("1", 100_000), release("2", 100_000 * times)]

    assert bool(list(counted_steps("p", pair, ["hello"]))) is step


def test_both_sides_of_a_step_are_counted_again() -> None:
    """A count that differs from its second one makes no exact step."""
    once = [release("1", 100.0), release("2", 100.0), release("3", 120.0)]
    assert without_second_count(once) == ["2", "3"]

    exact = [release("2", 100.0, 100.0), release("3", 120.0, 120.0)]
    assert without_second_count(exact) == []
    assert [step.exact for step in counted_steps("p", exact, ["hello"])] == [True]

    unlike = [release("2", 100.0, 101.0), release("3", 120.0, 120.0)]
    assert [step.exact for step in counted_steps("p", unlike, ["hello"])] == [False]


def test_what_else_changed_stands_beside_the_step() -> None:
    """Other packages by name, not the package itself."""
    pair = [
        release("1", 100.0, P="1", Starlette="0.27", gone="3"),
        release("2", 120.0, P="2", starlette="0.28", new="1"),
    ]
    (step,) = counted_steps("p", pair, ["hello"])

    assert step.changed == (
        PackageChange("gone", "3", None),
        PackageChange("new", None, "1"),
        PackageChange("starlette", "0.27", "0.28"),
    )


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(1.011, 1.2, True), (1.009, 1.2, False), (0.8, 0.989, True), (0.9, 1.1, False)],
)
def test_a_timed_step_has_its_whole_interval_beyond_the_threshold(
    low: float, high: float, step: bool
) -> None:
    """A point beyond it is not enough."""
    pair = [release("1", 1.0), release("2", 1.15)]
    found = list(
        timed_steps(
            "p",
            pair,
            ["hello"],
            lambda *_: Estimate((low + high) / 2, low, high, 0.95, 14),
        )
    )

    assert bool(found) is step
    if step:
        assert (found[0].low, found[0].high) == (low, high)
    assert THRESHOLD == 0.01
