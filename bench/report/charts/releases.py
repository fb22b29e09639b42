"""Releases of each framework beside its newest, a panel for each, the noise as a band."""

from dataclasses import dataclass
from math import exp, log

from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.chart import NARROW
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, ratio_scale, ratio_ticks


HEAD = 26.0
PLOT = 128.0
FOOT = 30.0
LEFT = 50.0
GAP = 16.0
LEAST_APART = 22.0
"""Pixels between two ticks of the ratio."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version; `beside` is its advantage over the newest, None where it is the newest or was not measured."""

    version: str
    beside: Estimate | None
    newest: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The releases of one framework, oldest first, and how they are drawn."""

    title: str
    token: str
    text_token: str
    shape: str
    dash: str
    releases: tuple[Release, ...]


def draw(
    palette: Palette, width: float, lines: tuple[Line, ...], noise: float | None
) -> Canvas:
    """Panels side by side, or one below the other where there is no room."""
    across = 1 if width <= NARROW else len(lines)
    down = len(lines) // across
    canvas = Canvas(palette, width, (HEAD + PLOT + FOOT) * down)
    room = (width - LEFT - GAP * (across - 1)) / across
    scale = _scale(lines, noise)
    for position, line in enumerate(lines):
        left = LEFT + (room + GAP) * (position % across)
        top = (HEAD + PLOT + FOOT) * (position // across)
        _panel(canvas, (left, top, room), scale, line, noise)
    return canvas


def _scale(lines: tuple[Line, ...], noise: float | None) -> Scale:
    """Pixels downwards from the top of a panel's plot: the best is at the top."""
    values = [1.0, noise or 1.0, 1 / (noise or 1.0)]
    for line in lines:
        for release in line.releases:
            if release.beside is not None:
                values += [release.beside.low, release.beside.high]
    return ratio_scale(values, PLOT, 0.0)


def _panel(
    canvas: Canvas,
    where: tuple[float, float, float],
    scale: Scale,
    line: Line,
    noise: float | None,
) -> None:
    frame(canvas, where, scale, (line.title, line.text_token), noise)
    _releases(canvas, where, scale, line)


def frame(
    canvas: Canvas,
    where: tuple[float, float, float],
    scale: Scale,
    head: tuple[str, str],
    noise: float | None,
) -> None:
    """A panel without its marks: head (title and colour), band of noise, ratios; `where` is left, top and width."""
    left, top, room = where
    plot = top + HEAD
    title, token = head
    bold = Type(size=12.5, bold=True, token=token)
    canvas.text(left, top + 13, fitted(title, room, 12.5, True), bold)
    if noise is not None:
        upper, lower = plot + scale.at(noise), plot + scale.at(1 / noise)
        canvas.box((left, upper), (room, lower - upper), "open-soft")
    small = Type(size=11, token="muted", align="right")
    for tick in _ticks(scale):
        y = plot + scale.at(tick)
        pen = Pen("axis" if tick == 1 else "grid")
        canvas.line((left, y), (left + room, y), pen)
        if left <= LEFT:
            canvas.text(left - 6, y + 4, f"{100 * tick:.0f}\u00a0%", small)


def _ticks(scale: Scale) -> list[float]:
    # The scale runs upwards in pixels; the ticks are chosen on its mirror.
    mirrored = Scale(scale.low, scale.high, 0.0, PLOT, logarithmic=True)
    return ratio_ticks(mirrored, LEAST_APART)


def _releases(
    canvas: Canvas, where: tuple[float, float, float], scale: Scale, line: Line
) -> None:
    left, top, room = where
    plot = top + HEAD
    step = room / len(line.releases)
    _names(canvas, (left, plot + PLOT, step), line)
    places = []
    for position, release in enumerate(line.releases):
        x = left + step * (position + 0.5)
        if release.newest:
            places.append((x, plot + scale.at(1.0)))
        elif release.beside is not None:
            places.append((x, plot + scale.at(release.beside.point)))
    if len(places) > 1:
        canvas.curve(places, Pen(line.token, 1.6, line.dash))
    for position, release in enumerate(line.releases):
        x = left + step * (position + 0.5)
        if release.beside is not None:
            ends = [
                plot + scale.at(v) for v in (release.beside.low, release.beside.high)
            ]
            canvas.line((x, ends[0]), (x, ends[1]), Pen(line.token, 2.2))
    for x, y in places:
        canvas.mark(x, y, Mark(line.token, line.shape))


def _names(canvas: Canvas, where: tuple[float, float, float], line: Line) -> None:
    """Each release by its version; in two rows by turns where one has no room for them."""
    left, bottom, step = where
    label = Type(size=11, token="muted", align="center")
    names = [release.version for release in line.releases]
    rows = 1 if all(text_width(name, 11) <= step - 3 for name in names) else 2
    for position, name in enumerate(names):
        x = left + step * (position + 0.5)
        y = bottom + (16 if rows == 1 else (14, 27)[position % 2])
        canvas.text(x, y, fitted(name, rows * step - 3, 11), label)


def outside(estimate: Estimate, noise: float | None) -> bool:
    """Whether the whole interval lies beyond the band of noise."""
    band = log(noise or 1.0)
    return estimate.low > exp(band) or estimate.high < exp(-band)
