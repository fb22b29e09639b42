"""
How fast a core of this machine is, as a coarse class.

Virtual machines of one name may differ by a factor of two, and nothing that
they say of themselves tells them apart. So a fixed piece of work is counted in
short windows of the thread's own CPU time, and the fastest window decides: what
disturbs only makes windows slower. A class is a factor of 1.41, many times what
repetitions differ by, so half the speed is two classes.
"""

from collections.abc import Callable
from math import log2
from time import thread_time_ns


WINDOW_NS = 4_000_000
WINDOWS = 60
"""A quarter of a second of CPU time in all."""
ROUNDS = 500
"""Steps of one piece of work: some tens of microseconds."""


def speed_class(clock: Callable[[], int] = thread_time_ns) -> int:
    """The class: 2 more are twice as fast; comparable under one build of Python only. `clock` in ns."""
    return round(2 * log2(max(_rate(clock) for _ in range(WINDOWS)) * ROUNDS * 1e9))


def _rate(clock: Callable[[], int]) -> float:
    """Pieces of work per ns in one window."""
    begun, done = clock(), 0
    while (spent := clock() - begun) < WINDOW_NS:
        _work()
        done += 1
    return done / spent if done else 1 / WINDOW_NS


def _work() -> int:
    value = 1
    for _ in range(ROUNDS):
        value = (value * 1_103_515_245 + 12_345) & 0x7FFFFFFF
    return value
