"""Figures of one machine from run to run, a panel for each line, changes of level as bars across."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted
from bench.report.charts.chart import NARROW
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, ratio_scale
from bench.report.charts.versions import FOOT, GAP, HEAD, LEFT, PLOT, frame


@dataclass(frozen=True, slots=True)
class HistoryDot:
    """One run: its figure over the newest level, above 1 better; a count has no interval."""

    date: str
    beside: tuple[float, float, float] | None  # point, low, high; None: not measured
    decides: bool  # False: hollow
    begins: bool  # a new level


@dataclass(frozen=True, slots=True)
class Track:
    """The runs of one line, oldest first, and how they are drawn."""

    title: str
    token: str
    text_token: str
    shape: str
    dots: tuple[HistoryDot, ...]


def draw(
    palette: Palette, width: float, tracks: Sequence[Track], noise: float | None
) -> Canvas:
    """Panels side by side, or one below the other where there is no room."""
    across = 1 if width <= NARROW else len(tracks)
    down = len(tracks) // across
    canvas = Canvas(palette, width, (HEAD + PLOT + FOOT) * down)
    room = (width - LEFT - GAP * (across - 1)) / across
    scale = _scale(tracks, noise)
    for position, track in enumerate(tracks):
        left = LEFT + (room + GAP) * (position % across)
        top = (HEAD + PLOT + FOOT) * (position // across)
        where = (left, top, room)
        frame(canvas, where, scale, (track.title, track.text_token), noise)
        _dots(canvas, where, scale, track)
    return canvas


def _scale(tracks: Sequence[Track], noise: float | None) -> Scale:
    """Pixels downwards from the top of a panel's plot: the best is at the top."""
    values = [1.0, noise or 1.0, 1 / (noise or 1.0)]
    for track in tracks:
        values += [v for dot in track.dots for v in dot.beside or ()]
    return ratio_scale(values, PLOT, 0.0)


def _dots(
    canvas: Canvas, where: tuple[float, float, float], scale: Scale, track: Track
) -> None:
    left, top, room = where
    plot = top + HEAD
    step = room / len(track.dots)
    for position, dot in enumerate(track.dots):
        x = left + step * (position + 0.5)
        if dot.begins:
            between = x - step / 2
            canvas.line((between, plot), (between, plot + PLOT), Pen("warn", 1.6, "dashed"))  # fmt: skip
        if dot.beside is not None:
            point, low, high = (plot + scale.at(value) for value in dot.beside)
            canvas.line((x, low), (x, high), Pen(track.token, 1.6))
            mark = Mark(track.token, track.shape, 6.0, hollow=not dot.decides)
            canvas.mark(x, point, mark)
    half = room / 2 - 4
    first, last = (fitted(track.dots[at].date, half, 11) for at in (0, -1))
    under = plot + PLOT + 16
    canvas.text(left, under, first, Type(11, token="muted"))
    canvas.text(left + room, under, last, Type(11, token="muted", align="right"))
