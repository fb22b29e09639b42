"""The few ratios that a person wants to see while a run goes on."""

from bench.analyse import metrics
from bench.analyse.comparisons import Pair, comparison_by_logs, pairs
from bench.analyse.windows import lay_out
from bench.model.estimate import Comparison
from bench.model.framework import Role
from bench.model.run import Run


def ratios_so_far(run: Run) -> tuple[Comparison, ...]:
    """
    Throughput and CPU ratios of contestants and of the twin, each pair once.

    Between two looks they stand still: only the rounds of the last look count.
    """
    trials = lay_out(run)
    chosen: dict[frozenset[str], Pair] = {}
    for pair in pairs(trials.plan):
        if {target.role for target in pair} <= {Role.CONTESTANT, Role.TWIN}:
            chosen.setdefault(frozenset(target.id for target in pair), pair)
    return tuple(
        comparison_by_logs(trials, subject.id, baseline.id, workload, measure)
        for workload in trials.workloads
        for subject, baseline in chosen.values()
        if {subject.id, baseline.id} <= set(trials.targets(workload))
        for measure in (metrics.THROUGHPUT, metrics.CPU)
    )
