"""Where costs are read from: the windows of an experiment, or those of the headline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.analyse.experiments import Played, lay_out_experiment
from bench.analyse.metrics import CPU
from bench.analyse.trials import Trials
from bench.stats.looks import OVERALL


@dataclass(frozen=True)
class Source:
    """CPU time per request of every target and workload that some windows hold, by round."""

    experiment: str  # "": the headline comparison
    level: float
    rounds: tuple[int, ...]
    cells: frozenset[tuple[str, str]]  # target and workload
    read: Callable[[str, str, int], float | None]

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
    return Source("", trials.level, trials.rounds, cells, read)


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
    return Source(name, 1 - OVERALL, played.rounds, frozenset(cells), read)
