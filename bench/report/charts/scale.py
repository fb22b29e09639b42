"""From values to pixels, where the ticks stand, and what lies behind the marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf, isfinite, log, log10
from typing import Literal, NamedTuple

from bench.report.charts.canvas import Pen, text_width
from bench.report.numbers import number


SMALL = 11.5
"""Pixels of the letters of ticks, units and guides."""
THIN = Pen("axis")


class Tick(NamedTuple):
    """A value of an axis, and what stands there."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic axis from `low` at pixel `left` to `high` at `right`; upright where `right` is less."""

    low: float
    high: float
    left: float
    right: float
    logarithmic: bool = False

    @property
    def upright(self) -> bool:
        """Whether it runs upwards."""
        return self.right < self.left

    def at(self, value: float) -> float:
        """The pixel of a value; what lies beyond the axis stands at its end."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            share = log(value / self.low) / log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def holds(self, value: float) -> bool:
        """Whether the value lies on the axis."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Guide:
    """A line behind the marks at one value, and what stands above it."""

    at: float
    pen: Pen = THIN
    words: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """A filled part of the axis, to its end where a bound is None, and what stands above it."""

    low: float | None
    high: float | None
    token: str = "open-soft"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows; linear and from zero unless `kind` or `between` says otherwise."""

    words: str = ""  # what its values are
    kind: Literal["zero", "ratio", "log"] = "zero"
    between: tuple[float, float] | None = None  # its ends, instead of round the values
    holds: tuple[float, ...] = ()  # values that it reaches whatever is drawn
    unit: str = ""  # behind each tick; of ratios, "%" makes 1 to 100 %
    signed: bool = False
    # Instead of round ones, as far as they have room.
    ticks: tuple[Tick, ...] | None = None

    def scale(self, values: Iterable[float], left: float, right: float) -> Scale:
        """Around all finite values."""
        every = [value for value in (*values, *self.holds) if isfinite(value)]
        if self.between is not None:
            return Scale(*self.between, left, right, self.kind != "zero")
        if self.kind == "ratio":
            return ratio_scale(every, left, right)
        if self.kind == "log":
            positive = [value for value in every if value > 0]
            low, high = min(positive), max(positive)
            return Scale(low / 1.15, max(high, low * 1.2) * 1.15, left, right, True)
        top = max(every, default=1.0)
        return Scale(0.0, top * 1.02 if top > 0 else 1.0, left, right)

    def labels(self, scale: Scale) -> list[Tick]:
        """Values and words of the ticks, none so near another that they would touch."""
        if self.ticks is not None:
            return _with_room(self.ticks, scale)
        if self.kind == "log":
            return log_steps(scale)
        if self.kind == "ratio":
            apart = 38 if self.unit else 34
            ratios = ratio_ticks(scale, 22 if scale.upright else apart)
            return [Tick(tick, self._ratio(tick)) for tick in ratios]
        return [
            Tick(tick, f"{'+' if self.signed and tick > 0 else ''}{words}{self.unit}")
            for tick, words in labelled_ticks(scale)
        ]

    def _ratio(self, tick: float) -> str:
        if self.unit == "%":
            return f"{100 * tick:.0f}\u00a0%"
        return f"{tick:g}{self.unit}"


def _with_room(ticks: Iterable[Tick], scale: Scale) -> list[Tick]:
    kept, taken = [], -inf
    for tick, words in ticks:
        half = text_width(words, SMALL) / 2
        if scale.at(tick) - half > taken + 6:
            kept.append(Tick(tick, words))
            taken = scale.at(tick) + half
    return kept


def linear_ticks(scale: Scale, most: int = 6) -> list[float]:
    """Round values from 0, three to `most` of them."""
    step = 10 ** floor(log10(scale.high - scale.low))
    for factor in (0.1, 0.2, 0.25, 0.5, 1, 2, 5):
        width = step * factor
        count = floor(scale.high / width) - floor(scale.low / width)
        if count <= most - 1:
            break
    first = floor(scale.low / width)
    ticks = [round((first + i) * width, 12) for i in range(count + 2)]
    return [tick for tick in ticks if scale.holds(tick)]


def labelled_ticks(scale: Scale) -> list[Tick]:
    """As many round ticks as have room for their labels, at least two if any."""
    for most in (6, 5, 4, 3, 2):
        ticks = linear_ticks(scale, most)
        steps = [b - a for a, b in pairwise(ticks)]
        places = max(0, -floor(log10(min(steps, default=1.0))))
        if any(round(tick, places) != tick for tick in ticks):
            places += 1  # steps of 25
        labels = [Tick(tick, number(tick, places)) for tick in ticks]
        widest = max((text_width(words, SMALL) for _, words in labels), default=0.0)
        room = abs(scale.at(scale.low + min(steps, default=0.0)) - scale.left)
        if room >= (22 if scale.upright else widest + 8):
            return labels
    # Even two labels would touch: name the end alone.
    return labels[-1:]


RATIOS = (1.0, 2.0, 0.5, 1.5, 1.2, 0.8, 5.0, 0.2, 1.1, 0.9, 3.0, 10.0, 0.1, 20.0, 0.05)
FINE_RATIOS = (1.05, 0.95, 1.02, 0.98, 50.0, 100.0, 0.02, 0.01)


def ratio_scale(values: list[float], left: float, right: float) -> Scale:
    """A log axis around all ratios, never beyond 1/100 and 100, with some air."""
    inside = [min(max(value, 0.01), 100.0) for value in values if value > 0]
    low, high = min([*inside, 0.97]), max([*inside, 1.03])
    air = (high / low) ** 0.06
    return Scale(low / air, high * air, left, right, logarithmic=True)


def ratio_ticks(scale: Scale, room: float) -> list[float]:
    """Round ratios, 1 first, each at least `room` pixels from the others."""
    taken: list[float] = []
    for tick in RATIOS + FINE_RATIOS:
        at = scale.at(tick)
        nearest = min((abs(at - scale.at(other)) for other in taken), default=inf)
        inner = min(abs(at - scale.left), abs(at - scale.right)) >= 10
        if scale.holds(tick) and inner and nearest >= room:
            taken.append(tick)
    return sorted(taken)


def log_steps(scale: Scale) -> list[Tick]:
    """Round values of a log axis, far enough apart to be read."""
    first, last = int(log10(scale.low)) - 1, int(log10(scale.high)) + 1
    chosen: list[float] = []
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        values = [f * 10.0**e for e in range(first, last + 1) for f in factors]
        ticks = [value for value in values if scale.holds(value)]
        gaps = [abs(scale.at(a) - scale.at(b)) for a, b in pairwise(ticks)]
        if len(ticks) <= 7 and min(gaps, default=99.0) >= 18:
            chosen = ticks
    if not chosen:  # many decades: every so many of them
        every = range(first, last + 1, max(1, (last - first) // 5))
        chosen = [10.0**e for e in every if scale.holds(10.0**e)]
    return [Tick(tick, _step_words(tick)) for tick in chosen]


def _step_words(tick: float) -> str:
    if 0.01 <= tick < 100_000:
        return f"{tick:,.10g}"
    return f"{tick:.0e}".replace("e+0", "e").replace("e-0", "e−").replace("e+", "e")
