"""Where costs are read from: the windows of an experiment, or those of the headline."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bench.analyse import reasons
from bench.analyse.experiments import Played, lay_out_experiment
from bench.analyse.metrics import CPU
from bench.analyse.trials import Trials
from bench.analyse.warning_rules import DISTURBED
from bench.model.plan import Cell
from bench.stats.looks import OVERALL


@dataclass(frozen=True)
class Source:
    """CPU time per request of every target and workload that some windows hold, by round."""

    experiment: str  # "": the headline comparison
    level: float
    rounds: tuple[int, ...]
    cells: frozenset[tuple[str, str]]  # target and workload
    read: Callable[[str, str, int], float | None]
    disturbed: frozenset[tuple[str, str]] = frozenset()  # of the cells: decide nothing

    def void(self, targets: Iterable[str], workload: str) -> str | None:
        """Why costs of these targets decide nothing, if so."""
        cells = {(target, workload) for target in targets}
        return None if self.disturbed.isdisjoint(cells) else DISTURBED

    def by_round(self, target: str, workload: str) -> Mapping[int, float]:
        """Microseconds of the rounds that were measured; empty if there is no such cell."""
        if (target, workload) not in self.cells:
            return {}
        read = ((n, self.read(target, workload, n)) for n in self.rounds)
        return {number: value for number, value in read if value is not None}


def headline(trials: Trials) -> Source:
    """The closed loop that everything is compared in."""

    def read(target: str, workload: str, number: int) -> float | None:
        usable = trials.usable((target, workload, number), CPU)
        return CPU.of_round([c.window for c in usable]) if usable else None

    cells = frozenset(trials.cells)
    return Source("", trials.level, trials.rounds, cells, read, trials.disturbed)


def source(trials: Trials, experiment: str) -> Source:
    """The windows of an experiment if the run played it, else the headline's: longer profiles hold the same targets there."""
    played = lay_out_experiment(trials, experiment)
    if played is None or not played.cells:
        return headline(trials)
    return _of_experiment(played)


def _of_experiment(played: Played) -> Source:
    cells = {
        (cell.target, cell.workload): cell
        for cell in played.cells
        if not cell.load.is_open
    }

    def read(target: str, workload: str, number: int) -> float | None:
        windows = played.usable(cells[target, workload], number)
        return CPU.of_round(windows) if windows else None

    # It ends with a round that was fixed beforehand, so it is looked at once.
    name = played.experiment.name
    return Source(
        name,
        1 - OVERALL,
        played.rounds,
        frozenset(cells),
        read,
        frozenset(cell for cell, own in cells.items() if _disturbed(played, own)),
    )


def _disturbed(played: Played, cell: Cell) -> bool:
    """Whether its CPU time may not be its own, in too many windows."""
    found = [c for n in played.rounds for c in played.checked.get((cell.key, n), ())]
    hit = sum(bool(checked.cpu_doubts) for checked in found)
    return hit > len(found) * reasons.VOID_SHARE
