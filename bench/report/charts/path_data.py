"""
The outlines of a drawing in as few characters as SVG allows.

Coordinates are rounded to tenths of a pixel first and counted in them, so that
relative steps lead to the very places they came from.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import batched


type Point = tuple[int, int]
type Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

NUMBER = re.compile(r"-?[\d.]+")
SEGMENT = re.compile(r"([MLQCZ])([^MLQCZ]*)")
CIRCLE = re.compile(r"M 0 ([\d.]+) (?:C [-\d. ]+ ){8}z")
EDGE = 2.0
"""Pixels that an edge may stand out, on each side: half the widest line, its corners, a blurred pixel."""


def circle(outline: str) -> str | None:
    """The radius if this is matplotlib's round mark, eight curves around the origin; None otherwise."""
    found = CIRCLE.fullmatch(" ".join(outline.split()))
    return _number(_tenths(float(found[1]))) if found else None


def box(outline: str, offset: tuple[float, float]) -> Box:
    """The room that an outline takes, its edge included."""
    values = [float(each) for each in NUMBER.findall(outline)]
    xs = [x + offset[0] for x in values[::2]]
    ys = [y + offset[1] for y in values[1::2]]
    return min(xs) - EDGE, min(ys) - EDGE, max(xs) + EDGE, max(ys) + EDGE


def apart(one: Box | None, other: Box | None) -> bool:
    """Whether they share no pixel; None takes no room."""
    if one is None or other is None:
        return True
    return (
        one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    )


def shortened(outline: str, offset: tuple[float, float] = (0.0, 0.0)) -> str:
    """The same outline, moved by `offset`: each segment as it is shortest."""
    by_x, by_y = (_tenths(each) for each in offset)
    at = start = (0, 0)
    written = last = ""
    for letter, numbers in SEGMENT.findall(outline.upper()):
        if letter == "Z":
            written, last, at = f"{written}z", "z", start
            continue
        values = [_tenths(float(each)) for each in numbers.split()]
        points = [(x + by_x, y + by_y) for x, y in batched(values, 2, strict=True)]
        forms = [
            (_joined(last, command, steps), command)
            for command, steps in _forms(letter, points, at)
        ]
        segment, last = min(forms, key=lambda form: len(form[0]))
        written += segment
        at = points[-1]
        if letter == "M":
            start, last = at, "L"
    return written


def _forms(
    letter: str, points: Sequence[Point], at: Point
) -> Iterator[tuple[str, list[int]]]:
    """The commands that draw one segment, with their numbers."""
    if letter == "M":
        yield "M", list(points[0])
        return
    x, y = points[-1]
    if letter == "L" and y == at[1]:
        yield from (("H", [x]), ("h", [x - at[0]]))
    elif letter == "L" and x == at[0]:
        yield from (("V", [y]), ("v", [y - at[1]]))
    else:
        yield letter, [each for point in points for each in point]
        yield letter.lower(), [v for x, y in points for v in (x - at[0], y - at[1])]


def _joined(last: str, command: str, numbers: Sequence[int]) -> str:
    """A command after the last one: not repeated, and its numbers apart only where they must be."""
    written = "" if command == last else command
    for position, each in enumerate(numbers):
        text = _number(each)
        apart = position or command == last
        written += f" {text}" if apart and not text.startswith("-") else text
    return written


def _tenths(pixels: float) -> int:
    return round(round(pixels, 1) * 10)


def _number(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    digits = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{digits}" if tenths < 0 else digits
