"""Percentile curves: the whole distribution of response times at one open load."""

from collections.abc import Iterator
from math import exp, log
from statistics import fmean

from bench.analyse.open_loop import OpenTrials
from bench.analyse.open_metrics import round_sketch
from bench.model.plan import Cell
from bench.model.results import Curve, CurvePoint
from bench.model.trial import Sketch
from bench.stats import sketch


LEVELS = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9975, 0.999, 0.9995, 0.9999)  # fmt: skip


def curves(opened: OpenTrials) -> Iterator[Curve]:
    """One curve for each open cell that has a round."""
    for cell in opened.cells:
        found = _sketches(opened, cell)
        points = tuple(_points(found)) if found else ()
        if points:
            yield Curve(cell.target, cell.workload, cell.load.name, len(found), points)


def _sketches(opened: OpenTrials, cell: Cell) -> list[Sketch]:
    found = [
        round_sketch(opened.usable(cell, number)) for number in opened.trials.rounds
    ]
    return [each for each in found if each is not None]


def _points(found: list[Sketch]) -> Iterator[CurvePoint]:
    fewest = min(sketch.count(each) for each in found)
    for level in LEVELS:
        beyond = round(fewest * (1 - level), 6)
        if beyond < 1:  # the rank would be the largest sample at every further level
            return
        values = [sketch.quantile_ns(each, level) / 1e6 for each in found]
        yield CurvePoint(
            level=level,
            low_ms=min(values),
            middle_ms=exp(fmean(log(value) for value in values)),
            high_ms=max(values),
            beyond=int(beyond),
        )
