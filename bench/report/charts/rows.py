"""
The first of two general shapes: rows on an axis.

Each row has a name, beside it or above it, and holds marks with intervals,
bars, single rounds and printed values; a panel has an axis of its own. A chart
says what its rows hold; where all of it goes is decided here, once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.palette import Look, Palette, look_of
from bench.report.charts.scale import SMALL, Axis, Guide, Zone
from bench.report.numbers import ends, point
from bench.report.view import View


LABEL = 13.0
VALUE = 13.5
NAME = 12.5
"""Pixels of the letters of names beside rows, of values, and of names above rows."""
HEAD = 22.0
NO_HEAD = 8.0
FOOT = 24.0
WORDS = 14.0
"""Pixels above the rows of a panel, beneath them, and for the words beneath the ticks."""
NAME_LINE = 15.0
STRIP = 27.0
BELOW = 7.0
BELOW_ROUNDS = 3.0
"""Of rows whose names stand above them: each line of a name, the strip of the marks, what is left free in it beneath them."""
LEAST_BOX = 6.0
"""Pixels; a lower bar is drawn as a line, which takes a third of the characters."""
PLAIN = Look("cost-1", "ink", "o")
FROM_ZERO = Axis()
MUTED = Type(SMALL, token="muted")
MUTED_RIGHT = Type(SMALL, token="muted", align="right")
NO_ROOM = "figures in the table"


@dataclass(frozen=True, slots=True)
class Dot:
    """A marked value and its interval, if it has one."""

    at: float
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    dashed: bool = False  # its interval

    @classmethod
    def of(
        cls, estimate: Estimate | None, hollow: bool = False, dashed: bool = False
    ) -> tuple["Dot", ...]:
        """Point and interval, if there are any."""
        if estimate is None:
            return ()
        return (cls(estimate.point, estimate.low, estimate.high, hollow, dashed),)


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled stretch, and what stands in it where it has room."""

    start: float
    end: float
    token: str
    height: float = 16.0  # pixels
    drop: float = 0.0  # pixels beneath the row's middle
    words: str = ""
    ink: str = "ink"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured."""

    name: str
    look: Look = PLAIN
    dots: tuple[Dot, ...] = ()  # several are joined by a line, the last on top
    bars: tuple[Bar, ...] = ()
    interval: tuple[float, float] | None = None  # of what the bars add up to
    rounds: tuple[float, ...] = ()
    band: tuple[float, float] | None = None  # where its values may lie
    value: str = ""  # printed at the right
    beside: str = ""  # printed after it
    token: str = "ink"  # colour of the value
    missing: str = "not measured"  # said where there is neither mark nor bar
    quiet: bool = False  # thinner than others

    def values(self) -> Iterator[float]:
        """All that the axis must hold."""
        for dot in self.dots:
            yield from (v for v in (dot.at, dot.low, dot.high) if v is not None)
        yield from (value for bar in self.bars for value in (bar.start, bar.end))
        yield from (*self.rounds, *(self.interval or ()), *(self.band or ()))


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows on one axis, what lies behind them and what stands above them."""

    rows: tuple[Row, ...]
    axis: Axis = FROM_ZERO
    title: str = ""
    token: str = "ink"  # colour of the title
    corner: str = ""  # above at the right
    guides: tuple[Guide, ...] = ()
    zones: tuple[Zone, ...] = ()

    @property
    def head(self) -> float:
        """Pixels above its rows."""
        above = [*(g.words for g in self.guides), *(z.words for z in self.zones)]
        return HEAD if any(above) or self.title or self.corner else NO_HEAD

    @property
    def foot(self) -> float:
        """Pixels beneath its rows."""
        return FOOT + (WORDS if self.axis.words else 0.0)


