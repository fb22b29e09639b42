"""
The windows of a run, laid out once as a table, and everything that is read from it.

A row is one window of a complete round: where it stands, what was measured in
it, what was found in it, and whether its target failed there. The headline
comparison, the open loops and each experiment are rows of this one table, and
so is what `bench.frames` gives.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bench.analyse import metrics, reasons
from bench.analyse.metrics import Measure, OfRound
from bench.analyse.voids import Checked, check, idle_activity
from bench.model.estimate import Metric, RoundSeries, Series
from bench.model.plan import Cell, Experiment, Plan
from bench.model.run import Run
from bench.model.trial import Window
from bench.model.warning import Reason, Scope
from bench.plan.schedule import servers_up
from bench.stats import interval, looks
from bench.stats.interleaved import Floats, round_values


if TYPE_CHECKING:
    import pandas as pd

_UNITS = {"requests/s": "rps", "µs": "us", "% of a core": "percent"}
_TRIAL = ["cell", "round"]


def column(metric: Metric) -> str:
    """Its name with the unit: throughput_rps, cpu_us, memory_mib."""
    unit = _UNITS.get(metric.unit) or re.sub(r"\W+", "_", metric.unit.lower())
    return f"{metric.name}_{unit}".rstrip("_")


COLUMNS = (
    *("experiment", "workload", "load", "target", "round", "cycle", "started_at"),
    *("offered_rps", "requests", "errors", "measure_s"),
    *(column(measure.metric) for measure in metrics.MEASURES),
    *("void", "warnings"),
)
"""What anybody may read; beside it each row has its `cell`, whether it `failed`, and what was `checked`."""


def window_table(run: Run) -> "pd.DataFrame":
    """Every window of a complete round that the plan knows, in the order in which they were measured."""
    # A tenth of a second and more to load, which small commands need not spend.
    import pandas as pd

    own = (*COLUMNS, "cell", "failed", "checked")
    # As they are: what pandas makes of text and numbers costs more than it saves.
    return pd.DataFrame(list(_rows(run)), columns=list(own), dtype=object)


def _rows(run: Run) -> Iterator[tuple[object, ...]]:
    plan = run.record.plan
    loads = {cell.key: cell.load for cell in plan.cells}
    servers = {number: servers_up(plan, number) for number in run.complete_rounds}
    idle = idle_activity(run)
    lost = {(f.target, f.round, f.workload, f.experiment) for f in run.failures}
    lost_as_a_whole = {place[:2] for place in lost if place[2] is None}
    for window in run.windows:
        load = loads.get(window.cell)
        if load is None or window.round not in servers:
            continue
        name, place = load.experiment, (window.target, window.round)
        checked = check(window, load, servers[window.round])
        checked = checked.beside(idle.get(window.round))
        failed = (*place, window.workload, name) in lost
        yield (
            *(name, window.workload, window.load, window.target),
            *(window.round, window.cycle, window.started_at, window.rate_rps),
            *(window.tally.requests, sum(window.tally.errors.values())),
            window.tally.measure_s,
            *(measure.of_window(window) for measure in metrics.MEASURES),
            *(checked.void, ", ".join(f.reason.code for f in checked.findings)),
            window.cell,
            # A target that fails between two windows ends its experiment's round.
            failed or (bool(name) and place in lost_as_a_whole),
            checked,
        )


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows that are read together: of some cells, in rounds that count, where nothing failed."""

    run: Run
    rows: "pd.DataFrame"
    cells: tuple[Cell, ...]  # in the order of the plan
    rounds: tuple[int, ...]
    level: float  # of every interval
    experiment: Experiment | None = None  # None: of the headline and its open loops

    @property
    def name(self) -> str:
        """Of the experiment; "": of the headline and its open loops."""
        return self.experiment.name if self.experiment else ""

    @property
    def plan(self) -> Plan:
        """The run's plan."""
        return self.run.record.plan

    @cached_property
    def workloads(self) -> tuple[str, ...]:
        """In the order of the plan."""
        return tuple(dict.fromkeys(cell.workload for cell in self.cells))

    def targets(self, workload: str) -> tuple[str, ...]:
        """The targets that the plan gives this workload."""
        return tuple(
            dict.fromkeys(c.target for c in self.cells if c.workload == workload)
        )

    def closed(self, target: str, workload: str) -> Cell | None:
        """The cell of a target's closed loop on a workload, the first if it has several."""
        return self.closed_cells.get((target, workload))

    def key(self, target: str, workload: str) -> str:
        """Its name in messages."""
        return self.closed_cells[target, workload].key

    @cached_property
    def closed_cells(self) -> Mapping[tuple[str, str], Cell]:
        """By target and workload, the first of each."""
        closed = [cell for cell in self.cells if not cell.load.is_open]
        return {(cell.target, cell.workload): cell for cell in reversed(closed)}

    @cached_property
    def checked(self) -> Mapping[tuple[str, int], tuple[Checked, ...]]:
        """What was found in each window, by the cell's key and round, in the order of cycles."""
        return _by_trial(self.rows)

    def checked_of(self, cell: Cell) -> list[Checked]:
        """The same of a cell in all rounds."""
        return [c for n in self.rounds for c in self.checked.get((cell.key, n), ())]

    @property
    def windows(self) -> list[Window]:
        """All of them, void or not."""
        return [checked.window for checked in self.rows["checked"]]

    @cached_property
    def counting(self) -> "pd.DataFrame":
        """The rows that are not void; none of a cell's round in which fewer than half are left."""
        rows = self.rows.loc[~self.rows["void"].astype(bool)]
        left = rows.groupby(_TRIAL)["cycle"].transform("size")
        planned = {cell.key: self.plan.cycles(cell) for cell in self.cells}
        return rows.loc[left >= reasons.COUNTING_SHARE * rows["cell"].map(planned)]

    @cached_property
    def _usable(self) -> dict[tuple[str, int], list[Window]]:
        own = _by_trial(self.counting).items()
        return {place: [c.window for c in trial] for place, trial in own}

    def usable(self, cell: Cell | None, number: int) -> list[Window]:
        """The windows of a cell in a round that count; none if fewer than half do."""
        return self._usable.get((cell.key, number), []) if cell else []

    def row(self, cell: Cell | None, of_round: OfRound) -> Series:
        """The value of each round, from its windows that count."""
        own = (self.usable(cell, number) for number in self.rounds)
        return tuple(of_round(windows) if windows else None for windows in own)

    def series(self, cell: Cell | None, of_round: OfRound) -> RoundSeries:
        """The same with its mean."""
        return interval.over_rounds(self.row(cell, of_round), self.level)

    def measured(self, cell: Cell | None, measure: Measure) -> Series:
        """A metric in each round."""

        def of_round(windows: Sequence[Window]) -> float | None:
            enough = sum(w.tally.requests for w in windows) >= measure.requests
            return measure.of_round(windows) if enough else None

        place = (cell.key if cell else "", measure.metric.name)
        if place not in self._measured:
            own = self.of_metric(measure)
            self._measured[place] = own.row(cell, of_round)
        return self._measured[place]

    @cached_property
    def _measured(self) -> dict[tuple[str, str], Series]:
        return {}

    def of_metric(self, measure: Measure) -> "Windows":
        """Those that may tell a metric."""
        return self

    def read_as(self, reading: Callable[[Checked], Checked]) -> "Windows":
        """The same windows, with other things found in them."""
        checked = self.rows["checked"].map(reading)
        void = [window.void for window in checked]
        return replace(self, rows=self.rows.assign(checked=checked, void=void))

    @cached_property
    def disturbed(self) -> frozenset[tuple[str, str]]:
        """
        By target and workload, where CPU time may not be the server's own in too many windows.

        Fewer windows stay where they are: their round value is a median over
        cycles, and another program moves CPU time by far less than throughput.
        """
        return frozenset(
            cell
            for cell, windows in self._by_cell.items()
            if too_many(bool(checked.cpu_doubts) for checked in windows)
        )

    @cached_property
    def _by_cell(self) -> dict[tuple[str, str], list[Checked]]:
        own: dict[tuple[str, str], list[Checked]] = defaultdict(list)
        for checked in self.rows["checked"]:
            own[checked.window.target, checked.window.workload].append(checked)
        return own


