"""
The open loops of a run: response times at a load that does not wait for answers.

Each round's windows of a cell are put together and give that round's own
quantiles; what is estimated and compared is those, over rounds. The headline
trials know nothing of this: an open window can void no closed one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import exp, log
from statistics import fmean

from bench.analyse import reasons
from bench.analyse.comparisons import paired, pairs, ratios
from bench.analyse.metrics import CPU, Measure
from bench.analyse.open_metrics import measures, round_sketch
from bench.analyse.warning_rules import DISTURBED
from bench.analyse.windows import Windows
from bench.model.estimate import Comparison
from bench.model.load import Load
from bench.model.plan import Cell
from bench.model.plural import per_cent
from bench.model.results import Check, Curve, CurvePoint
from bench.model.trial import Sketch
from bench.model.warning import Scope
from bench.stats import sketch


NONE_LEFT = "no round is left of which half the windows count"
"""Why an open cell has no number."""
LEVELS = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9975, 0.999, 0.9995, 0.9999)  # fmt: skip
"""Of a percentile curve."""


def loads_of(opened: Windows) -> tuple[Load, ...]:
    """Every open load once, in the order of the plan."""
    return tuple({cell.load.name: cell.load for cell in opened.cells}.values())


def open_comparisons(opened: Windows) -> Iterator[Comparison]:
    """How many times sooner the subject answers, at each open load, paired by round."""
    cells = {(c.target, c.workload, c.load.name): c for c in opened.cells}
    for workload, load in product(opened.workloads, loads_of(opened)):
        for measure in (m for m in measures(load) if m.compared):
            for pair in pairs(opened.plan):
                own = [cells.get((t.id, workload, load.name)) for t in pair]
                if all(own):
                    ours, theirs = (opened.measured(cell, measure) for cell in own)
                    comparison = paired(
                        pair.subject.id,
                        pair.baseline.id,
                        workload,
                        measure.metric.name,
                        ratios(theirs, ours),  # lower is better in all of them
                        opened.level,
                    )
                    yield replace(comparison, void=_void(opened, measure, own))


def _void(opened: Windows, measure: Measure, own: Sequence[Cell | None]) -> str | None:
    """Why a comparison may not decide: another program moves CPU time, and hardly a percentile."""
    places = {(cell.target, cell.workload) for cell in own if cell}
    moved = measure.of_round is CPU.of_round and opened.disturbed & places
    return DISTURBED if moved else None


def curves(opened: Windows) -> Iterator[Curve]:
    """One curve for each open cell that has a round."""
    for cell in opened.cells:
        rounds = _sketches(opened, cell)
        points = tuple(_points(rounds)) if rounds else ()
        if points:
            yield Curve(cell.target, cell.workload, cell.load.name, len(rounds), points)


def _sketches(opened: Windows, cell: Cell) -> list[Sketch]:
    rounds = (round_sketch(opened.usable(cell, number)) for number in opened.rounds)
    return [whole for whole in rounds if whole is not None]


def _points(rounds: list[Sketch]) -> Iterator[CurvePoint]:
    fewest = min(map(sketch.count, rounds))
    for level in LEVELS:
        beyond = round(fewest * (1 - level), 6)
        if beyond < 1:  # the rank would be the largest sample at every further level
            return
        values = [sketch.quantile_ns(whole, level) / 1e6 for whole in rounds]
        yield CurvePoint(
            level=level,
            low_ms=min(values),
            middle_ms=exp(fmean(log(value) for value in values)),
            high_ms=max(values),
            beyond=int(beyond),
        )


def open_checks(opened: Windows) -> Iterator[Check]:
    """Whether the open loops were driven as planned; nothing where there are none."""
    if not opened.cells:
        return
    windows, void = len(opened.rows), int(opened.rows["void"].sum())
    measured = f"{void} of {windows} open windows void" if windows else "not measured"
    yield Check(
        "open",
        "The open loops were offered in full and in time",
        measured,
        f"{per_cent(reasons.OFFERED_SHARE)} answered, {per_cent(reasons.LATE_SHARE)} of the sends late",
        void == 0 if windows else None,
        "none for a verdict; the windows are left out, other figures stand",
        measured,
        Scope.NOTE,
    )
