"""
How often change points are found where there are none, and how soon where there is one.

`python -m tests.stats.change_point_rates` prints the table of METHODOLOGY.md.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product
from statistics import median

import numpy as np

from bench.stats.change_points import LEAST, change_points
from bench.stats.interval import Floats


type Draw = Callable[[np.random.Generator, int], Floats]

SCATTER = 0.01
"""Of logs, from run to run."""


def alike(random: np.random.Generator, n: int) -> Floats:
    """Independent and normal, as the test assumes and does not need."""
    return random.normal(0, SCATTER, n)


def heavy(random: np.random.Generator, n: int) -> Floats:
    """Student's t with 3 degrees of freedom: now and then a wild run."""
    return random.standard_t(3, n) * SCATTER


def neighbours(random: np.random.Generator, n: int) -> Floats:
    """Each resembles the one before (autocorrelation 0.5): what the test does not allow for."""
    values = random.normal(0, SCATTER, n)
    for i in range(1, n):
        values[i] += 0.5 * values[i - 1]
    return values


def alarms(draw: Draw, n: int, error: float, count: int, seed: int = 1) -> int:
    """Of so many series that never changed, how many are said to have."""
    random = np.random.default_rng(seed)
    return sum(bool(change_points(draw(random, n), error)) for _ in range(count))


def ever(draw: Draw, n: int, error: float, count: int, seed: int = 2) -> int:
    """The same, for who looks again after each of n runs and is alarmed once."""
    random = np.random.default_rng(seed)
    drawn = [draw(random, n) for _ in range(count)]
    return sum(
        any(change_points(one[:k], error) for k in range(2 * LEAST, n + 1))
        for one in drawn
    )


def delays(
    step: float, before: int, error: float, count: int, seed: int = 3
) -> list[int]:
    """For each series that steps after `before` runs: how many runs later it is known, 0 for never in 20."""
    random = np.random.default_rng(seed)
    return [
        _delay(alike(random, before + 20), step, before, error) for _ in range(count)
    ]


def _delay(logs: Floats, step: float, before: int, error: float) -> int:
    stepped = logs.copy()
    stepped[before:] += np.log1p(step)
    for later in range(LEAST, 21):
        found = change_points(stepped[: before + later], error)
        if any(abs(each - before) <= 2 for each in found):
            return later
    return 0


def lines() -> Iterator[str]:
    """The rates in words, some minutes."""
    for name, draw in (("alike", alike), ("heavy", heavy), ("neighbours", neighbours)):
        for n in (20, 60):
            rate = alarms(draw, n, 0.05, 400) / 400
            yield f"{name}, {n} runs, one look at 5 %: {rate:.1%}"
        often = ever(draw, 60, 0.05, 100)
        yield f"{name}, a look after each of 60 runs: {often} of 100"
    for step, error in product((0.02, 0.03, 0.05), (0.05, 0.05 / 12)):
        after = [each for each in delays(step, 20, error, 100) if each]
        yield (
            f"{step:.0%} after 20 runs, at {error:.2%}: found in {len(after)} of 100, "
            f"{median(after):.0f} runs later"
        )


if __name__ == "__main__":
    for line in lines():
        sys.stdout.write(f"{line}\n")
