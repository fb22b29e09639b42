"""From values to pixels, and where the ticks stand."""

from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf, isfinite, log, log10

from bench.report.charts.canvas import text_width
from bench.report.numbers import number


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic axis from `low` at pixel `left` to `high` at `right`."""

    low: float
    high: float
    left: float
    right: float
    logarithmic: bool = False

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


def from_zero(values: list[float], left: float, right: float) -> Scale:
    """A linear axis from 0 to just beyond the largest value."""
    top = max((value for value in values if isfinite(value)), default=1.0)
    return Scale(0.0, top * 1.02 if top > 0 else 1.0, left, right)


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


def labelled_ticks(scale: Scale, size: float) -> list[tuple[float, str]]:
    """As many round ticks as have room for their labels, at least two if any."""
    for most in (6, 5, 4, 3, 2):
        ticks = linear_ticks(scale, most)
        steps = [b - a for a, b in pairwise(ticks)]
        places = max(0, -floor(log10(min(steps, default=1.0))))
        if any(round(tick, places) != tick for tick in ticks):
            places += 1  # steps of 25
        labels = [(tick, number(tick, places)) for tick in ticks]
        widest = max((text_width(words, size) for _, words in labels), default=0.0)
        room = scale.at(scale.low + min(steps, default=0.0)) - scale.left
        if room >= widest + 8:
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
        nearest = min((abs(scale.at(tick) - scale.at(t)) for t in taken), default=inf)
        inner = scale.left + 10 <= scale.at(tick) <= scale.right - 10
        if scale.holds(tick) and inner and nearest >= room:
            taken.append(tick)
    return sorted(taken)
