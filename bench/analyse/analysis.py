"""Everything that can be computed from a run before any claim is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from bench.analyse import metrics, reasons
from bench.analyse.checks import checks
from bench.analyse.comparisons import Doubts, compare, connections_apart, pairs
from bench.analyse.drift import drifting, growing
from bench.analyse.experiments import experiment_checks
from bench.analyse.machine_trace import machine_trace
from bench.analyse.noise import noise
from bench.analyse.open_loop import (
    NONE_LEFT,
    curves,
    loads_of,
    open_checks,
    open_comparisons,
)
from bench.analyse.open_metrics import measures
from bench.analyse.quantities import quantities, quantities_of_targets
from bench.analyse.warning_rules import warnings_from, warnings_of
from bench.analyse.whole_run import run_warnings
from bench.analyse.windows import Trials, lay_out
from bench.experiments import parts
from bench.model.estimate import Comparison, Metric, Quantity, RatioKey
from bench.model.experiment import nothing_found
from bench.model.framework import Role
from bench.model.load import Load
from bench.model.results import Check, Curve, TraceRow
from bench.model.run import Run, RunRecord
from bench.model.warning import Warning


@dataclass(frozen=True)
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
        return self._compared.get(RatioKey(subject, baseline, workload, metric))

    @cached_property
    def _compared(self) -> dict[RatioKey, Comparison]:
        return {comparison.key: comparison for comparison in reversed(self.comparisons)}


@dataclass(frozen=True, slots=True)
class AnalysedRun:
    """A run with what it says."""

    record: RunRecord
    analysis: Analysis

    @property
    def id(self) -> str:
        """The run's."""
        return self.record.id


def analyse(run: Run) -> Analysis:
    """Understand a run; it touches nothing and asks nobody."""
    return analysis_of(lay_out(run))


def analysis_of(trials: Trials) -> Analysis:
    """The same of a run whose windows are laid out."""
    doubts = warnings_of(trials)
    comparisons = tuple(compare(trials, doubts))
    opened = trials.opened
    loads = loads_of(opened)
    twins = noise(trials.plan.targets, comparisons)
    played = [analyse_it(trials, doubts) for analyse_it in parts("analyse")]
    warnings = _sorted(
        (
            *run_warnings(trials, twins),
            *doubts.warnings,
            *_connection_warnings(trials, doubts),
            *drifting(trials),
            *growing(trials),
            *warnings_from(opened),
        )
    )
    return Analysis(
        level=trials.level,
        rounds=trials.rounds,
        metrics=(
            *metrics.METRICS,
            *(m.metric for load in loads for m in measures(load)),
        ),
        quantities=(
            *quantities(trials, lambda load: metrics.MEASURES),
            *quantities_of_targets(trials),
            *quantities(opened, measures, NONE_LEFT),
        ),
        comparisons=(
            *comparisons,
            *chain.from_iterable(experiment.comparisons for experiment in played),
            *open_comparisons(opened),
        ),
        checks=(
            *checks(trials, twins, warnings),
            *open_checks(opened),
            *chain.from_iterable(experiment.checks for experiment in played),
            *experiment_checks(
                [windows for experiment in played for windows in experiment.played]
            ),
        ),
        warnings=warnings,
        curves=tuple(curves(opened)),
        open_loads=loads,
        machine_trace=tuple(machine_trace(trials)),
        found=dict(chain.from_iterable(e.found.items() for e in played)),
    )


def _connection_warnings(trials: Trials, doubts: Doubts) -> list[Warning]:
    # Ablations that close connections do so by design and are compared as they
    # are; only contestants must keep them alike.
    return [
        Warning(reasons.CONNECTIONS, apart, f"* {workload}")
        for workload in trials.workloads
        for pair in pairs(trials.plan)
        if pair.subject.role is Role.CONTESTANT
        and pair.baseline.role is not Role.FLOOR
        and pair.subject.id < pair.baseline.id
        and (apart := connections_apart(doubts, pair, workload))
    ]


def _sorted(warnings: tuple[Warning, ...]) -> tuple[Warning, ...]:
    order = [reason.code for reason in reasons.REASONS]
    return tuple(sorted(warnings, key=lambda warning: order.index(warning.reason.code)))
