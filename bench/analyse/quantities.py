"""Absolute numbers, each with its rounds: what this machine did in these minutes."""

from collections.abc import Callable, Iterator, Sequence

from bench.analyse import metrics
from bench.analyse.metrics import Measure
from bench.analyse.windows import Trials, Windows
from bench.model.estimate import Metric, Quantity, Series
from bench.model.load import Load
from bench.model.trial import Boot
from bench.stats import interval


ONE_ROUND = "one round has no interval"
NOT_MEASURED = "not measured"


def quantities(
    windows: Windows,
    measures: Callable[[Load], Sequence[Measure]],
    none_left: str | None = None,
) -> Iterator[Quantity]:
    """Every metric of every cell; `none_left` is said where no round has windows that count."""
    for cell in windows.cells:
        for measure in measures(cell.load):
            reason = measure.reason or NOT_MEASURED
            if none_left and not any(windows.usable(cell, n) for n in windows.rounds):
                reason = none_left
            rounds = windows.measured(cell, measure)
            name = measure.metric.name
            yield _quantity(windows, cell.target, cell.workload, name, rounds, reason)


def quantities_of_targets(trials: Trials) -> Iterator[Quantity]:
    """Those of each target as a whole: its start, and its memory before any load."""
    boots = {(boot.target, boot.round): boot for boot in trials.run.boots}
    for target in trials.plan.targets:
        own = [boots.get((target.id, number)) for number in trials.rounds]
        for metric, of_boot in OF_BOOT.items():
            rounds = tuple(of_boot(boot) if boot else None for boot in own)
            yield _quantity(trials, target.id, None, metric.name, rounds, NOT_MEASURED)


def _quantity(
    windows: Windows,
    target: str,
    workload: str | None,
    metric: str,
    rounds: Series,
    reason: str,
) -> Quantity:
    estimate = interval.mean(rounds, windows.level)
    if any(value is not None for value in rounds):
        reason = ONE_ROUND
    why = None if estimate else reason
    return Quantity(target, workload, metric, estimate, rounds, why)


def _idle_mib(boot: Boot) -> float | None:
    memory = boot.idle_memory_bytes
    return None if memory is None else memory / metrics.MEBIBYTE


OF_BOOT: dict[Metric, Callable[[Boot], float | None]] = {
    metrics.STARTUP: lambda boot: boot.first_answer_s,
    metrics.IDLE_MEMORY: _idle_mib,
}
"""What the start of a target tells."""
