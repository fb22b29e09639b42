"""Ratios of several runs: each run, each machine's runs together, and all machines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.dots import whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, labelled_ticks


HEAD = 26.0
ROW = 19.0
AXIS = 34.0
SIZE = 12.0
LEFT_SHARE = 0.42
"""Of the width, at most, for the rows' names."""


@dataclass(frozen=True, slots=True)
class PooledRow:
    """One interval; pooled ones are heavier."""

    name: str
    estimate: Estimate
    value: str  # as printed
    pooled: bool = False


@dataclass(frozen=True, slots=True)
class PooledPanel:
    """One ratio, on a linear axis of its own: ratios differ by far more than runs do."""

    name: str
    lines: tuple[PooledRow, ...]


def panels(palette: Palette, drawn: Sequence[PooledPanel]) -> Callable[[float], Canvas]:
    """The drawing of all panels beneath each other, at any width."""

    def draw(width: float) -> Canvas:
        heights = [HEAD + ROW * len(each.lines) + AXIS for each in drawn]
        canvas = Canvas(palette, width, sum(heights))
        top = 0.0
        for each, height in zip(drawn, heights, strict=True):
            _panel(canvas, each, top)
            top += height
        return canvas

    return draw


def _panel(canvas: Canvas, panel: PooledPanel, top: float) -> None:
    canvas.text(0, top + 16, fitted(panel.name, canvas.width, 13, True), Type(13, True))
    values = max(text_width(line.value, SIZE) for line in panel.lines) + 10
    most = LEFT_SHARE * canvas.width
    names = min(max(text_width(line.name, SIZE) for line in panel.lines) + 12, most)
    scale = _scale(panel.lines, names + 6, max(canvas.width - values, names + 40))
    bottom = top + HEAD + ROW * len(panel.lines)
    for tick, words in labelled_ticks(scale, 11):
        x = scale.at(tick)
        canvas.line((x, top + HEAD), (x, bottom), Pen("grid"))
        canvas.text(
            x, bottom + 14, f"{words}×", Type(11, token="muted", align="center")
        )
    if scale.holds(1.0):
        canvas.line((scale.at(1), top + HEAD), (scale.at(1), bottom), Pen("ink", 1.4))
    for place, line in enumerate(panel.lines):
        _line(canvas, scale, line, (names, top + HEAD + ROW * (place + 0.5)))


def _line(
    canvas: Canvas, scale: Scale, line: PooledRow, at: tuple[float, float]
) -> None:
    room, y = at
    token = "ink" if line.pooled else "muted"
    style = Type(SIZE, line.pooled, token)
    canvas.text(0, y + 4, fitted(line.name, room - 8, SIZE, line.pooled), style)
    ends = (scale.at(line.estimate.low), scale.at(line.estimate.high))
    whisker(canvas, ends, y, Pen(token, 2.6 if line.pooled else 1.5))
    shape, size = ("D", 8.5) if line.pooled else ("o", 6.5)
    canvas.mark(scale.at(line.estimate.point), y, Mark(token, shape, size))
    canvas.text(
        canvas.width, y + 4, line.value, Type(SIZE, line.pooled, token, "right")
    )


def _scale(lines: Sequence[PooledRow], left: float, right: float) -> Scale:
    """
    Around the runs' own intervals and every point; a pooled interval of two runs may go beyond.

    Two runs know next to nothing of how far runs lie apart: such an interval
    would leave the others no room.
    """
    shown = [
        value
        for line in lines
        for value in (
            (line.estimate.point,)
            if line.pooled
            else (line.estimate.low, line.estimate.point, line.estimate.high)
        )
        if isfinite(value)
    ]
    ends = [
        value
        for line in lines
        for value in (line.estimate.low, line.estimate.high)
        if isfinite(value)
    ]
    low, high = min(shown), max(shown)
    room = max(high - low, 0.01 * high)
    low = max(min(ends), low - 0.5 * room, 0.0)
    high = min(max(ends), high + 0.5 * room)
    air = max(0.05 * (high - low), 0.001 * high)
    return Scale(max(low - air, 0.0), high + air, left, right)
