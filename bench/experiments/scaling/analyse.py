"""
Throughput as clients rise, and as worker processes rise.

Levels are in random order inside each round; the law is fitted in each round,
and its terms go over the rounds. How much is left at the most clients is a
ratio within a round to each smaller number: "of the best" means of every one,
and to choose the best first would choose the luckiest.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from bench.analyse.comparisons import Doubts, ratios
from bench.analyse.experiments import Analyse, Analysed, sound
from bench.analyse.metrics import THROUGHPUT
from bench.analyse.windows import Trials, Windows
from bench.experiments.scaling.model import (
    CurvePlace,
    Kept,
    Scaling,
    ScalingFit,
    ScalingPoint,
    Scalings,
    WorkerGain,
)
from bench.model.estimate import Series
from bench.model.plan import Cell
from bench.stats import interval, usl


CLIENTS = "scaling"
WORKERS = "workers"
MISFIT = 0.1
"""Root mean square of relative residuals, above which a curve is not drawn."""
PLACES = 25
"""Of the drawn curve."""


def scalings(trials: Trials) -> Scalings | None:
    """What the run's experiments found; None where neither was asked for."""
    clients = trials.played(CLIENTS)
    workers = trials.played(WORKERS)
    if clients is None and workers is None:
        return None
    gains = tuple(_gains(workers)) if workers else ()
    return Scalings(
        clients=tuple(_every_scaling(clients)) if clients else (),
        workers=gains,
        no_workers=None if gains else _no_workers(workers),
    )


def _every_scaling(played: Windows) -> Iterator[Scaling]:
    for pair in dict.fromkeys((cell.target, cell.workload) for cell in played.cells):
        yield _scaling(played, *pair)


def _no_workers(played: Windows | None) -> str:
    if played is None:
        return (
            "this run's profile does not start servers with several numbers of workers"
        )
    if played.cells or played.experiment is None:
        return "no round of it is left that holds two numbers of workers"
    pinning = played.plan.pinning
    used = {*pinning.server, *pinning.load, *pinning.database, *pinning.harness}
    # Runs older than the list of physical cores used all that they had.
    here = len(pinning.physical or used)
    alike = len(pinning.server) + len(pinning.more)
    least = min((n for n in played.experiment.workers if n > 1), default=2)
    return (
        f"needs a processor for each of {least} workers beside those of load and "
        f"database: four processors or more with a core each, this run had {here}"
        + (f", of which servers could have {alike}" if here > 3 else "")
    )


def _scaling(played: Windows, target: str, workload: str) -> Scaling:
    cells = sorted(
        (c for c in played.cells if (c.target, c.workload) == (target, workload)),
        key=lambda cell: cell.load.clients,
    )
    points = tuple(_point(played, cell) for cell in cells)
    sound = [point for point in points if point.excluded is None]
    kept = tuple(_kept(played, sound)) if points[-1].excluded is None else ()
    fit, why = _fit(played, sound)
    return Scaling(target, workload, points, kept, fit, why)


def _point(played: Windows, cell: Cell) -> ScalingPoint:
    rate = played.series(cell, THROUGHPUT.of_round)
    excluded = _doubt(played, cell)
    if rate.estimate is None:
        excluded = "fewer than two rounds have a window that counts"
    return ScalingPoint(cell.load.clients, rate.estimate, rate.rounds, excluded)


def _doubt(played: Windows, cell: Cell) -> str | None:
    """Why its throughput may not be the server's own, where half of the windows say so."""
    windows = [checked for checked in played.checked_of(cell) if not checked.void]
    doubtful = [checked for checked in windows if checked.rate_doubts]
    if not doubtful or 2 * len(doubtful) < len(windows):
        return None
    return doubtful[0].rate_doubts[0].title.lower()


def _kept(played: Windows, points: Sequence[ScalingPoint]) -> Iterator[Kept]:
    *fewer, last = points
    for point in fewer:
        share = interval.over_rounds(ratios(last.rounds, point.rounds), played.level)
        yield Kept(point.clients, share.estimate, share.rounds)


def _fit(
    played: Windows, points: Sequence[ScalingPoint]
) -> tuple[ScalingFit | None, str | None]:
    if len(points) < usl.FEWEST_LEVELS:
        return None, f"{len(points)} levels count, a fit needs {usl.FEWEST_LEVELS}"
    laws = [law for place in range(len(played.rounds)) if (law := _law(points, place))]
    if len(laws) < 2:
        return None, "the law could be fitted in fewer than two rounds"
    return _over_rounds(laws, points, played.level)


def _law(points: Sequence[ScalingPoint], place: int) -> usl.Law | None:
    measured = [
        (p.clients, rate) for p in points if (rate := p.rounds[place]) is not None
    ]
    try:
        return usl.fit([n for n, _ in measured], [rate for _, rate in measured])
    except ValueError:
        return None


def _over_rounds(
    laws: Sequence[usl.Law], points: Sequence[ScalingPoint], level: float
) -> tuple[ScalingFit, str | None]:
    alone = interval.geometric_mean([law.alone for law in laws], level)
    contention = interval.arithmetic_mean([law.contention for law in laws], level)
    retrograde = interval.arithmetic_mean([law.retrograde for law in laws], level)
    middle = usl.Law(alone.point, contention.point, retrograde.point)
    levels = [point.clients for point in points]
    rates = [point.rate_rps.point for point in points if point.rate_rps]
    misfit = usl.misfit(middle, levels, rates)
    curve = _curve(laws, levels, level)
    why = None
    if misfit > MISFIT or not curve:
        why = f"the law misses the points by {100 * misfit:.0f} %, so no curve is drawn"
        curve = ()
    peak = middle.peak_clients if retrograde.low > 0 and not why else None
    return ScalingFit(alone, contention, retrograde, peak, misfit, curve), why


def _curve(
    laws: Sequence[usl.Law], levels: Sequence[int], level: float
) -> tuple[CurvePlace, ...]:
    places = np.geomspace(levels[0], levels[-1], PLACES)
    rates = [[law.at(float(n)) for law in laws] for n in places]
    if not all(rate > 0 for row in rates for rate in row):
        return ()
    return tuple(
        CurvePlace(float(n), interval.geometric_mean(row, level))
        for n, row in zip(places, rates, strict=True)
    )


def _gains(played: Windows) -> list[WorkerGain]:
    """Each number of workers against one, within the rounds."""
    plan = played.plan
    alone = {
        (c.target.rpartition("+")[0], c.workload): c
        for c in played.cells
        if plan.target(c.target).workers == 1
    }
    gains = []
    for cell in played.cells:
        workers = plan.target(cell.target).workers or 1
        base = cell.target.rpartition("+")[0]
        single = alone.get((base, cell.workload))
        if workers == 1 or single is None:
            continue
        gain = interval.over_rounds(_gain(played, cell, single, workers), played.level)
        why = None if gain.estimate else "fewer than two rounds have both"
        why = _doubt(played, cell) or _doubt(played, single) or why
        gains.append(
            WorkerGain(base, cell.workload, workers, gain.estimate, gain.rounds, why)
        )
    return gains


def _gain(played: Windows, cell: Cell, single: Cell, workers: int) -> Series:
    many_rps, single_rps = (
        played.row(of_cell, THROUGHPUT.of_round) for of_cell in (cell, single)
    )
    return tuple(
        times if times is None else times / workers
        for times in ratios(many_rps, single_rps)
    )


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    return Analysed({"scalings": scalings(trials)}, sound(trials, CLIENTS, WORKERS))


ANALYSE: Analyse = _analysed
