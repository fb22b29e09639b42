"""What a request costs in each release, a panel for each workload, the steps as bars across."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, ratio_scale
from bench.report.charts.versions import HEAD, LEFT, PLOT, SMALL, frame


NAMES = 30.0
"""Pixels beneath a plot for two rows of names."""
LEAD = 13.0


@dataclass(frozen=True, slots=True)
class ReleaseMark:
    """One release: its cost beside the oldest one's, None where it was not measured."""

    name: str
    times: float | None
    low: float | None
    high: float | None
    step: bool  # it changed the cost


@dataclass(frozen=True, slots=True)
class ReleasePanel:
    """The releases of one workload, oldest first, and how they are drawn."""

    title: str
    token: str
    text_token: str
    shape: str
    marks: tuple[ReleaseMark, ...]


def draw(palette: Palette, width: float, panels: Sequence[ReleasePanel]) -> Canvas:
    """Panels one below the other on one scale."""
    high = HEAD + PLOT + NAMES + LEAD
    canvas = Canvas(palette, width, high * len(panels))
    values = [
        value
        for panel in panels
        for mark in panel.marks
        for value in (mark.times, mark.low, mark.high)
        if value is not None
    ]
    scale = ratio_scale([1.0, *values], PLOT, 0.0)
    for position, panel in enumerate(panels):
        where = (LEFT, high * position, width - LEFT)
        frame(canvas, where, scale, (panel.title, panel.text_token), None)
        _marks(canvas, where, scale, panel)
        _names(canvas, where, panel)
    return canvas


def _marks(
    canvas: Canvas, where: tuple[float, float, float], scale: Scale, panel: ReleasePanel
) -> None:
    left, top, room = where
    plot = top + HEAD
    places = []
    for position, mark in enumerate(panel.marks):
        x = left + room * (position + 0.5) / len(panel.marks)
        if mark.times is None:
            continue
        if mark.step:
            canvas.line((x, plot), (x, plot + PLOT), Pen("warn", 1.0, "dotted"))
        if mark.low is not None and mark.high is not None:
            ends = [plot + scale.at(value) for value in (mark.low, mark.high)]
            canvas.line((x, ends[0]), (x, ends[1]), Pen(panel.token, 1.6))
        places.append((x, plot + scale.at(mark.times), mark.step))
    if len(places) > 1:
        # A stair: a release costs what the last measured one did until the next.
        stair = [places[0][:2]]
        for x, y, _ in places[1:]:
            stair += [(x, stair[-1][1]), (x, y)]
        canvas.curve(stair, Pen(panel.token, 1.2))
    for x, y, step in places:
        canvas.mark(x, y, Mark(panel.token, panel.shape, 7.0 if step else 4.5))


def _names(
    canvas: Canvas, where: tuple[float, float, float], panel: ReleasePanel
) -> None:
    """Both ends, and each step that has room, in two rows."""
    left, top, room = where
    marks = panel.marks
    ends = {0, len(marks) - 1}
    # Ends first: they tell what the axis is; then steps, the larger rows free.
    order = sorted(ends) + [i for i, m in enumerate(marks) if m.step and i not in ends]
    taken: tuple[list[tuple[float, float]], ...] = ([], [])
    for index in order:
        words = fitted(marks[index].name, room / 2, SMALL)
        half = text_width(words, SMALL) / 2
        middle = left + room * (index + 0.5) / len(marks)
        middle = min(max(middle, left + half), left + room - half)
        for row, others in enumerate(taken):
            if all(middle + half + 4 < a or middle - half - 4 > b for a, b in others):
                others.append((middle - half, middle + half))
                y = top + HEAD + PLOT + 14 + LEAD * row
                style = Type(SMALL, token="muted", align="center")
                canvas.text(middle, y, words, style)
                break
