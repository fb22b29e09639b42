"""The speed class of a core."""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random

import pytest

from bench.deploy.speed import WINDOWS, speed_class


def clock(ns: float, disturbed: Callable[[int], float] = lambda n: 1.0) -> Callable[[], int]:  # fmt: skip
    """A clock on which each piece of work takes so many ns, times what disturbs it then."""

    def ticks() -> Iterator[int]:
        now = 0.0
        for number in count():
            yield int(now)
            now += ns * disturbed(number)

    passing = ticks()
    return lambda: next(passing)


def test_twice_as_fast_is_two_classes_more() -> None:
    """Whatever the speed."""
    for ns in (20_000.0, 45_000.0, 100_000.0):
        assert speed_class(clock(ns / 2)) == speed_class(clock(ns)) + 2


@pytest.mark.parametrize("seed", range(5))
def test_what_disturbs_most_windows_changes_nothing(seed: int) -> None:
    """Two of three windows take up to three times as long; the fastest one decides."""
    random = Random(seed)
    slow = [random.uniform(1.3, 3.0) if n % 3 else 1.0 for n in range(WINDOWS)]
    pieces = 4_000_000 // 40_000 + 2

    def disturbed(number: int) -> float:
        return slow[number // pieces % WINDOWS]

    assert speed_class(clock(40_000, disturbed)) == speed_class(clock(40_000))


def test_this_machine_is_of_one_class_or_the_next_to_it() -> None:
    """By its own clock, whatever else runs here."""
    first, second = speed_class(), speed_class()

    assert abs(first - second) <= 1
