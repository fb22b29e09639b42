"""
The second of two general shapes: lines in x and y.

Each series has marks with intervals, a line, a band and single rounds, and its
name at its end; several plots share one axis upwards and stand side by side
where their names have room. A chart says what its series hold; where all of it
goes is decided here, once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

from bench.model.estimate import Estimate
from bench.report.charts.canvas import (
    NARROW,
    Canvas,
    Mark,
    Pen,
    Type,
    fitted,
    text_width,
)
from bench.report.charts.palette import Look, Palette
from bench.report.charts.scale import SMALL, Axis, Guide, Scale, Tick


NAME = 12.5
"""Pixels of the letters of titles and of names at the ends of lines."""
NAMES_APART = 15.0
HEAD = 26.0
LEFT = 46.0
GAP = 16.0
"""Pixels above a plot, at its left at least, and between two plots."""
FOOT = 26.0
WORDS = 18.0
"""Pixels beneath a plot, and those for the words beneath the ticks."""
LEAD = 13.0
"""Pixels from one line of a name beneath a plot to the next."""
MOST_ROWS = 3
"""Rows of names beneath a plot; what has no room in them is in the table."""
MUTED = Type(SMALL, token="muted")
MUTED_RIGHT = Type(SMALL, token="muted", align="right")
MUTED_MIDDLE = Type(SMALL, token="muted", align="center")

type Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark, its interval if it has one, and what stands beneath it, line by line."""

    x: float
    y: float | None  # None: not measured, but named
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    size: float = 8.0
    name: tuple[str, ...] = ()

    @classmethod
    def of(cls, x: float, estimate: Estimate | None, **more: Any) -> "Spot":
        """Point and interval."""
        if estimate is None:
            return cls(x, None, **more)
        return cls(x, estimate.point, estimate.low, estimate.high, **more)


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn in one look; every part in values of the axes."""

    look: Look
    name: str = ""  # at its end
    spots: tuple[Spot, ...] = ()
    line: tuple[Place, ...] = ()
    tail: tuple[Place, ...] = ()  # dotted: it rests on little
    band: tuple[tuple[float, float, float], ...] = ()  # x, low, high
    rounds: tuple[Place, ...] = ()
    width: float = 2.0  # of the line, pixels

    def heights(self) -> Iterator[float]:
        """All that the axis upwards must hold."""
        for spot in self.spots:
            yield from (v for v in (spot.y, spot.low, spot.high) if v is not None)
        yield from (y for _, y in (*self.line, *self.tail, *self.rounds))
        yield from (value for _, *both in self.band for value in both)

    @property
    def end(self) -> float | None:
        """The height of what is farthest right; None where nothing is."""
        marks = [(spot.x, spot.y) for spot in self.spots if spot.y is not None]
        every = [
            place for place in (*marks, *self.line, *self.tail) if isfinite(place[1])
        ]
        return max(every, key=lambda place: place[0])[1] if every else None


@dataclass(frozen=True, slots=True)
class Plot:
    """Series over one axis, and lines through the whole height behind them."""

    series: tuple[Series, ...]
    across: Axis
    title: str = ""
    token: str = "ink"  # colour of the title
    guides: tuple[Guide, ...] = ()

    def widths(self) -> Iterator[float]:
        """All that the axis across must hold."""
        for series in self.series:
            yield from (spot.x for spot in series.spots)
            yield from (x for x, _ in (*series.line, *series.tail))


@dataclass(frozen=True, slots=True)
class Lines:
    """Plots on one axis upwards, with what is shown at its own heights."""

    plots: tuple[Plot, ...]
    up: Axis
    height: float = 200.0  # of a plot, pixels
    guide: Guide | None = None
    band: tuple[float, float] | None = None
    stacked: bool = False  # plots beneath each other at any width

    def draw(self, palette: Palette, width: float) -> Canvas:
        """The drawing at any width."""
        every = [v for plot in self.plots for s in plot.series for v in s.heights()]
        up = self.up.scale([*every, *(self.band or ())], self.height, 0.0)
        labels = self.up.labels(up)
        left = max([LEFT, *(text_width(words, SMALL) + 10 for _, words in labels)])
        names = [series.name for plot in self.plots for series in plot.series]
        room = min(max(text_width(name, NAME, True) for name in names), width / 4)
        right = width - (room + 14 if room else 0)
        beside = [_Room(plot, *ends) for plot, ends in self._side_by_side(left, right)]
        stacked = [_Room(plot, left, right) for plot in self.plots]
        whole = all(plot_room.whole for plot_room in beside)
        alone = self.stacked or width <= NARROW or not whole
        rooms = stacked if alone else beside
        deep = HEAD + self.height + max(plot_room.foot for plot_room in rooms)
        canvas = Canvas(palette, width, deep * (len(rooms) if alone else 1))
        for position, plot_room in enumerate(rooms):
            top = deep * position if alone else 0.0
            drawn = _Drawn(canvas, self, plot_room, up, top)
            drawn.frame(
                labels
                if plot_room.left == left
                else [Tick(tick.at, "") for tick in labels]
            )
            for series in plot_room.plot.series:
                drawn.series(series)
            drawn.ends(room)
        return canvas

    def _side_by_side(
        self, left: float, right: float
    ) -> Iterator[tuple[Plot, tuple[float, float]]]:
        """Each plot as wide as it has marks."""
        counts = [sum(len(s.spots) for s in plot.series) for plot in self.plots]
        room = right - left - GAP * (len(self.plots) - 1)
        for plot, count in zip(self.plots, counts, strict=True):
            share = room * count / sum(counts) if sum(counts) else room
            yield plot, (left, left + share)
            left += share + GAP


class _Room:
    """Where one plot goes from left to right, and the names beneath it."""

    def __init__(self, plot: Plot, left: float, right: float) -> None:
        self.plot, self.left, self.right = plot, left, right
        self.across = plot.across.scale(plot.widths(), left, right)
        spots = [s for series in plot.series for s in series.spots]
        self.step = (right - left) / max(len(spots), 1)
        self.whole = True
        self.names = list(self._named([spot for spot in spots if spot.name]))
        self.foot = FOOT + (WORDS if plot.across.words else 0.0)
        if self.names:
            rows = max(row + len(words) for _, row, words in self.names)
            self.foot = max(30.0, 9 + LEAD * rows)

    def _named(
        self, spots: Sequence[Spot]
    ) -> Iterator[tuple[float, int, tuple[str, ...]]]:
        """Where and on which line each name begins; both ends first, they tell what the axis is."""
        most = (self.right - self.left) / 2
        deep = max((len(spot.name) for spot in spots), default=0)
        taken: list[list[Place]] = [[] for _ in range(MOST_ROWS)]
        for spot in [*spots[:1], *spots[1:][-1:], *spots[1:-1]]:
            words = tuple(fitted(line, most, SMALL) for line in spot.name)
            half = max(text_width(line, SMALL) for line in words) / 2
            x = min(max(self.across.at(spot.x), self.left + half), self.right - half)
            for row, others in enumerate(taken):
                if all(x + half + 4 < a or x - half - 4 > b for a, b in others):
                    others.append((x - half, x + half))
                    self.whole &= row < MOST_ROWS - 1 and words == spot.name
                    yield x, row * deep, words
                    break
            else:
                self.whole = False


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One plot on the canvas."""

    canvas: Canvas
    shape: Lines
    room: _Room
    up: Scale
    top: float

    def _place(self, x: float, y: float) -> Place:
        return self.room.across.at(x), self.top + HEAD + self.up.at(y)

    def frame(self, labels: Sequence[Tick]) -> None:
        """All but the series."""
        room, plot, shape = self.room, self.room.plot, self.shape
        canvas, high, low = self.canvas, self.top + HEAD, self.top + HEAD + shape.height
        title = fitted(plot.title, room.right - room.left, NAME, True)
        canvas.text(room.left, self.top + 13, title, Type(NAME, True, plot.token))
        canvas.text(0, self.top + 13, shape.up.words, MUTED)
        if shape.band is not None:
            lower, upper = (high + self.up.at(value) for value in shape.band)
            size = (room.right - room.left, lower - upper)
            canvas.box((room.left, upper), size, "open-soft")
        for tick, words in labels:
            y = high + self.up.at(tick)
            token = "axis" if shape.up.kind == "ratio" and tick == 1 else "grid"
            canvas.line((room.left, y), (room.right, y), Pen(token))
            canvas.text(room.left - 6, y + 4, words, MUTED_RIGHT)
        if shape.guide is not None and self.up.holds(shape.guide.at):
            y = high + self.up.at(shape.guide.at)
            canvas.line((room.left, y), (room.right, y), shape.guide.pen)
        for guide in plot.guides:
            x = room.across.at(guide.at)
            canvas.line((x, high), (x, low), guide.pen)
        for tick, words in plot.across.labels(room.across):
            canvas.text(room.across.at(tick), low + 16, words, MUTED_MIDDLE)
        canvas.text(room.right, low + 34, plot.across.words, MUTED_RIGHT)
        for x, row, names in room.names:
            for line, words in enumerate(names, row):
                canvas.text(x, low + 14 + LEAD * line, words, MUTED_MIDDLE)

    def series(self, series: Series) -> None:
        """Band, whiskers, lines, rounds, and marks on top."""
        canvas, look = self.canvas, series.look
        if series.band:
            upper = [self._place(x, high) for x, _, high in series.band]
            lower = [self._place(x, low) for x, low, _ in reversed(series.band)]
            canvas.band([*upper, *lower], look.line)
        spots = [(spot, spot.y) for spot in series.spots if spot.y is not None]
        for spot, _ in spots:
            if spot.low is not None and spot.high is not None:
                ends = [self._place(spot.x, value) for value in (spot.low, spot.high)]
                canvas.line(ends[0], ends[1], Pen(look.line, 1.8))
        for places, pen in (
            (series.line, Pen(look.line, series.width, look.dash)),
            (series.tail, Pen(look.line, 1.4, "dotted")),
        ):
            if len(places) > 1:
                canvas.curve([self._place(*place) for place in places], pen)
        for x, y in (self._place(*place) for place in series.rounds):
            canvas.dots([x], y, look.line)
        for spot, height in spots:
            x, y = self._place(spot.x, height)
            size = min(spot.size, self.room.step) if self.room.names else spot.size
            canvas.mark(x, y, Mark(look.line, look.shape, size, spot.hollow))

    def ends(self, room: float) -> None:
        """Names at the right, pushed apart where they would touch."""
        lowest = self.shape.height
        named = sorted(
            (
                lowest if drawn_series.end is None else self.up.at(drawn_series.end),
                position,
            )
            for position, drawn_series in enumerate(self.room.plot.series)
            if drawn_series.name
        )
        heights: list[float] = []
        for y, _ in named:
            heights.append(max(y + 4, heights[-1] + NAMES_APART) if heights else y + 4)
        over = max(0.0, heights[-1] - lowest - 4) if heights else 0.0
        for (_, position), y in zip(named, heights, strict=True):
            series = self.room.plot.series[position]
            style = Type(NAME, True, series.look.text)
            words = fitted(series.name, room, NAME, bold=True)
            left = self.canvas.width - room
            self.canvas.text(left, self.top + HEAD + y - over, words, style)


def over_time(
    head: tuple[str, str], look: Look, spots: Sequence[Spot], stairs: bool = False
) -> Plot:
    """Spots that stand one after the other, a line through those that are not hollow; `head` is title and colour."""
    full = [(s.x, s.y) for s in spots if s.y is not None and not s.hollow]
    line = _stair(full) if stairs else tuple(full)
    series = Series(look, spots=tuple(spots), line=line, width=1.6)
    between = (-0.5, len(spots) - 0.5)
    return Plot((series,), Axis(between=between, ticks=()), *head)


def beside_newest(
    plots: Sequence[Plot], noise: float | None = None, stacked: bool = False
) -> Lines:
    """Plots of ratios to the newest, or to the oldest, in percent; the noise as a band."""
    up = Axis(kind="ratio", holds=(1.0,), unit="%")
    band = None if noise is None else (1 / noise, noise)
    return Lines(tuple(plots), up, height=128.0, band=band, stacked=stacked)


def _stair(places: Sequence[Place]) -> tuple[Place, ...]:
    """Level until the next place, then up or down to it."""
    if not places:
        return ()
    corners = [((x, last), (x, y)) for (_, last), (x, y) in pairwise(places)]
    return (places[0], *(place for pair in corners for place in pair))