def _by_trial(rows: "pd.DataFrame") -> dict[tuple[str, int], tuple[Checked, ...]]:
    own: dict[tuple[str, int], list[Checked]] = defaultdict(list)
    for cell, number, checked in zip(
        *(rows[c] for c in (*_TRIAL, "checked")), strict=True
    ):
        own[cell, number].append(checked)
    return {place: tuple(trial) for place, trial in own.items()}


def too_many(flags: Iterable[bool]) -> bool:
    """Whether more windows have something than may have it."""
    hit = list(flags)
    return sum(hit) > len(hit) * reasons.VOID_SHARE


@dataclass(frozen=True, eq=False)
class Trials(Windows):
    """
    The headline comparison: one closed loop of each target and workload, whole trials alone.

    Only complete rounds, and of these only those up to the last planned look:
    looking in between would make the intervals dishonest.
    """

    every: "pd.DataFrame" = field(kw_only=True)  # of which all others are selected

    @cached_property
    def opened(self) -> Windows:
        """Beside the headline, in its rounds: loads that do not wait for answers."""
        loads = ((cell, cell.load) for cell in self.plan.cells)
        cells = tuple(
            cell for cell, load in loads if load.is_open and not load.experiment
        )
        rows = _selected(self.every, cells, self.rounds)
        return Windows(self.run, rows, cells, self.rounds, self.level)

    def played(self, name: str) -> Windows | None:
        """
        What the run holds of an experiment; None if it did not play it.

        A target that failed in a round of it, on a workload or as a whole, has
        nothing there. Its rounds are all complete ones up to its own last, since
        it ends before the run may and is looked at once.
        """
        experiment = self.plan.profile.experiment(name)
        if experiment is None:
            return None
        if name not in self._played:
            cells = tuple(c for c in self.plan.cells if c.load.experiment == name)
            last = experiment.rounds
            rounds = tuple(n for n in self.run.complete_rounds if n <= last)
            rows = _selected(self.every, cells, rounds)
            self._played[name] = Windows(
                self.run, rows, cells, rounds, looks.level([last]), experiment
            )
        return self._played[name]

    @cached_property
    def _played(self) -> dict[str, Windows]:
        return {}

    def of_metric(self, measure: Measure) -> Windows:
        """Without those whose rate may not be the server's own, where throughput is asked for."""
        return self._own_rate if measure is metrics.THROUGHPUT else self

    @cached_property
    def _own_rate(self) -> Windows:
        # A cell that something else limits throughout keeps its windows: its
        # ratio is then shown, but decides nothing.
        own = [
            not c.rate_doubts or (c.window.target, c.window.workload) in self.limited
            for c in self.rows["checked"]
        ]
        whole = (self.cells, self.rounds, self.level)
        return Windows(self.run, self.rows.loc[own], *whole)

    @cached_property
    def limited(self) -> Mapping[tuple[str, str], Reason]:
        """By target and workload, where throughput was not the server's own in too many windows, with what limited most."""
        return {
            cell: Counter(r for c in own for r in c.rate_doubts).most_common(1)[0][0]
            for cell, own in self._by_cell.items()
            if too_many(bool(checked.rate_doubts) for checked in own)
        }

    def grids(self, workload: str, measure: Measure) -> Floats:
        """Logs of a metric by (round, cycle, target), NaN where a window is missing or void."""
        rows = self.of_metric(measure).counting
        rows = rows.loc[rows["workload"] == workload]
        targets = self.targets(workload)
        size = (len(self.rounds), self.plan.profile.cycles, len(targets))
        values = np.full(size, np.nan)
        for number, cycle, target, value in zip(
            *(rows[c] for c in ("round", "cycle", "target", column(measure.metric))),
            strict=True,
        ):
            if value is not None and value > 0:
                at = self.rounds.index(number), cycle - 1, targets.index(target)
                values[at] = value
        return np.log(values)

    def logs(self, workload: str, measure: Measure) -> Floats:
        """
        One log value for each (round, target) of a workload, NaN where there is none.

        Values are relative to their round: only their differences mean anything.
        """
        name = (workload, measure.metric.name)
        if name not in self._logs:
            grids = self.grids(workload, measure)
            values = [round_values(grid) for grid in grids]
            self._logs[name] = np.array(values).reshape(len(grids), grids.shape[2])
        return self._logs[name]

    @cached_property
    def _logs(self) -> dict[tuple[str, str], Floats]:
        return {}


