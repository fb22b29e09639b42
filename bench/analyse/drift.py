"""Servers that were still changing while they were measured, the machine taken out."""

from collections.abc import Iterator

import numpy as np

from bench.analyse import metrics, reasons
from bench.analyse.windows import Trials
from bench.model.warning import Warning
from bench.stats import holm, interval
from bench.stats.interleaved import Floats


def drifting(trials: Trials) -> Iterator[Warning]:
    """
    Cells whose CPU per request rose or fell by more than the limit from first to last cycle.

    A straight line through each round's windows, relative to the other servers
    of their cycle; then a test over the rounds, corrected for all cells.
    """
    cells = list(_changes(trials))
    p_values = [_p_small(changes) for _, changes in cells]
    for (where, changes), p_value in zip(cells, holm.adjusted(p_values), strict=True):
        if p_value < reasons.DRIFT_P:
            share = float(np.expm1(changes.mean()))
            yield Warning(
                reasons.WARMING,
                f"CPU per request changed by {share:+.1%} from the first cycle to the last",
                where,
            )


def _changes(trials: Trials) -> Iterator[tuple[str, Floats]]:
    for workload in trials.workloads:
        targets = trials.targets(workload)
        if len(targets) < 2:
            continue
        grids = trials.grids(workload, metrics.CPU)
        changes = np.array([*map(_of_round, grids)]).reshape(-1, len(targets))
        for column, target in enumerate(targets):
            measured = changes[~np.isnan(changes[:, column]), column]
            if len(measured) >= 2:
                yield trials.key(target, workload), measured


def _of_round(grid: Floats) -> Floats:
    # A cycle without every server has no comparable centre.
    whole = ~np.isnan(grid).any(axis=1)
    if whole.sum() < 3:
        return np.full(grid.shape[1], np.nan)
    cycles = np.flatnonzero(whole).astype(np.float64)
    centred = grid[whole] - np.median(grid[whole], axis=1, keepdims=True)
    slopes = np.polyfit(cycles, centred, 1)[0]
    return np.asarray(slopes * (grid.shape[0] - 1), dtype=np.float64)


def _p_small(changes: Floats) -> float:
    """Two-sided p of "the change is within the limit"."""
    rise = interval.p_not_above(changes, reasons.DRIFT)
    fall = interval.p_not_above(-changes, reasons.DRIFT)
    return min(1.0, 2 * min(rise, fall))


def growing(trials: Trials) -> Iterator[Warning]:
    """
    Cells whose memory grew by more than the limit within a round, in most rounds.

    In each cycle again: what is allocated once, by whatever comes first, is no leak.
    """
    for workload in trials.workloads:
        grids = trials.grids(workload, metrics.MEMORY)
        for column, target in enumerate(trials.targets(workload)):
            rounds = [_growth(grid[:, column]) for grid in grids]
            measured = [grown for grown in rounds if grown is not None]
            above = [grown for grown in measured if grown > np.log1p(reasons.GROWTH)]
            if 2 * len(above) > len(measured):
                share = float(np.expm1(np.median(above)))
                yield Warning(
                    reasons.GROWING,
                    f"by {share:.0%} from the first cycle to the last, "
                    f"in {len(above)} of {len(measured)} rounds",
                    trials.key(target, workload),
                )


def _growth(logs: Floats) -> float | None:
    """The logarithm of last over first; 0 if it stood still in between, None of too few windows."""
    measured = logs[~np.isnan(logs)]
    if len(measured) < 3:
        return None
    steps = np.diff(measured)
    grown = float(steps.sum())
    return grown if steps.min() > grown / (4 * len(steps)) else 0.0
