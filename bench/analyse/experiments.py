"""The windows of an experiment, laid out for reading."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.analyse.comparisons import Doubts
from bench.analyse.trials import Trials
from bench.analyse.voids import Checked, Violation, check
from bench.model.estimate import Comparison
from bench.model.plan import Cell, Experiment
from bench.model.results import Check
from bench.model.trial import Window
from bench.model.warning import Scope
from bench.plan.schedule import servers_up


@dataclass(frozen=True)
class Played:
    """One experiment of a run: its cells, and every window in the rounds that are analysed."""

    trials: Trials
    experiment: Experiment
    rounds: tuple[int, ...]
    cells: tuple[Cell, ...]
    checked: Mapping[
        tuple[str, int], tuple[Checked, ...]
    ]  # by the cell's key and round

    def usable(self, cell: Cell, number: int) -> list[Window]:
        """The windows of a cell in a round that are not void; none if fewer than half are."""
        windows = [
            c.window for c in self.checked.get((cell.key, number), ()) if not c.void
        ]
        return windows if 2 * len(windows) >= self.experiment.cycles else []


@dataclass(frozen=True, slots=True)
class Analysed:
    """What an experiment's `ANALYSE` gives, of the trials of a run and the doubts about its comparisons."""

    found: Mapping[str, Any]  # by field of results.json
    # Its windows as it reads them, asked whether each of them counts; none where
    # its own checks tell it.
    played: tuple[Played, ...] = ()
    checks: tuple[Check, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


type Analyse = Callable[[Trials, Doubts], Analysed]


def lay_out_experiment(trials: Trials, name: str) -> Played | None:
    """
    What a run holds of an experiment; None if it did not play it.

    A target that failed in a round of it, on a workload or as a whole, has
    nothing there. Its rounds are all complete ones up to its own last, since
    it ends before the run may and is looked at once.
    """
    run = trials.run
    experiment = trials.plan.profile.experiment(name)
    if experiment is None:
        return None
    cells = {c.key: c for c in trials.plan.cells if c.load.experiment == name}
    rounds = tuple(n for n in run.complete_rounds if n <= experiment.rounds)
    failed = {
        (f.target, f.workload, f.round)
        for f in run.failures
        if f.experiment == name or f.workload is None
    }
    servers = {number: servers_up(trials.plan, number) for number in rounds}
    found: dict[tuple[str, int], list[Checked]] = defaultdict(list)
    for window in run.windows:
        key = f"{window.target} {window.workload} {window.load}"
        places = {
            (window.target, workload, window.round)
            for workload in (window.workload, None)
        }
        if key in cells and window.round in rounds and failed.isdisjoint(places):
            checked = check(window, cells[key].load, servers[window.round])
            found[key, window.round].append(
                checked.beside(trials.restless.get(window.round))
            )
    return Played(
        trials,
        experiment,
        rounds,
        tuple(cells.values()),
        {key: tuple(own) for key, own in found.items()},
    )


def sound(trials: Trials, *names: str) -> tuple[Played, ...]:
    """Those of these experiments that were played, without the windows whose rates are doubtful."""
    found = (lay_out_experiment(trials, name) for name in names)
    return tuple(rates_in_doubt_are_void(one) for one in found if one is not None)


def rates_in_doubt_are_void(played: Played) -> Played:
    """The same windows, where no figure stands once a rate is doubtful."""
    return replace(
        played,
        checked={
            key: tuple(_void_if_doubtful(each) for each in found)
            for key, found in played.checked.items()
        },
    )


def _void_if_doubtful(checked: Checked) -> Checked:
    return Checked(
        checked.window,
        tuple(
            Violation(replace(f.reason, scope=Scope.WINDOW), f.amount, f.text)
            if f.reason.scope in (Scope.THROUGHPUT, Scope.SPEED)
            else f
            for f in checked.findings
        ),
    )