@dataclass(frozen=True, slots=True)
class Rows:
    """Panels beneath each other."""

    panels: tuple[Panel, ...]
    names: Literal["beside", "above"] = "beside"
    lines: int = 3  # of a name above a row, at most
    pitch: float = 30.0  # pixels from row to row, of names beside them
    share: float = 0.4  # of the width, at most, for names beside rows
    grid: Literal["ticks", "rows"] = "ticks"  # thin lines at ticks, or along rows

    def draw(self, palette: Palette, width: float) -> Canvas:
        """The drawing at any width."""
        layouts = [_Layout(self, panel, width) for panel in self.panels]
        canvas = Canvas(palette, width, sum(layout.height for layout in layouts))
        top = 0.0
        for layout in layouts:
            layout.draw(canvas, top)
            top += layout.height
        return canvas


class _Layout:
    """Where everything of one panel goes at one width."""

    def __init__(self, shape: Rows, panel: Panel, width: float) -> None:
        self.shape, self.panel, self.width = shape, panel, width
        self.above = shape.names == "above"
        rows, axis = panel.rows, panel.axis
        self.names = (
            [_lines(row, width, shape.lines) for row in rows] if self.above else []
        )
        # Every row is as high as the highest, or the eye loses the line.
        self.deep = 2 + NAME_LINE * max(map(len, self.names), default=1)
        self.strip = STRIP - (BELOW_ROUNDS if any(r.rounds for r in rows) else BELOW)
        self.pitch = self.deep + STRIP if self.above else shape.pitch
        self.height = panel.head + self.pitch * len(rows) + panel.foot
        self.labels, self.values, self.spreads = _columns(rows, width, shape.share)
        left, right = self.labels + 10 if self.labels else 2.0, width - 22
        if self.values:
            right -= self.values + self.spreads
        if self.above:
            left, right = 8.0, width - 8
        every = [value for row in rows for value in row.values()]
        self.scale = axis.scale(every, left, right)
        self.empty = not every

    def draw(self, canvas: Canvas, top: float) -> None:
        """The whole panel, its upper edge at `top`."""
        first = top + self.panel.head
        tops = [first + self.pitch * n for n in range(len(self.panel.rows))]
        bottom = first + self.pitch * len(tops)
        self._head(canvas, top)
        self._ground(canvas, tops, bottom)
        if not self.empty:
            self._axis(canvas, first, bottom)
        for n, row in enumerate(self.panel.rows):
            if self.above:
                self._name_above(canvas, tops[n], n)
            else:
                self._printed(canvas, row, self._middle(tops[n]))
            self._row(canvas, row, self._middle(tops[n]))

    def _middle(self, top: float) -> float:
        """The height of the marks of a row that begins at `top`."""
        return top + (self.deep + 10 if self.above else self.pitch / 2 - 1)

    def _head(self, canvas: Canvas, top: float) -> None:
        panel, corner = self.panel, self.panel.corner
        if corner and not self.values and any(row.value for row in panel.rows):
            corner = f"{corner}: {NO_ROOM}"
        room = self.width - text_width(corner, SMALL) - 16
        heading = fitted(panel.title, room, LABEL, bold=True)
        canvas.text(0, top + 13, heading, Type(LABEL, True, panel.token))
        canvas.text(self.width, top + 13, corner, MUTED_RIGHT)
        free = [0.0, self.width]
        for guide in panel.guides:
            half = text_width(guide.words, SMALL) / 2
            x = min(max(self.scale.at(guide.at), half), self.width - half)
            token = "ink" if guide.pen.token == "ink" else "muted"
            canvas.text(
                x, top + 14, guide.words, Type(SMALL, token=token, align="center")
            )
            if guide.words:
                free = [x - half - 10, self.width - x - half - 10]
        for zone in panel.zones:
            style = Type(SMALL, token=zone.token.removesuffix("-soft"))
            if zone.low is None and text_width(zone.words, SMALL) < free[0]:
                canvas.text(0, top + 14, zone.words, style)
            if zone.high is None and text_width(zone.words, SMALL) < free[1]:
                right = Type(SMALL, token=style.token, align="right")
                canvas.text(self.width, top + 14, zone.words, right)

    def _ground(self, canvas: Canvas, tops: Sequence[float], bottom: float) -> None:
        """Zones and guides: behind each row's marks beneath its name, or behind all rows at once."""
        scale = self.scale
        ends, strips = (scale.left, scale.right), [(tops[0] - 2, bottom)]
        if self.above:
            ends = 0.0, self.width
            strips = [(t + self.deep, t + self.deep + self.strip) for t in tops]
        for upper, lower in strips:
            for zone in self.panel.zones:
                left = ends[0] if zone.low is None else scale.at(zone.low)
                right = ends[1] if zone.high is None else scale.at(zone.high)
                canvas.box((left, upper), (right - left, lower - upper), zone.token)
        for row, top in zip(self.panel.rows, tops, strict=True):
            if row.band is not None:
                left, right = map(scale.at, row.band)
                corner = (left, self._middle(top) - 9)
                canvas.box(corner, (right - left, 18), "open-soft")
        for guide in self.panel.guides:
            x = scale.at(guide.at)
            for upper, lower in strips if scale.holds(guide.at) else ():
                canvas.line((x, upper), (x, lower), guide.pen)

    def _axis(self, canvas: Canvas, first: float, bottom: float) -> None:
        """Every panel has an axis of its own, so that it is not read on another one's."""
        scale, along = self.scale, self.shape.grid == "rows"
        if along and not self.above:
            canvas.line((scale.left, first + 2), (scale.left, bottom), Pen("axis"))
            canvas.line((scale.left, bottom), (scale.right, bottom), Pen("axis"))
        for tick, words in self.panel.axis.labels(scale):
            x = scale.at(tick)
            if along or self.above:
                canvas.line((x, bottom), (x, bottom + 3), Pen("axis"))
            else:
                canvas.line((x, first - 2), (x, bottom), Pen("grid"))
            half = text_width(words, SMALL) / 2
            inside = min(max(x, half), self.width - half)
            if abs(inside - x) <= 6:
                style = Type(SMALL, token="muted", align="center")
                canvas.text(inside, bottom + 14, words, style)
        canvas.text(self.width, bottom + 30, self.panel.axis.words, MUTED_RIGHT)

    def _name_above(self, canvas: Canvas, top: float, position: int) -> None:
        for line, words in enumerate(self.names[position]):
            canvas.text(0, top + 12 + NAME_LINE * line, words, Type(size=NAME))
        row = self.panel.rows[position]
        value = Type(LABEL, True, row.token, "right")
        canvas.text(self.width, top + 12, row.value, value)

    def _printed(self, canvas: Canvas, row: Row, y: float) -> None:
        bold = not row.quiet
        name = fitted(row.name, self.labels, LABEL, bold)
        style = Type(LABEL, bold, row.look.text, "right")
        canvas.text(self.labels, y + 4.5, name, style)
        if not self.values:
            return
        edge = self.width - (self.spreads + 6 if self.spreads else 0)
        token = "muted" if row.quiet else row.token
        canvas.text(edge, y + 4.5, row.value, Type(VALUE, bold, token, "right"))
        if self.spreads:
            canvas.text(edge + 6, y + 4.5, row.beside, MUTED)

    def _row(self, canvas: Canvas, row: Row, y: float) -> None:
        scale, pen = self.scale, Pen(row.look.line, 1.5 if row.quiet else 2.2)
        if not row.dots and not row.bars:
            left = 0.0 if self.above else scale.left
            words = fitted(row.missing, self.width - left - 8, SMALL)
            canvas.text(left + 6, y + 4, words, MUTED)
        elif self.shape.grid == "rows" and not self.above:
            canvas.line((scale.left, y), (scale.right, y), Pen("grid"))
        self._bars(canvas, row, y)
        places = [scale.at(dot.at) for dot in row.dots]
        if len(places) > 1:
            canvas.line((places[0], y), (places[-1], y), Pen(pen.token, 1.4))
        for x, dot in zip(places, row.dots, strict=True):
            if dot.low is not None and dot.high is not None:
                dashed = Pen(pen.token, pen.width, "dashed" if dot.dashed else "solid")
                whisker(canvas, (scale.at(dot.low), scale.at(dot.high)), y, dashed)
            size = 6.5 if row.quiet else 9.0
            canvas.mark(x, y, Mark(pen.token, row.look.shape, size, dot.hollow))
        canvas.dots([scale.at(value) for value in row.rounds], y + 11, pen.token)

    def _bars(self, canvas: Canvas, row: Row, y: float) -> None:
        scale = self.scale
        free = scale.at(row.interval[0]) if row.interval else self.width
        for position, bar in enumerate(row.bars):
            left, right = scale.at(bar.start), scale.at(bar.end)
            top = y + bar.drop - bar.height / 2
            if bar.height < LEAST_BOX:
                middle = y + bar.drop
                pen = Pen(bar.token, bar.height)
                canvas.line((left, middle), (right, middle), pen)
                continue
            size = (max(right - left, 1.0), bar.height)
            canvas.box((left, top), size, bar.token, over=True)
            if position and bar.words:
                canvas.line((left, top), (left, top + bar.height), Pen("page", 1.5))
            if bar.words and text_width(bar.words, 11) + 8 < min(right, free) - left:
                canvas.text(left + 5, y + 4, bar.words, Type(11, token=bar.ink))
        if row.interval is not None:
            low, high = map(scale.at, row.interval)
            whisker(canvas, (low, high), y, Pen("ink", 1.4), mark=0.0)


