"""A run laid out for reading: which rounds, which trials, which windows count."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bench.analyse import metrics, reasons
from bench.analyse.idle_activity import rounds_with_idle_activity
from bench.analyse.metrics import Measure
from bench.analyse.voids import Checked, Violation, check
from bench.model.plan import Cell, Plan
from bench.model.run import Run
from bench.model.warning import Reason
from bench.plan.schedule import servers_up
from bench.stats import looks
from bench.stats.interleaved import Floats, round_values


type Place = tuple[str, str, int]
"""Target, workload and round of a trial."""


@dataclass(frozen=True)
class Trials:
    """
    The rounds that are analysed, and every trial in them.

    Only complete rounds, and of these only those up to the last planned look:
    looking in between would make the intervals dishonest.
    """

    run: Run
    rounds: tuple[int, ...]
    cells: Mapping[tuple[str, str], Cell]  # by target and workload
    checked: Mapping[Place, tuple[Checked, ...]]  # whole trials, in order of cycles
    restless: Mapping[int, Violation] = field(default_factory=dict)  # by void round

    @property
    def plan(self) -> Plan:
        """The run's plan."""
        return self.run.record.plan

    @property
    def level(self) -> float:
        """The level of every interval of this run."""
        return looks.level(self.plan.profile.looks)

    @cached_property
    def workloads(self) -> tuple[str, ...]:
        """In the order of the plan."""
        return tuple(dict.fromkeys(workload for _, workload in self.cells))

    @cached_property
    def _values(self) -> dict[tuple[str, str], Floats]:
        return {}

    def targets(self, workload: str) -> tuple[str, ...]:
        """The targets that the plan gives this workload."""
        return tuple(target for target, work in self.cells if work == workload)

    def usable(self, place: Place, measure: Measure) -> tuple[Checked, ...]:
        """The windows of a trial that count for a metric; none if too few are left."""
        windows = [
            c
            for c in self.checked.get(place, ())
            if not c.void
            and not (measure is metrics.THROUGHPUT and self._drops(place, c))
        ]
        enough = 2 * len(windows) >= self.plan.profile.cycles
        return tuple(windows) if enough else ()

    def _drops(self, place: Place, checked: Checked) -> bool:
        # A cell that something else limits throughout keeps its windows: its
        # ratio is then shown, but decides nothing.
        return bool(checked.rate_doubts) and place[:2] not in self.limited

    @cached_property
    def limited(self) -> Mapping[tuple[str, str], Reason]:
        """The cells whose throughput was not their own in too many windows, with what limited most."""
        total: Counter[tuple[str, str]] = Counter()
        hit: Counter[tuple[str, str]] = Counter()
        found: dict[tuple[str, str], Counter[Reason]] = defaultdict(Counter)
        for (target, workload, _), windows in self.checked.items():
            total[target, workload] += len(windows)
            for checked in windows:
                hit[target, workload] += bool(checked.rate_doubts)
                found[target, workload].update(checked.rate_doubts)
        return {
            cell: found[cell].most_common(1)[0][0]
            for cell, n in total.items()
            if hit[cell] > n * reasons.VOID_SHARE
        }

    @cached_property
    def disturbed(self) -> frozenset[tuple[str, str]]:
        """
        The cells whose CPU time may not be their own, in too many windows.

        Fewer windows stay where they are: their round value is a median over
        cycles, and another program moves CPU time by far less than throughput.
        """
        total: Counter[tuple[str, str]] = Counter()
        hit: Counter[tuple[str, str]] = Counter()
        for (target, workload, _), windows in self.checked.items():
            total[target, workload] += len(windows)
            hit[target, workload] += sum(bool(c.cpu_doubts) for c in windows)
        return frozenset(
            cell for cell, n in total.items() if hit[cell] > n * reasons.VOID_SHARE
        )

    def logs(self, workload: str, measure: Measure) -> Floats:
        """
        One log value for each (round, target) of a workload, NaN where there is none.

        Values are relative to their round: only their differences mean anything.
        """
        key = (workload, measure.metric.name)
        if key not in self._values:
            self._values[key] = np.array(
                [
                    round_values(self.grid(number, workload, measure))
                    for number in self.rounds
                ]
            ).reshape(len(self.rounds), len(self.targets(workload)))
        return self._values[key]

    def grid(self, number: int, workload: str, measure: Measure) -> Floats:
        """One round's logs by (cycle, target), NaN where a window is missing or void."""
        targets = self.targets(workload)
        grid = np.full((self.plan.profile.cycles, len(targets)), np.nan)
        for column, target in enumerate(targets):
            for checked in self.usable((target, workload, number), measure):
                value = measure.of_window(checked.window)
                if value is not None and value > 0:
                    grid[checked.window.cycle - 1, column] = np.log(value)
        return grid


def lay_out(run: Run) -> Trials:
    """Sort a run's windows into whole trials of the rounds that count."""
    plan = run.record.plan
    rounds = analysed_rounds(run)
    cells = _headline(plan)
    failed = {(f.target, f.workload, f.round) for f in run.failures if not f.experiment}
    restless = rounds_with_idle_activity(run)
    servers = {number: servers_up(plan, number) for number in rounds}
    found: dict[Place, list[Checked]] = defaultdict(list)
    for window in run.windows:
        cell = cells.get((window.target, window.workload))
        if cell and window.load == cell.load.name and window.round in rounds:
            place = (window.target, window.workload, window.round)
            checked = check(window, cell.load, servers[window.round])
            found[place].append(checked.beside(restless.get(window.round)))
    return Trials(
        run,
        rounds,
        cells,
        {
            place: tuple(sorted(windows, key=lambda c: c.window.cycle))
            for place, windows in found.items()
            if len(windows) == plan.profile.cycles and place not in failed
        },
        restless,
    )


def analysed_rounds(run: Run) -> tuple[int, ...]:
    """The complete rounds up to the last planned look; all of them before the first."""
    complete = run.complete_rounds
    look = looks.reached(run.record.plan.profile.looks, len(complete))
    return complete[:look]


def _headline(plan: Plan) -> dict[tuple[str, str], Cell]:
    # A target may do a workload under several loads; the closed loop with the
    # profile's number of clients is the one that is compared here.
    cells: dict[tuple[str, str], Cell] = {}
    for cell in plan.cells:
        load = cell.load
        if load.is_open or load.experiment:
            continue
        if load.clients == plan.profile.clients:
            cells.setdefault((cell.target, cell.workload), cell)
    return cells
