"""Absolute numbers, each with its rounds: what this machine did in these minutes."""

from collections.abc import Iterator, Sequence

from bench.analyse import metrics
from bench.analyse.metrics import MEASURES, Measure
from bench.analyse.trials import Place, Trials
from bench.model.estimate import Estimate, Quantity
from bench.model.trial import Boot
from bench.stats import interval


def quantities(trials: Trials) -> Iterator[Quantity]:
    """Every metric of every target, by workload, then those of the target as a whole."""
    for target, workload in trials.cells:
        for measure in MEASURES:
            yield _of_cell(trials, target, workload, measure)
    boots = {(boot.target, boot.round): boot for boot in trials.run.boots}
    for target_id in (target.id for target in trials.plan.targets):
        own = [boots.get((target_id, number)) for number in trials.rounds]
        yield _quantity(
            trials, (target_id, None, metrics.STARTUP.name), [*map(_first_answer, own)]
        )
        yield _quantity(
            trials, (target_id, None, metrics.IDLE_MEMORY.name), [*map(_idle_mib, own)]
        )


def _of_cell(trials: Trials, target: str, workload: str, measure: Measure) -> Quantity:
    values = [
        _of_trial(trials, (target, workload, number), measure)
        for number in trials.rounds
    ]
    reason = None
    if measure is metrics.P99 and not any(v is not None for v in values):
        reason = f"fewer than {metrics.REQUESTS_FOR_P99} requests in a round"
    return _quantity(trials, (target, workload, measure.metric.name), values, reason)


def _of_trial(trials: Trials, place: Place, measure: Measure) -> float | None:
    windows = [checked.window for checked in trials.usable(place, measure)]
    if measure is metrics.P99:
        answered = sum(window.tally.requests for window in windows)
        if answered < metrics.REQUESTS_FOR_P99:
            return None
    return measure.of_round(windows) if windows else None


def _quantity(
    trials: Trials,
    key: tuple[str, str | None, str],
    values: Sequence[float | None],
    reason: str | None = None,
) -> Quantity:
    known = [value for value in values if value is not None]
    if not known:
        return Quantity(*key, None, tuple(values), reason or "not measured")
    if len(known) == 1:
        return Quantity(*key, None, tuple(values), "one round has no interval")
    return Quantity(*key, _estimate(known, trials.level), tuple(values))


def _estimate(values: Sequence[float], level: float) -> Estimate:
    if min(values) > 0:
        return interval.geometric_mean(values, level)
    return interval.arithmetic_mean(values, level)


def _first_answer(boot: Boot | None) -> float | None:
    return boot.first_answer_s if boot else None


def _idle_mib(boot: Boot | None) -> float | None:
    if boot is None or boot.idle_memory_bytes is None:
        return None
    return boot.idle_memory_bytes / metrics.MEBIBYTE
