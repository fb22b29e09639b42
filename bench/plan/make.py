"""From a profile and targets to a plan."""

from collections.abc import Sequence

from bench.model.framework import Target
from bench.model.load import Load
from bench.model.plan import Cell, Pinning, Plan, Profile
from bench.model.workload import Workload


def serves(target: Target, workload: str) -> bool:
    """Whether the target answers the workload at all."""
    return target.workloads is None or workload in target.workloads


def make_plan(
    profile: Profile,
    targets: Sequence[Target],
    workloads: Sequence[Workload],
    engine: str,
    seed: int,
    placing: tuple[int, int, int, Pinning],
) -> Plan:
    """
    Every cell of the run.

    `placing` is (workers, threads, connections, pinning), the same for all.
    """
    load = Load(profile.clients, profile.warm_s, profile.measure_s)
    workers, threads, connections, pinning = placing
    cells = tuple(
        Cell(target.id, workload.name, load)
        for workload in workloads
        for target in targets
        if serves(target, workload.name)
    )
    used = {cell.target for cell in cells}
    return Plan(
        profile=profile,
        engine=engine,
        targets=tuple(target for target in targets if target.id in used),
        cells=cells,
        seed=seed,
        workers=workers,
        threads=threads,
        connections=connections,
        pinning=pinning,
    )
