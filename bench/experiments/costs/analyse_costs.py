"""
Differences in CPU time per request: what one thing adds to another.

They are read from the windows of an experiment, or from those of the headline.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.analyse import reasons
from bench.analyse.comparisons import Doubts, connections_apart
from bench.analyse.experiments import Played, lay_out_experiment
from bench.analyse.metrics import CPU
from bench.analyse.pairs import floor_of
from bench.analyse.trials import Trials
from bench.analyse.warning_rules import DISTURBED
from bench.experiments.costs.model import LAYERS, VALIDATORS, Cost
from bench.model.estimate import Estimate
from bench.model.framework import CostPart, Role, Target
from bench.model.plan import Cell, Plan
from bench.stats import interval
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


EXPERIMENTS: Mapping[CostPart, str] = {
    CostPart.DATABASE: LAYERS,
    CostPart.VALIDATION: VALIDATORS,
}
"""The experiment that tells each part, by its name in profiles.toml."""


def costs(trials: Trials, doubts: Doubts) -> Iterator[Cost]:
    """What every contestant adds to its bare server; then every layer and validator."""
    yield from _own_shares(trials, doubts)
    for part, experiment in EXPERIMENTS.items():
        yield from _of_part(trials.plan, source(trials, experiment), part)


def _own_shares(trials: Trials, doubts: Doubts) -> Iterator[Cost]:
    windows = headline(trials)
    for workload in trials.workloads:
        for target in of_role(trials.plan, Role.CONTESTANT):
            floor = floor_of(trials.plan, target)
            if floor and (floor.id, workload) in windows.cells:
                yield difference(
                    windows,
                    (target.id, floor.id),
                    workload,
                    CostPart.FRAMEWORK,
                    connections_apart(doubts, (target, floor), workload),
                )


def _of_part(plan: Plan, windows: Source, part: CostPart) -> Iterator[Cost]:
    changed = [each for each in of_role(plan, Role.ABLATION) if varies(each, part)]
    present = {target for target, _ in windows.cells}
    if present.isdisjoint(each.id for each in changed):
        return
    for workload in dict.fromkeys(work for _, work in sorted(windows.cells)):
        for target in (*of_role(plan, Role.CONTESTANT), *changed):
            if (target.id, workload) in windows.cells:
                yield whole(windows, target.id, workload)
        for ablation in changed:
            contestant = contestant_of(plan, ablation)
            if contestant and (ablation.id, workload) in windows.cells:
                pair = (contestant.id, ablation.id)
                yield difference(windows, pair, workload, part)


def varies(target: Target, part: CostPart) -> bool:
    """Whether this part is what an ablation changes."""
    named = target.validator if part is CostPart.VALIDATION else target.layer
    return named is not None


def isolating(plan: Plan, contestant: Target, part: CostPart) -> Target | None:
    """The ablation whose cost, taken from the contestant's, leaves this part."""
    for ablation in of_role(plan, Role.ABLATION):
        if ablation.isolates == part and contestant_of(plan, ablation) == contestant:
            return ablation
    return None


def contestant_of(plan: Plan, ablation: Target) -> Target | None:
    """The contestant that an ablation changes one thing of."""
    for each in of_role(plan, Role.CONTESTANT):
        if (each.framework, each.version) == (ablation.framework, ablation.version):
            return each
    return None


def of_role(plan: Plan, role: Role) -> list[Target]:
    """The plan's targets of a role, in its order."""
    return [target for target in plan.targets if target.role is role]


def whole(windows: Source, target: str, workload: str) -> Cost:
    """All that a request costs."""
    values = windows.by_round(target, workload)
    return Cost(
        target,
        None,
        None,
        workload,
        windows.experiment,
        mean(list(values.values()), windows.level),
        tuple(values.get(number) for number in windows.rounds),
        windows.void([target], workload),
    )


def difference(
    windows: Source,
    pair: tuple[str, str],
    workload: str,
    part: CostPart,
    void: str | None = None,
) -> Cost:
    """What the first of the pair spends more than the second, by round."""
    first, second = (windows.by_round(each, workload) for each in pair)
    values = {n: first[n] - second[n] for n in first if n in second}
    return Cost(
        *pair,
        part,
        workload,
        windows.experiment,
        mean(list(values.values()), windows.level),
        tuple(values.get(number) for number in windows.rounds),
        void or windows.void(pair, workload),
    )


def mean(values: list[float], level: float) -> Estimate | None:
    """The mean with its interval; None below two rounds."""
    return interval.arithmetic_mean(values, level) if len(values) >= 2 else None