def lay_out(run: Run) -> Trials:
    """The headline comparison of a run, with the table that everything else is selected from."""
    plan, every = run.record.plan, window_table(run)
    # A target may do a workload under several loads; the closed loop with the
    # profile's number of clients is the one that is compared here.
    headline = [
        cell
        for cell in plan.cells
        if not (cell.load.is_open or cell.load.experiment)
        and cell.load.clients == plan.profile.clients
    ]
    cells = {(cell.target, cell.workload): cell for cell in reversed(headline)}
    own = tuple(cell for cell in headline if cells[cell.target, cell.workload] is cell)
    complete = run.complete_rounds
    rounds = complete[: looks.reached(plan.profile.looks, len(complete))]
    rows = _selected(every, own, rounds)
    whole = rows.groupby(_TRIAL)["cycle"].transform("size") == plan.profile.cycles
    level = looks.level(plan.profile.looks)
    return Trials(run, rows.loc[whole], own, rounds, level, every=every)


def _selected(
    every: "pd.DataFrame", cells: tuple[Cell, ...], rounds: tuple[int, ...]
) -> "pd.DataFrame":
    own = every["cell"].isin([cell.key for cell in cells])
    rows = every.loc[own & every["round"].isin(rounds) & ~every["failed"].astype(bool)]
    return rows.sort_values(["round", "cycle"], kind="stable")


def rate_in_doubt_is_void(checked: Checked) -> Checked:
    """A window of which no figure stands once its rate is doubtful."""
    return replace(
        checked,
        findings=tuple(
            replace(f, reason=replace(f.reason, scope=Scope.WINDOW))
            if f.reason in checked.rate_doubts
            else f
            for f in checked.findings
        ),
    )
