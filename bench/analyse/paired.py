"""A comparison from ratios that were formed round by round."""

from dataclasses import replace

import numpy as np

from bench.model.estimate import Comparison, Series
from bench.stats import interval, power
from bench.stats.interleaved import Floats


def ratios(above: Series, below: Series) -> Series:
    """Above over below in each round; None where one of them is not known, or 0."""
    return tuple(
        one / other if one and other else None
        for one, other in zip(above, below, strict=True)
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
    found = paired_by_logs(subject, baseline, workload, metric, logs, level)
    return replace(found, rounds=advantages)


def paired_by_logs(
    subject: str,
    baseline: str,
    workload: str,
    metric: str,
    logs: Floats,
    level: float,
) -> Comparison:
    """The same from the logs of these ratios, NaN where there is none."""
    known = logs[~np.isnan(logs)]
    tested = len(known) >= 2
    return Comparison(
        subject=subject,
        baseline=baseline,
        workload=workload,
        metric=metric,
        advantage=interval.from_logs(known, level) if tested else None,
        rounds=tuple(None if np.isnan(x) else float(np.exp(x)) for x in logs),
        smallest_detectable=(
            power.smallest_detectable(interval.scatter(known), len(known), level)
            if tested
            else None
        ),
        p_value=interval.p_no_difference(known) if tested else None,
    )
