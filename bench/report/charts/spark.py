"""
A figure's last values on one machine: each a point with its interval, on its own scale.

It stands in a card beside its value and has no axis, no words and one width, so
it is none of the two shapes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen
from bench.report.charts.palette import Look, Palette
from bench.report.charts.scale import Scale


WIDTH = 260.0
HEIGHT = 56.0


@dataclass(frozen=True, slots=True)
class SparkHistory:
    """The value of one run; `like` is what must be equal for a line to the next."""

    run: str
    estimate: Estimate
    like: tuple[str, ...]


def sparkline(
    palette: Palette,
    words: tuple[str, str],
    look: Look,
    past: Sequence[SparkHistory],
) -> str:
    """Oldest left; `words` are title and description."""
    canvas = Canvas(palette, WIDTH, HEIGHT)
    up = _scale(past)
    step = (WIDTH - 20) / max(len(past) - 1, 1)
    places = [
        (10 + step * i, HEIGHT - up.at(run.estimate.point))
        for i, run in enumerate(past)
    ]
    for i in range(len(past) - 1):
        if past[i].like == past[i + 1].like:
            canvas.line(places[i], places[i + 1], Pen(look.line, 1.4))
    for (x, y), run in zip(places, past, strict=True):
        ends = [
            HEIGHT - up.at(bound) for bound in (run.estimate.low, run.estimate.high)
        ]
        canvas.line((x, ends[0]), (x, ends[1]), Pen(look.line, 1.6))
        last = run is past[-1]
        size = 9.0 if last else 5.0
        canvas.mark(x, y, Mark(look.line, look.shape, size, hollow=not last))
    return canvas.svg(*words)


def _scale(past: Sequence[SparkHistory]) -> Scale:
    bounds = [
        v
        for run in past
        for v in (run.estimate.low, run.estimate.high, run.estimate.point)
    ]
    finite = [value for value in bounds if isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    room = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return Scale(low - room, high + room, 4, HEIGHT - 4)
