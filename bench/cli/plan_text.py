"""The plan in words, printed before anything starts."""

from collections.abc import Iterator

from bench.cli.load_workers import worker_pool_line
from bench.model.framework import Target
from bench.model.plan import Pinning, Plan
from bench.model.plural import plural
from bench.model.topology import cpu_words
from bench.plan.duration import duration


PROBES = {
    "none": "none are played or taken",
    "stored": "stored ones, if they are still true; `bench probe` plays them",
    "play": "before the first round, about two minutes, unless stored ones are still true",
}


def minutes(seconds: float) -> str:
    """A duration as a person says it: 45 s, 12 min, 2 h 10 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    whole = round(seconds / 60)
    return f"{whole // 60} h {whole % 60:02} min"


def plan_facts(plan: Plan) -> dict[str, object]:
    """What a program wants to know of a plan before it is begun."""
    expected = duration(plan)
    return {
        "profile": plan.profile.name,
        "engine": plan.engine,
        "seed": plan.seed,
        "looks": list(plan.profile.looks),
        "targets": [target.id for target in plan.targets],
        "workloads": list(dict.fromkeys(cell.workload for cell in plan.cells)),
        "shortest_s": expected.shortest_s,
        "longest_s": expected.longest_s,
    }


def plan_lines(plan: Plan, engine_why: str) -> Iterator[str]:
    """The whole plan, line by line."""
    profile = plan.profile
    expected = duration(plan)
    looks = profile.looks
    rounds = (
        plural(looks[0], "round")
        if len(looks) == 1
        else f"{looks[0]} to {looks[-1]} rounds, looking after {', '.join(map(str, looks))}"
    )
    took = minutes(expected.longest_s)
    if len(looks) > 1:
        took = f"{minutes(expected.shortest_s)} to {took}"
    load = plan.cells[0].load
    headline = [cell for cell in plan.cells if not cell.load.experiment]
    closed = sum(not cell.load.is_open for cell in headline)
    yield f"profile {profile.name}: {profile.why}"
    yield f"takes about {took}: {rounds} of {plural(closed, 'cell')}, {plural(profile.cycles, 'window')} of {load.duration_s:g} s each"
    yield f"load    closed loop, {plural(load.clients, 'connection')}; the first {load.warm_s:g} s of a window do not count"
    yield from _open_lines(plan)
    yield from _experiment_lines(plan)
    yield _servers(plan)
    yield from pinning_lines(plan.pinning)
    if plan.load_workers or plan.load_elsewhere:
        yield worker_pool_line(plan)
    yield engine_why
    yield f"probes  {PROBES[profile.probes]}"
    yield f"seed    {plan.seed}"
    for target in plan.targets:
        works = dict.fromkeys(
            cell.workload for cell in plan.cells if cell.target == target.id
        )
        yield f"  {target.id:38} {', '.join(works)}{_where(plan, target)}"


LONG_S = 10
"""A window that holds the start of a worker, and what it answers before and after it."""


def _where(plan: Plan, target: Target) -> str:
    return "" if plan.own_servers else f" at {', agent at '.join(target.serve)}"


def _servers(plan: Plan) -> str:
    if not plan.own_servers:
        return (
            "servers as they stand: versions, workers and cores are not known, CPU "
            "time and memory only where an agent tells; the contract comes first; no "
            "experiments and nothing that writes; not started afresh, so no verdicts\n"
            "        one that replaces its workers (--max-requests) may pause for whole "
            f"windows, which are void: start it without, or measure {LONG_S} s and more "
            f"(--measure-s, now {plan.profile.measure_s:g})"
        )
    return f"servers {plural(plan.workers, 'worker process', 'worker processes')} each, {plural(plan.threads, 'thread')} where the model is threads, {plural(plan.connections, 'database connection')} per process"


def _open_lines(plan: Plan) -> Iterator[str]:
    open_loop = plan.profile.open_loop
    cells = [c for c in plan.cells if c.load.is_open and not c.load.experiment]
    loads = dict.fromkeys(c.load.name for c in cells)
    if open_loop is None or not loads:
        return
    works = dict.fromkeys(c.workload for c in cells)
    yield (
        f"        then open loops ({open_loop.arrivals}) {', '.join(loads)} on "
        f"{', '.join(works)}: {plural(open_loop.cycles, 'window')} of "
        f"{open_loop.warm_s + open_loop.measure_s:g} s each, {plural(open_loop.connections, 'connection')}"
    )


def _experiment_lines(plan: Plan) -> Iterator[str]:
    for experiment in plan.profile.experiments:
        cells = [c for c in plan.cells if c.load.experiment == experiment.name]
        windows = sum(plan.windows(cell) for cell in cells)
        if not cells and not experiment.workers:
            yield f"        not {experiment.name}: none of its targets and workloads was asked for"
        elif not cells:
            yield (
                f"        not {experiment.name}: {experiment.why} It needs a core for each of "
                f"{min(n for n in experiment.workers if n > 1)} workers, beside those of load and database"
            )
        if cells:
            targets = len({cell.target for cell in cells})
            rounds = min(experiment.rounds, plan.profile.looks[-1])
            works = ", ".join(dict.fromkeys(cell.workload for cell in cells))
            yield (
                f"        and {experiment.name}: {experiment.why} {plural(targets, 'target')} on "
                f"{works}, {plural(windows, 'window')} in each of the first {plural(rounds, 'round')}"
            )


def pinning_lines(pinning: Pinning) -> Iterator[str]:
    """Who runs on which core, and what the cores were chosen among, line by line; what is not known is left out."""
    roles = {
        "server": pinning.server,
        "load": pinning.load,
        "database": pinning.database,
        "harness": pinning.harness,
    }
    cores = (f"{role} {cpu_words(own) or 'not known'}" for role, own in roles.items())
    shared = f" ({pinning.shared})" if pinning.shared else ""
    yield f"cores   {', '.join(cores)}{shared}"
    if pinning.among:
        yield f"        of {pinning.among}"
    if any(len(group) > 1 for group in pinning.physical):
        physical = (f"{role} {_physical(pinning, own)}" for role, own in roles.items())
        yield f"        physical cores by their threads: {', '.join(physical)}"
    if pinning.more:
        yield f"        servers of more workers also have {', '.join(map(str, pinning.more))}"
    if pinning.idle:
        yield f"        idle: {cpu_words(pinning.idle)}"


def _physical(pinning: Pinning, cpus: tuple[int, ...]) -> str:
    """The physical cores of those processors, each by all of its threads."""
    groups = (group for group in pinning.physical if not set(group).isdisjoint(cpus))
    return "+".join("/".join(map(str, group)) for group in groups)
