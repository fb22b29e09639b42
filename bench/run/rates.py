"""
At which rates the open loops of a round send: set against the closed loop just before.

Capacity is the median over the closed-loop windows of the same target,
workload and round. The same round, because on a shared machine the speed of
an hour ago is not that of now, and because the server is the same process;
the median, because one window may have met a busy moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from statistics import median

from bench.model.framework import Role
from bench.model.load import Basis, experiment_of
from bench.model.plan import Cell
from bench.run.instruments import Round


def settle(state: Round, cells: Iterable[Cell]) -> Mapping[str, float]:
    """
    Requests per second for each open cell of a workload, by the cell's key.

    A cell whose capacity nobody knows is missing. What was settled before an
    interruption stays: one round has one rate.
    """
    rates: dict[str, float] = {}
    for cell in cells:
        rate_rps = _settled(state, cell) or _rate_rps(state, cell)
        if rate_rps is not None:
            rates[cell.key] = rate_rps
    return rates


def settled(state: Round, cell: Cell, rates: Mapping[str, float]) -> Cell | None:
    """The cell with all of its rates; None where a capacity is not known."""
    if cell.key not in rates:
        return None
    load = cell.load.at(rates[cell.key])
    if load.beside is not None:
        slowest = _slowest_rps(state, load.beside.workload, load.experiment)
        if slowest is None:
            return None
        load = load.with_beside_at(round(load.beside.share * slowest, 1))
    return replace(cell, load=load)


def capacity_rps(
    state: Round, target: str, workload: str, experiment: str = ""
) -> float | None:
    """
    What the target answered under the closed loop of this round and block; None if nothing right.

    Of an experiment with several numbers of clients: at the number at which
    it answered most.
    """
    by_load: dict[str, list[float]] = defaultdict(list)
    for window in state.windows:
        if (
            (window.target, window.workload) == (target, workload)
            and experiment_of(window.load) == experiment
            and window.rate_rps is None
            and not window.tally.errors
        ):
            rate_rps = window.tally.requests / window.tally.measure_s
            by_load[window.load].append(rate_rps)
    return max(map(median, by_load.values()), default=0.0) or None


def _settled(state: Round, cell: Cell) -> float | None:
    for window in state.windows:
        if (window.workload, window.load) != (cell.workload, cell.load.name):
            continue
        if cell.load.basis is not Basis.OWN or window.target == cell.target:
            return window.rate_rps
    return None


def _rate_rps(state: Round, cell: Cell) -> float | None:
    load = cell.load
    if load.basis is None or load.share is None:
        return load.rate_rps
    if load.basis is Basis.OWN:
        capacity = capacity_rps(state, cell.target, cell.workload, load.experiment)
    else:
        capacity = _slowest_rps(state, cell.workload, load.experiment)
    return None if capacity is None else round(load.share * capacity, 1)


def _slowest_rps(state: Round, workload: str, experiment: str) -> float | None:
    """The capacity of the slowest contestant of which it is known; None if of none."""
    capacities = [
        capacity_rps(state, target.id, workload, experiment)
        for target in state.plan.targets
        if target.role is Role.CONTESTANT
    ]
    measured = [capacity for capacity in capacities if capacity is not None]
    return min(measured, default=None)
