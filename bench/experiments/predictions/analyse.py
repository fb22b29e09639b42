"""
The experiment "predictions": what becomes of cheap requests while a model computes.

Each round gives a number for each set-up: predictions per second with nothing
beside them, and the 99th percentile of the cheap requests, alone and beside
predictions. What is estimated and compared is those, over rounds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import median

from bench.analyse.comparisons import Doubts, paired, ratios
from bench.analyse.experiments import Analyse, Analysed, sound
from bench.analyse.open_metrics import quantile_ms, sketch_quantile_ms
from bench.analyse.windows import Trials, Windows
from bench.experiments.predictions.model import Predictions, Serving
from bench.model.estimate import Comparison, Series
from bench.model.framework import Role
from bench.model.plan import Cell
from bench.model.trial import Window
from bench.stats import interval, sketch


NAME = "predictions"
MORE, SOONER = "predictions", "beside_p99"
"""The metrics that are compared: predictions per second, and the tail beside them."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The three cells of one set-up."""

    heavy: Cell
    alone: Cell
    beside: Cell


def predictions(trials: Trials) -> Predictions | None:
    """What the experiment found; None if the run did not play it."""
    played = next(iter(sound(trials, NAME)), None)
    cells_of = dict(_cells(played)) if played else {}
    if played is None or not cells_of:
        return None
    servings = {
        target: _serving(played, target, cells) for target, cells in cells_of.items()
    }
    first_cells = next(iter(cells_of.values()))
    beside = first_cells.beside.load.beside
    assert beside is not None
    contestants = [
        servings[target.id]
        for target in trials.plan.targets
        if target.id in servings and target.role is Role.CONTESTANT
    ]
    return Predictions(
        cheap=first_cells.beside.workload,
        heavy=beside.workload,
        cheap_rps=first_cells.beside.load.rate_rps or 0.0,
        heavy_rps=_asked(played, [cells.beside for cells in cells_of.values()]),
        share=beside.share,
        level=played.level,
        servings=tuple(servings.values()),
        comparisons=tuple(
            _comparisons(contestants, beside.workload, first_cells, played.level)
        ),
    )


def _cells(played: Windows) -> Iterator[tuple[str, _Cells]]:
    """By target, those that have all three."""
    for target in dict.fromkeys(cell.target for cell in played.cells):
        own = [cell for cell in played.cells if cell.target == target]
        heavy = [cell for cell in own if not cell.load.is_open]
        alone = [cell for cell in own if cell.load.is_open and not cell.load.beside]
        mixed = [cell for cell in own if cell.load.beside]
        if heavy and alone and mixed:
            yield target, _Cells(heavy[0], alone[0], mixed[0])


def _serving(played: Windows, target: str, cells: _Cells) -> Serving:
    alone = played.series(cells.alone, _p99_ms)
    beside = played.series(cells.beside, _p99_ms)
    times = ratios(beside.rounds, alone.rounds)
    return Serving(
        target=target,
        capacity_rps=played.series(cells.heavy, _rate_rps),
        alone_ms=alone,
        beside_ms=beside,
        times=interval.over_rounds(times, played.level),
        prediction_ms=played.series(cells.beside, _prediction_ms),
    )


def _rate_rps(windows: Sequence[Window]) -> float | None:
    return median(w.tally.requests / w.tally.measure_s for w in windows)


def _p99_ms(windows: Sequence[Window]) -> float | None:
    return quantile_ms(windows, "p99")


def _prediction_ms(windows: Sequence[Window]) -> float | None:
    tallies = [w.tally.beside for w in windows if w.tally.beside]
    kept = [tally.latency_sketch for tally in tallies if tally.latency_sketch]
    return sketch_quantile_ms(sketch.together(kept), "p50")


def _asked(played: Windows, cells: Sequence[Cell]) -> Series:
    """The rate at which predictions were due beside the cheap ones, in each round."""
    rows = []
    for number in played.rounds:
        windows = [w for cell in cells for w in played.usable(cell, number)]
        tallies = [w.tally.beside for w in windows if w.tally.beside]
        time_s = sum(tally.measure_s for tally in tallies)
        due = sum(tally.offered or 0 for tally in tallies)
        rows.append(due / time_s if time_s else None)
    return tuple(rows)


def _comparisons(
    servings: Sequence[Serving], heavy: str, cells: _Cells, level: float
) -> Iterator[Comparison]:
    for ours, theirs in permutations(servings, 2):
        pair = (ours.target, theirs.target)
        more = ratios(ours.capacity_rps.rounds, theirs.capacity_rps.rounds)
        yield paired(*pair, heavy, MORE, more, level)
        sooner = ratios(theirs.beside_ms.rounds, ours.beside_ms.rounds)
        yield paired(*pair, cells.beside.workload, SOONER, sooner, level)


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    return Analysed({"predictions": predictions(trials)}, sound(trials, NAME))


ANALYSE: Analyse = _analysed
