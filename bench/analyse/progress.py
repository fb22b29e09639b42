"""The few ratios that a person wants to see while a run goes on."""

from dataclasses import dataclass

import numpy as np

from bench.analyse import metrics
from bench.analyse.comparisons import log_advantages
from bench.analyse.pairs import pairs
from bench.analyse.trials import lay_out
from bench.model.estimate import Estimate
from bench.model.framework import Role
from bench.model.run import Run
from bench.stats import interval


@dataclass(frozen=True, slots=True)
class RatioSoFar:
    """How many times better the subject is than the baseline, as far as known."""

    subject: str  # target id
    baseline: str
    workload: str
    metric: str
    advantage: Estimate | None  # None: fewer than two rounds hold the pair


def ratios_so_far(run: Run) -> tuple[RatioSoFar, ...]:
    """
    Throughput and CPU ratios of contestants and of the twin, each pair once.

    Between two looks they stand still: only the rounds of the last look count.
    """
    trials = lay_out(run)
    found: dict[tuple[frozenset[str], str, str], RatioSoFar] = {}
    for workload in trials.workloads:
        present = trials.targets(workload)
        for subject, baseline in pairs(trials.plan):
            roles = {subject.role, baseline.role}
            if not roles <= {Role.CONTESTANT, Role.TWIN}:
                continue
            if subject.id not in present or baseline.id not in present:
                continue
            for measure in (metrics.THROUGHPUT, metrics.CPU):
                pair = (subject.id, baseline.id)
                key = (frozenset(pair), workload, measure.metric.name)
                logs = log_advantages(trials, pair, workload, measure)
                known = logs[~np.isnan(logs)]
                estimate = (
                    interval.from_logs(known, trials.level) if len(known) > 1 else None
                )
                found.setdefault(
                    key, RatioSoFar(*pair, workload, measure.metric.name, estimate)
                )
    return tuple(found.values())
