"""
Costs and what they are made of; frameworks with the database layer taken away, compared.

Each stands on its usual driver, with SQL by hand. They meet in the windows of
the experiment on layers, or in the headline's of a profile that holds them there.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations

from bench.analyse.comparisons import Doubts, comparison_of
from bench.analyse.experiments import (
    Analyse,
    Analysed,
    Played,
    lay_out_experiment,
    rates_in_doubt_are_void,
)
from bench.analyse.metrics import CPU, THROUGHPUT
from bench.analyse.paired import Row, paired, ratios
from bench.analyse.trials import Trials
from bench.experiments.costs.analyse_breakdown import breakdowns
from bench.experiments.costs.analyse_costs import (
    EXPERIMENTS,
    costs,
    isolating,
    of_role,
    source,
)
from bench.model.estimate import Comparison
from bench.model.framework import CostPart, Role, Target
from bench.stats import looks


LEVEL = 1 - looks.OVERALL
"""The experiment has one length, so it is looked at once."""

type _Rows = Callable[[str, str], Row]
"""By round, from target and workload."""


def layer_comparisons(trials: Trials, doubts: Doubts) -> Iterator[Comparison]:
    """Throughput and CPU time of every ordered pair of them, workload by workload."""
    newest = {t.framework: t for t in of_role(trials.plan, Role.CONTESTANT)}
    found = [isolating(trials.plan, t, CostPart.DATABASE) for t in newest.values()]
    pairs = list(permutations([target for target in found if target], 2))
    played = lay_out_experiment(trials, EXPERIMENTS[CostPart.DATABASE])
    if played is not None and played.cells:
        yield from _of_experiment(played, pairs)
        return
    for workload in trials.workloads:
        present = trials.targets(workload)
        for measure in (THROUGHPUT, CPU):
            for pair in pairs:
                if all(target.id in present for target in pair):
                    yield comparison_of(trials, doubts, pair, (workload, measure))


def _of_experiment(
    played: Played, pairs: list[tuple[Target, Target]]
) -> Iterator[Comparison]:
    cpu_time = source(played.trials, played.experiment.name)

    def cpu(target: str, workload: str) -> Row:
        known = cpu_time.by_round(target, workload)
        return [known.get(number) for number in cpu_time.rounds]

    rates = _rates(played)
    present = {(cell.target, cell.workload) for cell in played.cells}
    for workload in dict.fromkeys(cell.workload for cell in played.cells):
        for first, second in pairs:
            ids = (first.id, second.id)
            if not {(each, workload) for each in ids} <= present:
                continue
            ours, theirs = (rates(each, workload) for each in ids)
            known = ratios(ours, theirs)
            yield paired(ids, workload, THROUGHPUT.metric.name, known, LEVEL)
            ours, theirs = (cpu(each, workload) for each in ids)
            void = cpu_time.void(ids, workload)
            known = ratios(theirs, ours)
            cheaper = paired(ids, workload, CPU.metric.name, known, LEVEL)
            yield replace(cheaper, void=void)


def _rates(played: Played) -> _Rows:
    sound = rates_in_doubt_are_void(played)
    cells = {
        (cell.target, cell.workload): cell
        for cell in played.cells
        if not cell.load.is_open
    }

    def rates(target: str, workload: str) -> Row:
        windows = [sound.usable(cells[target, workload], n) for n in played.rounds]
        return [THROUGHPUT.of_round(each) if each else None for each in windows]

    return rates


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    played = [lay_out_experiment(trials, name) for name in EXPERIMENTS.values()]
    return Analysed(
        {
            "costs": tuple(costs(trials, doubts)),
            "breakdowns": tuple(breakdowns(trials)),
        },
        # CPU time alone is read of them: a doubtful rate voids no window.
        tuple(one for one in played if one is not None),
        comparisons=tuple(layer_comparisons(trials, doubts)),
    )


ANALYSE: Analyse = _analysed
