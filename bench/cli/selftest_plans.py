"""The plans of the self-tests: many servers of which the truth is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console

from bench.cli.instructions_command import programs
from bench.cli.run_options import WORKERS, chosen_targets
from bench.configure.tables import load_profiles
from bench.configure.targets import twin
from bench.deploy.cores import pinning
from bench.deploy.instructions import count
from bench.deploy.topology import topology
from bench.errors import UsageError
from bench.model.exchange import Request
from bench.model.framework import Role, Target
from bench.model.plan import Plan, Profile
from bench.plan.make import Placement, make_plan
from bench.workloads import workload


WORKLOAD = "hello"
SLOWED = "floor/gunicorn-gthread"
"""The bare server whose application can be given work."""
BASE_STEPS = 40_000
"""Of the application that is not slowed: most of a request is then its own work."""
CYCLES = 4
MEASURE_S = 0.3
_COUNTED = 20  # requests; a single one costs as many instructions as the next


@dataclass(frozen=True, slots=True)
class SelfTestExtent:
    """How much is measured."""

    rounds: int
    cycles: int  # windows of each server in a round
    measure_s: float


def plan_of(
    name: str, targets: Sequence[Target], extent: SelfTestExtent, seed: int
) -> Plan:
    """All targets on one workload, in short windows."""
    profile = Profile(
        name=name,
        why="A self-test of the harness.",
        targets=tuple(one.id for one in targets),
        twin=targets[0].id,
        workloads=(WORKLOAD,),
        looks=(extent.rounds,),
        cycles=extent.cycles,
        clients=16,
        warm_s=extent.measure_s / 3,
        measure_s=extent.measure_s,
        warmup_requests=100,
        verdicts=False,
    )
    _, parity = load_profiles()
    return make_plan(
        profile,
        targets,
        [workload(WORKLOAD)],
        "local",
        seed,
        Placement(WORKERS, parity.threads, parity.connections, pinning(topology())),
    )


def copies(selector: str, entries: int) -> list[Target]:
    """One target under so many names; UsageError if the selector names several."""
    found = chosen_targets([selector])
    if len(found) != 1:
        raise UsageError(
            f"{selector!r} names {len(found)} targets, and one is entered many times",
            f"name one of: {', '.join(one.id for one in found)}",
        )
    return _entered(found[0], entries)


def slowed(steps: int, entries: int) -> list[Target]:
    """The bare application with so many steps of work before each answer, under so many names."""
    (floor,) = chosen_targets([SLOWED])
    return _entered(_with_steps(floor, steps), entries)


def disturbed_plan(rounds: int, seed: int) -> Plan:
    """Every framework's usual deployment, different programs all of them, and a twin of the first."""
    programs = chosen_targets(["contestant"])
    extent = SelfTestExtent(rounds, 2, MEASURE_S)
    plan = plan_of("disturbed", [*programs, twin(programs[0])], extent, seed)
    return replace(plan, profile=replace(plan.profile, verdicts=True))


def steps_of(slowdowns: Sequence[float], console: Console) -> dict[float, int]:
    """
    How many steps slow the application's own work down by these shares.

    Calibrated in instructions: what a step costs, and what a request costs
    beside its steps, are counted, not timed.
    """
    none, base = _count([0, BASE_STEPS], console)
    step = (base - none) / BASE_STEPS
    return {
        slowdown: BASE_STEPS + round(slowdown * base / step) for slowdown in slowdowns
    }


def effects(steps: Mapping[float, int], console: Console) -> dict[float, float]:
    """What the steps really add, counted again: the share of more instructions."""
    counts = _count(list(steps.values()), console)
    found = dict(zip(steps, counts, strict=True))
    return {slowdown: found[slowdown] / found[0.0] - 1 for slowdown in steps}


def _count(steps: Sequence[int], console: Console) -> list[float]:
    (floor,) = chosen_targets([SLOWED])
    variants = [_with_steps(floor, number) for number in steps]
    requests = {WORKLOAD: list[Request](workload(WORKLOAD).requests(1)[:1])}
    with programs(variants, console) as found:
        counts = count([program for program, _ in found], requests, _COUNTED)
    return [each[WORKLOAD] for each in counts]


def _with_steps(floor: Target, steps: int) -> Target:
    serve = tuple(word.replace("wsgi:app", "slowed:app") for word in floor.serve)
    return replace(
        floor,
        id=f"{floor.id}+{steps}",
        title=f"{floor.title}, {steps} steps",
        serve=serve,
        environment={**floor.environment, "STEPS": str(steps)},
        workloads=(WORKLOAD,),
    )


def _entered(target: Target, entries: int) -> list[Target]:
    return [
        replace(
            target,
            id=f"{target.id}+{number}",
            role=Role.ABLATION,  # so that a run forms no ratios of them by itself
            title=f"{target.title} ({number})",
        )
        for number in range(1, entries + 1)
    ]
