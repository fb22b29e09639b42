"""Differences in CPU time per request: what one thing adds to another."""

from collections.abc import Iterator, Mapping

from bench.analyse.comparisons import Doubts, connections_apart
from bench.analyse.cost_sources import Source, headline, source
from bench.analyse.pairs import floor_of
from bench.analyse.trials import Trials
from bench.model.cost import Cost
from bench.model.estimate import Estimate
from bench.model.framework import CostPart, Role, Target
from bench.model.plan import Plan
from bench.model.verdict import Rule
from bench.stats import interval


EXPERIMENTS: Mapping[CostPart, str] = {
    CostPart.DATABASE: Rule.LAYERS.value,
    CostPart.VALIDATION: Rule.VALIDATORS.value,
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
