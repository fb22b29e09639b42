"""
Numbers to twelve digits.

What lies beyond differs with the processor: libraries of arithmetic choose
their instructions by it, and add up in another order. Without this the same
run gives other files on another machine; with it only where a number lies on
the edge of its twelfth digit.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import cast


DIGITS = 12


def settled[T](value: T) -> T:
    """
    The same value with every float in it, however deep, rounded to `DIGITS` significant digits.

    What holds none is handed back as it is: reasons are told apart by identity.
    """
    return cast(T, _settled(value))


def _settled(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: _settled(item) for name, item in old.items()}
        same = all(new[name] is old[name] for name in old)
        return value if same else replace(value, **new)
    if isinstance(value, Mapping):
        mapped = {key: _settled(item) for key, item in value.items()}
        return value if all(mapped[key] is value[key] for key in mapped) else mapped
    if isinstance(value, tuple | list):
        made = [_settled(item) for item in value]
        same = all(new is old for new, old in zip(made, value, strict=True))
        return value if same else type(value)(made)
    return value
