"""Versions of each framework beside its newest release as it stands, a panel for each, the noise as a band."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.chart import NARROW
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, ratio_scale, ratio_ticks


HEAD = 26.0
PLOT = 128.0
FOOT = 30.0
LEAD = 13.0
"""Pixels from one line of a name to the next."""
LEFT = 50.0
GAP = 16.0
SMALL = 11.0
"""Pixels of the letters of names and ratios."""
LEAST_APART = 22.0
"""Pixels between two ticks of the ratio."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One version; `beside` is its advantage over the reference, None where it is that or was not measured."""

    name: tuple[str, ...]  # line by line
    beside: Estimate | None
    reference: bool
    hollow: bool  # it was asked for with another package


@dataclass(frozen=True, slots=True)
class VersionLine:
    """The versions of one framework, oldest first, and how they are drawn."""

    title: str
    token: str
    text_token: str
    shape: str
    dash: str
    spots: tuple[Spot, ...]


def draw(
    palette: Palette, width: float, lines: tuple[VersionLine, ...], noise: float | None
) -> Canvas:
    """Panels side by side, as wide as they have versions, or one below the other where their names have no room."""
    rooms = _side_by_side(width, lines)
    beside = width > NARROW and all(map(_whole, lines, rooms))
    if not beside:
        rooms = [width - LEFT] * len(lines)
    panel = HEAD + PLOT + max(map(_foot, lines, rooms))
    canvas = Canvas(palette, width, panel * (1 if beside else len(lines)))
    scale = scale_of(lines, noise)
    left, top = LEFT, 0.0
    for line, room in zip(lines, rooms, strict=True):
        _panel(canvas, (left, top, room), scale, line, noise)
        if beside:
            left += room + GAP
        else:
            top += panel
    return canvas


def _side_by_side(width: float, lines: tuple[VersionLine, ...]) -> list[float]:
    """The width of each panel in one row."""
    room = width - LEFT - GAP * (len(lines) - 1)
    count = sum(len(line.spots) for line in lines)
    return [room * len(line.spots) / count for line in lines]


def scale_of(lines: Sequence[VersionLine], noise: float | None) -> Scale:
    """Pixels downwards from the top of a panel's plot: the best is at the top."""
    values = [1.0, noise or 1.0, 1 / (noise or 1.0)]
    for line in lines:
        for spot in line.spots:
            if spot.beside is not None:
                values += [spot.beside.low, spot.beside.high]
    return ratio_scale(values, PLOT, 0.0)


def _panel(
    canvas: Canvas,
    where: tuple[float, float, float],
    scale: Scale,
    line: VersionLine,
    noise: float | None,
) -> None:
    frame(canvas, where, scale, (line.title, line.text_token), noise)
    draw_spots(canvas, where, scale, line)
    _names(canvas, where, line)


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
    small = Type(size=SMALL, token="muted", align="right")
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


def draw_spots(
    canvas: Canvas, where: tuple[float, float, float], scale: Scale, line: VersionLine
) -> None:
    """The marks of a panel with their intervals, smaller where they stand close, and the line through the full ones."""
    left, top, room = where
    plot = top + HEAD
    step = room / len(line.spots)
    places = []
    for position, spot in enumerate(line.spots):
        x = left + step * (position + 0.5)
        if spot.reference:
            places.append((x, plot + scale.at(1.0), spot.hollow))
        elif spot.beside is not None:
            places.append((x, plot + scale.at(spot.beside.point), spot.hollow))
            ends = [plot + scale.at(v) for v in (spot.beside.low, spot.beside.high)]
            canvas.line((x, ends[0]), (x, ends[1]), Pen(line.token, 2.2))
    full = [(x, y) for x, y, hollow in places if not hollow]
    if len(full) > 1:
        canvas.curve(full, Pen(line.token, 1.6, line.dash))
    for x, y, hollow in places:
        canvas.mark(x, y, Mark(line.token, line.shape, min(8.0, step), hollow))


def _names(
    canvas: Canvas, where: tuple[float, float, float], line: VersionLine
) -> None:
    """Each version by its name, inside its panel; in two rows by turns where one has no room for them."""
    left, top, room = where
    label = Type(size=SMALL, token="muted", align="center")
    for position, (low, end, row) in enumerate(_rooms(line, room)):
        x = room * (position + 0.5) / len(line.spots)
        y = top + HEAD + PLOT + 14 + LEAD * row
        for each in line.spots[position].name:
            words = fitted(each, end - low, SMALL)
            half = text_width(words, SMALL) / 2
            canvas.text(left + min(max(x, low + half), end - half), y, words, label)
            y += LEAD


def _rooms(line: VersionLine, room: float) -> list[tuple[float, float, int]]:
    """From where to where in its panel each name may reach, and the line of text that it begins on."""
    step = room / len(line.spots)
    turns, high = _turns(line, room), _high(line)
    half = (turns * step - 3) / 2
    middles = [step * (position + 0.5) for position in range(len(line.spots))]
    return [
        (max(x - half, 0), min(x + half, room), high * (position % turns))
        for position, x in enumerate(middles)
    ]


def _whole(line: VersionLine, room: float) -> bool:
    """Whether every name can stand as it is."""
    return all(
        text_width(word, SMALL) <= end - low
        for spot, (low, end, _) in zip(line.spots, _rooms(line, room), strict=True)
        for word in spot.name
    )


def _foot(line: VersionLine, room: float) -> float:
    """Pixels that its names take beneath a plot."""
    return max(FOOT, 9 + LEAD * _turns(line, room) * _high(line))


def _turns(line: VersionLine, room: float) -> int:
    """In how many rows the names stand."""
    step = room / len(line.spots)
    words = (word for spot in line.spots for word in spot.name)
    return 1 if all(text_width(each, SMALL) <= step - 3 for each in words) else 2


def _high(line: VersionLine) -> int:
    """Lines of the name that has most of them."""
    return max(len(spot.name) for spot in line.spots)
