"""
Holm's step-down correction for several tests at once.

Assumes: nothing about how the tests depend on each other.
Lies when: tests were chosen after seeing them; all that were planned must be
in the family, the dull ones too.

Source: S. Holm, A simple sequentially rejective multiple test procedure, 1979.
"""

from collections.abc import Sequence


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """
    Each p-value, made large enough for the whole family.

    A test is rejected at family-wise error alpha if its adjusted value is at
    most alpha. The order of the input is kept.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    result = [1.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(order):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        result[index] = floor
    return tuple(result)
