"""
The outlines of a drawing in as few characters as SVG allows.

Coordinates are rounded to tenths of a pixel first and counted in them, so that
relative steps lead to the very places they came from.
"""

from collections.abc import Iterator, Sequence
from itertools import batched

from matplotlib.path import Path
from matplotlib.transforms import Transform


type Point = tuple[int, int]
type Segment = tuple[str, list[tuple[float, float]]]
"""The letter of its command, and its points in pixels."""
type Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

LETTERS = {
    Path.MOVETO: "M",
    Path.LINETO: "L",
    Path.CURVE3: "Q",
    Path.CURVE4: "C",
    Path.CLOSEPOLY: "Z",
}
EDGE = 2.0
"""Pixels that an edge may stand out, on each side: half the widest line, its corners, a blurred pixel."""


def segments(path: Path, transform: Transform) -> list[Segment]:
    """The outline of a path, piece by piece."""
    return [
        (LETTERS[code], list(batched(values.tolist(), 2, strict=True)))
        for values, code in path.iter_segments(transform, simplify=False)
    ]


def box(outline: Sequence[Segment], offset: tuple[float, float] = (0.0, 0.0)) -> Box:
    """The room that an outline takes, its edge included."""
    points = [point for letter, own in outline if letter != "Z" for point in own]
    xs, ys = ([point[axis] + offset[axis] for point in points] for axis in (0, 1))
    return min(xs) - EDGE, min(ys) - EDGE, max(xs) + EDGE, max(ys) + EDGE


def apart(first: Box | None, other: Box | None) -> bool:
    """Whether they share no pixel; None takes no room."""
    if first is None or other is None:
        return True
    return (
        first[2] < other[0]
        or other[2] < first[0]
        or first[3] < other[1]
        or other[3] < first[1]
    )


def short(pixels: float) -> str:
    """To tenths, and no digit more than that takes."""
    return f"{pixels:.1f}".removesuffix(".0")


def shortened(
    outline: Sequence[Segment], offset: tuple[float, float] = (0.0, 0.0)
) -> str:
    """The same outline, moved by `offset`: each segment as it is shortest."""
    by_x, by_y = (_tenths(distance) for distance in offset)
    at = start = (0, 0)
    written = last = ""
    for letter, own in outline:
        if letter == "Z":
            written, last, at = f"{written}z", "z", start
            continue
        points = [(_tenths(x) + by_x, _tenths(y) + by_y) for x, y in own]
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
        yield letter, [coordinate for point in points for coordinate in point]
        yield letter.lower(), [v for x, y in points for v in (x - at[0], y - at[1])]


def _joined(last: str, command: str, numbers: Sequence[int]) -> str:
    """A command after the last one: not repeated, and its numbers apart only where they must be."""
    written = "" if command == last else command
    for position, value in enumerate(numbers):
        text = _number(value)
        apart = position or command == last
        written += f" {text}" if apart and not text.startswith("-") else text
    return written


def _tenths(pixels: float) -> int:
    return round(round(pixels, 1) * 10)


def _number(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    digits = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{digits}" if tenths < 0 else digits