def whisker(
    canvas: Canvas, edges: tuple[float, float], y: float, pen: Pen, mark: float = 8.0
) -> None:
    """An interval, if it is wider than the mark: else it would only deform it."""
    if edges[1] - edges[0] <= mark + 3:
        return
    canvas.line((edges[0], y), (edges[1], y), pen)
    for x in edges:
        canvas.line((x, y - 4.5), (x, y + 4.5), Pen(pen.token, pen.width))


def _columns(
    rows: Sequence[Row], width: float, share: float
) -> tuple[float, float, float]:
    """
    Widths of the names, the values and what stands beside those.

    Where the plot would vanish there are none; the table has them.
    """
    labels = max((text_width(row.name, LABEL, True) for row in rows), default=0.0)
    values = max((text_width(row.value, VALUE, True) for row in rows), default=0.0)
    spreads = max((text_width(row.beside, SMALL) for row in rows), default=0.0)
    labels = min(labels, width * share)
    if width - labels - values - spreads >= 90:
        return labels, values, spreads
    return labels, values if width - labels - values >= 60 else 0.0, 0.0


def _lines(row: Row, width: float, most: int) -> list[str]:
    """The name, beneath the value too where it would lose its end."""
    room = width - (text_width(row.value, LABEL, True) + 24 if row.value else 6)
    lines: list[str] = []
    left = row.name[: int(most * width)]  # to measure a megabyte takes long
    while len(lines) < most - 1 and text_width(left, NAME) > room:
        line, left = _broken(left, room)
        if not line:
            break
        lines.append(line)
        room = width
    return [*lines, fitted(left, room, NAME)]


def _broken(words: str, room: float) -> tuple[str, str]:
    """As many whole words as there is room for, and the others."""
    for at in reversed([n for n, letter in enumerate(words) if letter == " "]):
        if text_width(words[:at], NAME) <= room:
            return words[:at], words[at + 1 :]
    return "", words


def row_of(
    view: View,
    target: str,
    dots: tuple[Dot, ...],
    shown: Estimate | None,
    **more: Any,
) -> Row:
    """The row of a target: its name, its look, and one of its figures printed with its interval."""
    if shown is not None:
        more |= {"value": point(shown), "beside": ends(shown)}
    return Row(view.label(target), look_of(view, target), dots, **more)
