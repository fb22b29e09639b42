"""Names beside the ends of lines."""

from collections.abc import Sequence

from bench.report.charts.canvas import Canvas, Type, fitted
from bench.report.charts.dots import look_tokens
from bench.report.view import View


LABEL = 15.0
"""Least distance of two names."""
SIZE = 12.5


def end_labels(
    view: View,
    canvas: Canvas,
    ends: Sequence[tuple[float, str]],
    room: float,
    lowest: float,
) -> None:
    """
    Names at the right, pushed apart where they would touch.

    `ends` are height and target of each line's last point, `room` is how wide
    names may be, `lowest` the height that none may pass.
    """
    ordered = sorted(ends)
    heights: list[float] = []
    for y, _ in ordered:
        heights.append(max(y + 4, heights[-1] + LABEL) if heights else y + 4)
    over = max(0.0, heights[-1] - lowest) if heights else 0.0
    for (_, target), y in zip(ordered, heights, strict=True):
        name = fitted(view.label(target), room, SIZE, bold=True)
        style = Type(size=SIZE, bold=True, token=look_tokens(view, target)[1])
        canvas.text(canvas.width - room, y - over, name, style)
