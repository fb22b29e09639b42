"""
The open loops of a run: response times at a load that does not wait for answers.

Each round's windows of a cell are put together and give that round's own
quantiles; what is estimated and compared is those, over rounds. The headline
trials know nothing of this: an open window can void no closed one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bench.analyse import reasons
from bench.analyse.open_metrics import OpenMeasure, measures
from bench.analyse.paired import paired, ratios
from bench.analyse.pairs import Pair, pairs
from bench.analyse.trials import Trials
from bench.analyse.voids import Checked, Violation, check
from bench.analyse.words import per_cent
from bench.model.estimate import Comparison, Metric, Quantity
from bench.model.load import Load
from bench.model.plan import Cell
from bench.model.plural import plural
from bench.model.results import Check
from bench.model.trial import Window
from bench.model.warning import Reason, Scope, Warning
from bench.plan.schedule import servers_up
from bench.stats import interval


type Row = tuple[float | None, ...]
"""One value for each round, None where there is none."""


@dataclass(frozen=True)
class OpenTrials:
    """The open cells of a run, and what counts of each in the rounds that are analysed."""

    trials: Trials
    cells: tuple[Cell, ...]
    checked: Mapping[
        tuple[str, int], tuple[Checked, ...]
    ]  # by the cell's key and round

    @property
    def loads(self) -> tuple[Load, ...]:
        """Every open load once, in the order of the plan."""
        return tuple({cell.load.name: cell.load for cell in self.cells}.values())

    @property
    def workloads(self) -> tuple[str, ...]:
        """Every workload that has open loops, in the order of the plan."""
        return tuple(dict.fromkeys(cell.workload for cell in self.cells))

    def usable(self, cell: Cell, number: int) -> list[Window]:
        """The windows of a cell in a round that count; none if fewer than half do."""
        windows = [
            c.window for c in self.checked.get((cell.key, number), ()) if not c.void
        ]
        return windows if 2 * len(windows) >= self.trials.plan.cycles(cell) else []

    def row(self, cell: Cell, measure: OpenMeasure) -> Row:
        """The value of each round."""
        key = (cell.key, measure.metric.name)
        if key not in self._rows:
            found = [self.usable(cell, number) for number in self.trials.rounds]
            self._rows[key] = tuple(
                measure.of_round(windows) if windows else None for windows in found
            )
        return self._rows[key]

    @cached_property
    def _rows(self) -> dict[tuple[str, str], Row]:
        return {}


def lay_out_open(trials: Trials) -> OpenTrials:
    """Sort the open windows of the rounds that count."""
    run = trials.run
    cells = tuple(
        cell
        for cell in trials.plan.cells
        if cell.load.is_open and not cell.load.experiment
    )
    loads = {cell.key: cell.load for cell in cells}
    failed = {(f.target, f.workload, f.round) for f in run.failures if not f.experiment}
    servers = {number: servers_up(trials.plan, number) for number in trials.rounds}
    found: dict[tuple[str, int], list[Checked]] = defaultdict(list)
    for window in run.windows:
        key = f"{window.target} {window.workload} {window.load}"
        place = (window.target, window.workload, window.round)
        if key in loads and window.round in trials.rounds and place not in failed:
            checked = check_open(window, loads[key], servers[window.round])
            found[key, window.round].append(
                checked.beside(trials.restless.get(window.round))
            )
    return OpenTrials(trials, cells, {key: tuple(own) for key, own in found.items()})


def check_open(window: Window, load: Load, servers: int) -> Checked:
    # A generator near its limit makes a rate a lower bound, but a response time wrong.
    checked = check(window, load, servers)
    return Checked(
        window,
        tuple(
            Violation(reasons.BUSY, f.amount, f.text)
            if f.reason is reasons.GENERATOR
            else f
            for f in checked.findings
        ),
    )


def open_metrics(opened: OpenTrials) -> tuple[Metric, ...]:
    """The metrics of every open load."""
    return tuple(m.metric for load in opened.loads for m in measures(load))


def open_quantities(opened: OpenTrials) -> Iterator[Quantity]:
    """Every metric of every open cell."""
    for cell in opened.cells:
        for measure in measures(cell.load):
            row = opened.row(cell, measure)
            known = [value for value in row if value is not None]
            key = (cell.target, cell.workload, measure.metric.name)
            if len(known) >= 2:
                whole = (
                    interval.geometric_mean
                    if min(known) > 0
                    else interval.arithmetic_mean
                )
                yield Quantity(*key, whole(known, opened.trials.level), row)
            else:
                yield Quantity(*key, None, row, _why_none(opened, cell, measure, row))


def _why_none(opened: OpenTrials, cell: Cell, measure: OpenMeasure, row: Row) -> str:
    if any(value is not None for value in row):
        return "one round has no interval"
    if not any(opened.usable(cell, number) for number in opened.trials.rounds):
        return "no round is left of which half the windows count"
    return measure.reason or "not measured"


def open_comparisons(opened: OpenTrials) -> Iterator[Comparison]:
    """How many times sooner the subject answers, at each open load, paired by round."""
    cells = {(c.target, c.workload, c.load.name): c for c in opened.cells}
    for workload in opened.workloads:
        for load in opened.loads:
            for measure in (m for m in measures(load) if m.compared):
                for pair in pairs(opened.trials.plan):
                    both = [cells.get((t.id, workload, load.name)) for t in pair]
                    if both[0] is not None and both[1] is not None:
                        rows = (
                            opened.row(both[0], measure),
                            opened.row(both[1], measure),
                        )
                        yield _comparison(opened, pair, (workload, measure), rows)


def _comparison(
    opened: OpenTrials, pair: Pair, what: tuple[str, OpenMeasure], rows: tuple[Row, Row]
) -> Comparison:
    # Lower is better in all of them: the baseline's above the subject's.
    return paired(
        (pair[0].id, pair[1].id),
        what[0],
        what[1].metric.name,
        ratios(rows[1], rows[0]),
        opened.trials.level,
    )


def open_warnings(opened: OpenTrials) -> Iterator[Warning]:
    """What was found in open windows, by reason and cell."""
    grouped: dict[tuple[Reason, str], list[Violation]] = defaultdict(list)
    visits: dict[str, int] = defaultdict(int)
    for (key, _), windows in opened.checked.items():
        visits[key] += len(windows)
        for finding in (f for c in windows for f in c.findings):
            grouped[finding.reason, key].append(finding)
    for (reason, key), findings in grouped.items():
        worst = max(findings, key=lambda finding: finding.amount)
        yield Warning(
            reason,
            f"{len(findings)} of {plural(visits[key], 'window')}, worst {worst.text}",
            key,
        )


def open_checks(opened: OpenTrials) -> Iterator[Check]:
    """Whether the open loops were driven as planned; nothing where there are none."""
    if not opened.cells:
        return
    windows = [c for found in opened.checked.values() for c in found]
    void = sum(c.void for c in windows)
    measured = (
        f"{void} of {len(windows)} open windows void" if windows else "not measured"
    )
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
