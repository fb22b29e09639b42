"""
The experiment "predictions": what becomes of cheap requests while a model computes.

Each round gives a number for each set-up: predictions per second with nothing
beside them, and the 99th percentile of the cheap requests, alone and beside
predictions. What is estimated and compared is those, over rounds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import median

from bench.analyse.comparisons import Doubts
from bench.analyse.experiments import (
    Analyse,
    Analysed,
    Played,
    lay_out_experiment,
    rates_in_doubt_are_void,
    sound,
)
from bench.analyse.open_metrics import quantile_ms, sketch_quantile_ms
from bench.analyse.paired import paired, ratios
from bench.analyse.trials import Trials
from bench.experiments.predictions.model import Predictions, Row, Serving
from bench.model.estimate import Comparison, RoundSeries
from bench.model.framework import Role
from bench.model.plan import Cell
from bench.model.trial import Window
from bench.stats import interval, looks, sketch


NAME = "predictions"
MORE, SOONER = "predictions", "beside_p99"
"""The metrics that are compared: predictions per second, and the tail beside them."""

type OfRound = Callable[[Sequence[Window]], float | None]


@dataclass(frozen=True, slots=True)
class _Cells:
    """The three cells of one set-up."""

    heavy: Cell
    alone: Cell
    beside: Cell


def predictions(trials: Trials) -> Predictions | None:
    """What the experiment found; None if the run did not play it."""
    played = lay_out_experiment(trials, NAME)
    if played is None:
        return None
    played = rates_in_doubt_are_void(played)
    found = dict(_cells(played))
    if not found:
        return None
    # It ends before the run may, and is looked at once.
    level = looks.level([played.experiment.rounds])
    servings = {
        target: _serving(played, target, cells, level)
        for target, cells in found.items()
    }
    one = next(iter(found.values()))
    beside = one.beside.load.beside
    assert beside is not None
    contestants = [
        servings[target.id]
        for target in trials.plan.targets
        if target.id in servings and target.role is Role.CONTESTANT
    ]
    return Predictions(
        cheap=one.beside.workload,
        heavy=beside.workload,
        cheap_rps=one.beside.load.rate_rps or 0.0,
        heavy_rps=_asked(played, [cells.beside for cells in found.values()]),
        share=beside.share,
        level=level,
        servings=tuple(servings.values()),
        comparisons=tuple(_comparisons(contestants, beside.workload, one, level)),
    )


def _cells(played: Played) -> Iterator[tuple[str, _Cells]]:
    """By target, those that have all three."""
    for target in dict.fromkeys(cell.target for cell in played.cells):
        own = [cell for cell in played.cells if cell.target == target]
        heavy = [cell for cell in own if not cell.load.is_open]
        alone = [cell for cell in own if cell.load.is_open and not cell.load.beside]
        mixed = [cell for cell in own if cell.load.beside]
        if heavy and alone and mixed:
            yield target, _Cells(heavy[0], alone[0], mixed[0])


def _serving(played: Played, target: str, cells: _Cells, level: float) -> Serving:
    def row(cell: Cell, of_round: OfRound) -> Row:
        windows = [played.usable(cell, number) for number in played.rounds]
        return tuple(of_round(own) if own else None for own in windows)

    def series(values: Row) -> RoundSeries:
        known = [value for value in values if value]
        enough = len(known) >= 2
        return RoundSeries(
            values, interval.geometric_mean(known, level) if enough else None
        )

    alone, beside = row(cells.alone, _p99_ms), row(cells.beside, _p99_ms)
    return Serving(
        target=target,
        capacity_rps=series(row(cells.heavy, _rate_rps)),
        alone_ms=series(alone),
        beside_ms=series(beside),
        times=series(ratios(beside, alone)),
        prediction_ms=series(row(cells.beside, _prediction_ms)),
    )


def _rate_rps(windows: Sequence[Window]) -> float | None:
    return median(w.tally.requests / w.tally.measure_s for w in windows)


def _p99_ms(windows: Sequence[Window]) -> float | None:
    return quantile_ms(windows, "p99")


def _prediction_ms(windows: Sequence[Window]) -> float | None:
    tallies = [w.tally.beside for w in windows if w.tally.beside]
    kept = [tally.latency_sketch for tally in tallies if tally.latency_sketch]
    return sketch_quantile_ms(sketch.together(kept), "p50")


def _asked(played: Played, cells: Sequence[Cell]) -> Row:
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
        yield paired(pair, heavy, MORE, more, level)
        sooner = ratios(theirs.beside_ms.rounds, ours.beside_ms.rounds)
        yield paired(pair, cells.beside.workload, SOONER, sooner, level)


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    return Analysed({"predictions": predictions(trials)}, sound(trials, NAME))


ANALYSE: Analyse = _analysed
