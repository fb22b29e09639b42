"""Ratios, paired by round."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bench.analyse import metrics, reasons
from bench.analyse.metrics import COMPARED, Measure
from bench.analyse.paired import paired_by_logs
from bench.analyse.pairs import Pair, pairs
from bench.analyse.windows import Trials
from bench.model.estimate import Comparison
from bench.model.warning import Warning
from bench.stats.interleaved import Floats


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
    found = [
        warning.reason.code
        for warning in doubts.warnings
        if warning.where is not None and _touches(warning.where, pair, workload)
    ]
    if connections_apart(doubts, pair, workload):
        found.append(reasons.CONNECTIONS.code)
    return tuple(dict.fromkeys(found))


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
    found = [void.get((t.id, workload)) for t in pair]
    return next((why for why in found if why is not None), None)


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
