"""A comparison from ratios that were formed round by round."""

from collections.abc import Sequence

import numpy as np

from bench.model.estimate import Comparison
from bench.stats import interval, power


type Row = Sequence[float | None]
"""One number for each round; None: not measured."""


def ratios(above: Row, below: Row) -> tuple[float | None, ...]:
    """Above over below in each round; None where one of them is not known, or 0."""
    return tuple(
        one / other if one and other else None
        for one, other in zip(above, below, strict=True)
    )


def paired(
    pair: tuple[str, str],
    workload: str,
    metric: str,
    advantages: Row,
    level: float,
) -> Comparison:
    """
    What the rounds say about a pair (subject, baseline).

    `advantages` are ratios above 0, how many times better the subject was in
    each round. From two known ones on there are an interval at `level`, the
    smallest difference that could have been seen, and a p-value.
    """
    known = np.log([ratio for ratio in advantages if ratio is not None])
    return formed(pair, workload, metric, (advantages, known), level)


def formed(
    pair: tuple[str, str],
    workload: str,
    metric: str,
    values: tuple[Row, interval.Floats],
    level: float,
) -> Comparison:
    """The same from ratios by round and the logs of those that are known."""
    advantages, logs = values
    tested = len(logs) >= 2
    return Comparison(
        subject=pair[0],
        baseline=pair[1],
        workload=workload,
        metric=metric,
        advantage=interval.from_logs(logs, level) if tested else None,
        rounds=tuple(advantages),
        smallest_detectable=(
            power.smallest_detectable(interval.scatter(logs), len(logs), level)
            if tested
            else None
        ),
        p_value=interval.p_no_difference(logs) if tested else None,
    )
