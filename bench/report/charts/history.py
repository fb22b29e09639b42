"""Figures of one machine from run to run, a panel for each framework."""

from collections.abc import Sequence

from bench.report.charts.canvas import Canvas, Type, fitted
from bench.report.charts.chart import NARROW
from bench.report.charts.palette import Palette
from bench.report.charts.versions import (
    FOOT,
    GAP,
    HEAD,
    LEFT,
    PLOT,
    SMALL,
    VersionLine,
    draw_spots,
    frame,
    scale_of,
)


def draw(
    palette: Palette, width: float, lines: Sequence[VersionLine], noise: float | None
) -> Canvas:
    """Panels side by side, or one below the other where there is no room; each dated at its ends."""
    across = 1 if width <= NARROW else len(lines)
    canvas = Canvas(palette, width, (HEAD + PLOT + FOOT) * (len(lines) // across))
    room = (width - LEFT - GAP * (across - 1)) / across
    scale = scale_of(lines, noise)
    for position, line in enumerate(lines):
        left = LEFT + (room + GAP) * (position % across)
        top = (HEAD + PLOT + FOOT) * (position // across)
        where = (left, top, room)
        frame(canvas, where, scale, (line.title, line.text_token), noise)
        draw_spots(canvas, where, scale, line)
        first, last = (
            fitted(line.spots[at].name[0], room / 2 - 4, SMALL) for at in (0, -1)
        )
        under = top + HEAD + PLOT + 16
        canvas.text(left, under, first, Type(SMALL, token="muted"))
        canvas.text(left + room, under, last, Type(SMALL, token="muted", align="right"))
    return canvas
