"""Everything that can be computed from a run before any claim is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.analyse import metrics, reasons
from bench.analyse.checks import checks
from bench.analyse.comparisons import Doubts, compare, connections_apart
from bench.analyse.curves import curves
from bench.analyse.drift import drifting, growing
from bench.analyse.experiment_checks import experiment_checks
from bench.analyse.machine_trace import machine_trace
from bench.analyse.noise import noise
from bench.analyse.open_loop import (
    lay_out_open,
    open_checks,
    open_comparisons,
    open_metrics,
    open_quantities,
    open_warnings,
)
from bench.analyse.pairs import pairs
from bench.analyse.quantities import quantities
from bench.analyse.trials import Trials, lay_out
from bench.analyse.warning_rules import warnings_of
from bench.analyse.whole_run import run_warnings
from bench.experiments import parts
from bench.model.estimate import Comparison, Metric, Quantity
from bench.model.experiment import nothing_found
from bench.model.framework import Role
from bench.model.load import Load
from bench.model.results import Check, Curve, TraceRow
from bench.model.run import Run
from bench.model.warning import Warning


@dataclass(frozen=True, slots=True)
class Analysis:
    """One run in numbers; no number travels without its doubt."""

    level: float  # of every interval
    rounds: tuple[int, ...]  # the numbers of the rounds that were analysed
    metrics: tuple[Metric, ...]
    quantities: tuple[Quantity, ...]
    comparisons: tuple[Comparison, ...]
    checks: tuple[Check, ...]
    warnings: tuple[Warning, ...]
    curves: tuple[Curve, ...] = ()
    open_loads: tuple[Load, ...] = ()
    machine_trace: tuple[TraceRow, ...] = ()
    # What the experiments found, by field of results.json (bench.model.experiment).
    found: Mapping[str, Any] = field(default_factory=nothing_found)

    def comparison(
        self, subject: str, baseline: str, workload: str, metric: str
    ) -> Comparison | None:
        """The comparison of two target ids in this direction, if the run has it."""
        for found in self.comparisons:
            if (found.subject, found.baseline) == (subject, baseline) and (
                found.workload,
                found.metric,
            ) == (workload, metric):
                return found
        return None


def analyse(run: Run) -> Analysis:
    """Understand a run; it touches nothing and asks nobody."""
    trials = lay_out(run)
    doubts = warnings_of(trials)
    comparisons = tuple(compare(trials, doubts))
    opened = lay_out_open(trials)
    found = noise(trials.plan.targets, comparisons)
    played = [analyse_it(trials, doubts) for analyse_it in parts("analyse")]
    warnings = _sorted(
        (
            *run_warnings(trials, found),
            *doubts.warnings,
            *_connection_warnings(trials, doubts),
            *drifting(trials),
            *growing(trials),
            *open_warnings(opened),
        )
    )
    return Analysis(
        level=trials.level,
        rounds=trials.rounds,
        metrics=(*metrics.METRICS, *open_metrics(opened)),
        quantities=(*quantities(trials), *open_quantities(opened)),
        comparisons=(
            *comparisons,
            *(one for each in played for one in each.comparisons),
            *open_comparisons(opened),
        ),
        checks=(
            *checks(trials, found, warnings),
            *open_checks(opened),
            *(one for each in played for one in each.checks),
            *experiment_checks([one for each in played for one in each.played]),
        ),
        warnings=warnings,
        curves=tuple(curves(opened)),
        open_loads=opened.loads,
        machine_trace=tuple(machine_trace(trials)),
        found={name: each for one in played for name, each in one.found.items()},
    )


def _connection_warnings(trials: Trials, doubts: Doubts) -> list[Warning]:
    # Ablations that close connections do so by design and are compared as they
    # are; only contestants must keep them alike.
    found = []
    for workload in trials.workloads:
        for subject, baseline in pairs(trials.plan):
            if subject.role is not Role.CONTESTANT or baseline.role is Role.FLOOR:
                continue
            apart = connections_apart(doubts, (subject, baseline), workload)
            if apart and subject.id < baseline.id:
                found.append(Warning(reasons.CONNECTIONS, apart, f"* {workload}"))
    return found


def _sorted(warnings: tuple[Warning, ...]) -> tuple[Warning, ...]:
    order = [reason.code for reason in reasons.REASONS]
    return tuple(sorted(warnings, key=lambda warning: order.index(warning.reason.code)))
