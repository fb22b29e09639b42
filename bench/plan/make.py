"""From a profile and targets to a plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from bench.model.framework import Role, Target
from bench.model.load import Load
from bench.model.plan import Cell, Experiment, Pinning, Plan, Profile
from bench.model.workload import Workload


@dataclass(frozen=True, slots=True)
class TakingPart:
    """An experiment with the targets and workloads that take part in it."""

    experiment: Experiment
    targets: tuple[Target, ...]
    workloads: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """What is the same for every target."""

    workers: int
    threads: int
    connections: int  # to the database, of each worker process
    pinning: Pinning


def make_plan(
    profile: Profile,
    targets: Sequence[Target],
    workloads: Sequence[Workload],
    engine: str,
    seed: int,
    placement: Placement,
) -> Plan:
    """Every cell of the run."""
    load = Load(profile.clients, profile.warm_s, profile.measure_s)
    cells = tuple(
        Cell(target.id, workload.name, own)
        for workload in workloads
        for target in targets
        if target.serves(workload.name)
        for own in (load, *_open_loads(profile, target, workload.name))
    )
    used = {cell.target for cell in cells}
    return Plan(
        profile=profile,
        engine=engine,
        targets=tuple(target for target in targets if target.id in used),
        cells=cells,
        seed=seed,
        workers=placement.workers,
        threads=placement.threads,
        connections=placement.connections,
        pinning=placement.pinning,
    )


def with_experiments(plan: Plan, parts: Sequence[TakingPart]) -> Plan:
    """The plan and the cells of its profile's experiments, with the targets that only they need."""
    cells = tuple(cell for part in parts for cell in _experiment_cells(part))
    used = {cell.target for cell in cells}
    everyone = (*plan.targets, *(target for part in parts for target in part.targets))
    taking_part = {
        target.id: target
        for target in everyone
        if target in plan.targets or target.id in used
    }
    return replace(
        plan, targets=tuple(taking_part.values()), cells=(*plan.cells, *cells)
    )


def _experiment_cells(part: TakingPart) -> Iterator[Cell]:
    beside = part.experiment.beside
    if beside and beside not in {workload.name for workload in part.workloads}:
        return  # nothing would tell the rate of what is beside
    for workload, target in product(part.workloads, part.targets):
        if target.serves(workload.name):
            for load in part.experiment.loads_of(workload.name):
                yield Cell(target.id, workload.name, load)


def _open_loads(profile: Profile, target: Target, workload: str) -> tuple[Load, ...]:
    # Bare servers and ablations are there for what a request costs; response
    # times at a rate are of those whose users would wait.
    open_loop = profile.open_loop
    if open_loop is None or workload not in open_loop.workloads:
        return ()
    waited_for = target.role in {Role.CONTESTANT, Role.TWIN}
    return open_loop.loads if waited_for else ()


@dataclass(frozen=True, slots=True)
class Extent:
    """What was asked for instead of a profile's; None: as the profile has it."""

    rounds: int | None = None  # the most; its looks before that stay
    clients: int | None = None
    measure_s: float | None = None  # of every headline window, warm-up apart


AS_THE_PROFILE = Extent()


def with_extent(profile: Profile, asked: Extent) -> Profile:
    """
    The profile with that extent; its experiments and open loops keep their own.

    Verdicts are withheld where it is below the profile's own: its first look,
    its clients or its windows are what they need.
    """
    looks = profile.looks
    if asked.rounds is not None:
        looks = (*(n for n in looks if n < asked.rounds), asked.rounds)
    clients = asked.clients if asked.clients is not None else profile.clients
    measure_s = asked.measure_s if asked.measure_s is not None else profile.measure_s
    less = {
        "rounds": looks[-1] < profile.looks[0],
        "clients": clients < profile.clients,
        "measure_s": measure_s < profile.measure_s,
    }
    below = tuple(name for name, is_less in less.items() if is_less)
    return replace(
        profile,
        looks=looks,
        clients=clients,
        measure_s=measure_s,
        verdicts=profile.verdicts and not below,
        below=below if profile.verdicts else (),
    )
