"""Which targets are compared with which, and their ratios, paired by round."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import NamedTuple

import numpy as np

from bench.analyse import metrics, reasons
from bench.analyse.metrics import COMPARED, Measure
from bench.analyse.windows import Trials
from bench.model.estimate import Comparison, Series
from bench.model.framework import Role, Target
from bench.model.plan import Plan
from bench.model.warning import Warning
from bench.stats import interval, power
from bench.stats.interleaved import Floats


class Pair(NamedTuple):
    """Two targets that are compared."""

    subject: Target
    baseline: Target


def pairs(plan: Plan) -> Iterator[Pair]:
    """Every ordered pair that is worth a ratio; the newest version of a framework is its last one in the plan."""
    contestants = _with_role(plan, Role.CONTESTANT)
    newest = {target.framework: target for target in contestants}
    yield from (
        pair
        for pair in map(Pair._make, permutations(contestants, 2))
        # Versions are compared with each other, frameworks at their newest.
        if pair.subject.framework == pair.baseline.framework
        or all(newest[target.framework] is target for target in pair)
    )
    yield from (
        Pair(twin, plan.target(twin.twin_of or ""))
        for twin in _with_role(plan, Role.TWIN)
        if twin.twin_of in {target.id for target in plan.targets}
    )
    floors = [(contestant, floor_of(plan, contestant)) for contestant in contestants]
    yield from (Pair(contestant, floor) for contestant, floor in floors if floor)
    yield from (
        Pair(ablation, contestant)
        for ablation, contestant in product(
            _with_role(plan, Role.ABLATION), newest.values()
        )
        if contestant.framework == ablation.framework
    )


def floor_of(plan: Plan, target: Target) -> Target | None:
    """The bare server under a target: the same deployment, else the same interface."""
    floors = [
        floor
        for floor in _with_role(plan, Role.FLOOR)
        if floor.interface == target.interface
    ]
    same = [floor for floor in floors if floor.deployment == target.deployment]
    return next(iter([*same, *floors]), None)


def _with_role(plan: Plan, role: Role) -> list[Target]:
    return [target for target in plan.targets if target.role is role]


def ratios(above: Series, below: Series) -> Series:
    """Above over below in each round; None where one of them is not known, or 0."""
    return tuple(
        numerator / denominator if numerator and denominator else None
        for numerator, denominator in zip(above, below, strict=True)
    )


def paired(
    subject: str,
    baseline: str,
    workload: str,
    metric: str,
    advantages: Series,
    level: float,
) -> Comparison:
    """
    What the rounds say about two targets.

    `advantages` are ratios above 0, how many times better the subject was in
    each round. From two known ones on there are an interval at `level`, the
    smallest difference that could have been seen, and a p-value.
    """
    logs = np.log([np.nan if ratio is None else ratio for ratio in advantages])
    comparison = paired_by_logs(subject, baseline, workload, metric, logs, level)
    return replace(comparison, rounds=advantages)


def paired_by_logs(
    subject: str,
    baseline: str,
    workload: str,
    metric: str,
    logs: Floats,
    level: float,
) -> Comparison:
    """The same from the logs of these ratios, NaN where there is none."""
    measured = logs[~np.isnan(logs)]
    tested = len(measured) >= 2
    return Comparison(
        subject=subject,
        baseline=baseline,
        workload=workload,
        metric=metric,
        advantage=interval.from_logs(measured, level) if tested else None,
        rounds=tuple(None if np.isnan(x) else float(np.exp(x)) for x in logs),
        smallest_detectable=(
            power.smallest_detectable(interval.scatter(measured), len(measured), level)
            if tested
            else None
        ),
        p_value=interval.p_no_difference(measured) if tested else None,
    )


@dataclass(frozen=True, slots=True)
class Doubts:
    """What was found out about cells before their ratios are formed."""

    throughput_void: Mapping[tuple[str, str], str]  # (target, workload) -> why
    cpu_void: Mapping[tuple[str, str], str]  # the same
    connections: Mapping[tuple[str, str], float]  # opened for each request
    warnings: tuple[Warning, ...]


def compare(trials: Trials, doubts: Doubts) -> Iterator[Comparison]:
    """Every comparison of the run, in the order of the plan's workloads."""
    for workload in trials.workloads:
        present = trials.targets(workload)
        for measure in COMPARED:
            for pair in pairs(trials.plan):
                if all(target.id in present for target in pair):
                    yield comparison_of(trials, doubts, pair, workload, measure)


def log_advantages(
    trials: Trials, subject: str, baseline: str, workload: str, measure: Measure
) -> Floats:
    """The log of how many times better one target is than another, by round; NaN where one of them has none."""
    logs = trials.logs(workload, measure)
    column = trials.targets(workload).index
    difference = logs[:, column(subject)] - logs[:, column(baseline)]
    return difference if measure.metric.higher_is_better else -difference


def comparison_by_logs(
    trials: Trials, subject: str, baseline: str, workload: str, measure: Measure
) -> Comparison:
    """What the headline's windows say of two targets on a workload, doubts aside."""
    logs = log_advantages(trials, subject, baseline, workload, measure)
    name = measure.metric.name
    return paired_by_logs(subject, baseline, workload, name, logs, trials.level)


def comparison_of(
    trials: Trials, doubts: Doubts, pair: Pair, workload: str, measure: Measure
) -> Comparison:
    """The same with every doubt about it."""
    subject, baseline = pair
    return replace(
        comparison_by_logs(trials, subject.id, baseline.id, workload, measure),
        doubts=_codes(doubts, pair, workload),
        void=_void(doubts, pair, workload, measure),
    )


def _codes(doubts: Doubts, pair: Pair, workload: str) -> tuple[str, ...]:
    codes = [
        warning.reason.code
        for warning in doubts.warnings
        if warning.where is not None and _touches(warning.where, pair, workload)
    ]
    if connections_apart(doubts, pair, workload):
        codes.append(reasons.CONNECTIONS.code)
    return tuple(dict.fromkeys(codes))


def _touches(where: str, pair: Pair, workload: str) -> bool:
    target, _, rest = where.partition(" ")
    return target in {t.id for t in pair} and rest.split(" ")[0] in {"", workload}


def _void(doubts: Doubts, pair: Pair, workload: str, measure: Measure) -> str | None:
    if measure is metrics.MEMORY:
        return None
    # A server that closes connections by design is compared as it is; where
    # both promise to keep them, a difference is an accident.
    if all(t.keeps_alive for t in pair):
        apart = connections_apart(doubts, pair, workload)
        if apart is not None:
            return apart
    throughput = measure is metrics.THROUGHPUT
    void = doubts.throughput_void if throughput else doubts.cpu_void
    causes = [void.get((t.id, workload)) for t in pair]
    return next((why for why in causes if why is not None), None)


def connections_apart(doubts: Doubts, pair: Pair, workload: str) -> str | None:
    """How differently two targets open connections on a workload, if they do."""
    rates = [doubts.connections.get((t.id, workload)) for t in pair]
    if rates[0] is None or rates[1] is None:
        return None
    if abs(rates[0] - rates[1]) <= reasons.CONNECTIONS_APART:
        return None
    return (
        f"connections per request differ: {rates[0]:.2f} for {pair.subject.title}, "
        f"{rates[1]:.2f} for {pair.baseline.title}"
    )
