"""The plan in words, printed before anything starts."""

from collections.abc import Iterator

from bench.cli.crew import crew_line
from bench.model.plan import Pinning, Plan
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


def plan_lines(plan: Plan, engine_why: str) -> Iterator[str]:
    """The whole plan, line by line."""
    profile = plan.profile
    expected = duration(plan)
    looks = profile.looks
    rounds = (
        f"{looks[0]} round{'s' if looks[0] > 1 else ''}"
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
    yield f"takes about {took}: {rounds} of {closed} cells, {profile.cycles} windows of {load.duration_s:g} s each"
    yield f"load    closed loop, {load.clients} connections; the first {load.warm_s:g} s of a window do not count"
    yield from _open_lines(plan)
    yield from _experiment_lines(plan)
    yield f"servers {plan.workers} worker process{'es' if plan.workers > 1 else ''} each, {plan.threads} threads where the model is threads, {plan.connections} database connections per process"
    yield f"cores   {pinning_text(plan.pinning)}"
    if plan.load_workers or plan.load_elsewhere:
        yield crew_line(plan)
    yield engine_why
    yield f"probes  {PROBES[profile.probes]}"
    yield f"seed    {plan.seed}"
    for target in plan.targets:
        works = dict.fromkeys(
            cell.workload for cell in plan.cells if cell.target == target.id
        )
        yield f"  {target.id:38} {', '.join(works)}"


def _open_lines(plan: Plan) -> Iterator[str]:
    open_loop = plan.profile.open_loop
    cells = [c for c in plan.cells if c.load.is_open and not c.load.experiment]
    loads = dict.fromkeys(c.load.name for c in cells)
    if open_loop is None or not loads:
        return
    works = dict.fromkeys(c.workload for c in cells)
    yield (
        f"        then open loops ({open_loop.arrivals}) {', '.join(loads)} on "
        f"{', '.join(works)}: {open_loop.cycles} windows of "
        f"{open_loop.warm_s + open_loop.measure_s:g} s each, {open_loop.connections} connections"
    )


def _experiment_lines(plan: Plan) -> Iterator[str]:
    for experiment in plan.profile.experiments:
        cells = [c for c in plan.cells if c.load.experiment == experiment.name]
        windows = sum(plan.cycles(cell) for cell in cells)
        if not cells and experiment.workers:
            yield (
                f"        not {experiment.name}: {experiment.why} It needs a core for each of "
                f"{min(n for n in experiment.workers if n > 1)} workers, beside those of load and database"
            )
        if cells:
            targets = len({cell.target for cell in cells})
            works = ", ".join(dict.fromkeys(cell.workload for cell in cells))
            yield (
                f"        and {experiment.name}: {experiment.why} {targets} targets on "
                f"{works}, {windows} windows in each of the first {experiment.rounds} rounds"
            )


def pinning_text(pinning: Pinning) -> str:
    """Who runs on which core."""
    roles = {
        "server": pinning.server,
        "load": pinning.load,
        "database": pinning.database,
        "harness": pinning.harness,
    }
    text = ", ".join(f"{role} {_cores(cores)}" for role, cores in roles.items())
    return f"{text}{f' ({pinning.shared})' if pinning.shared else ''}"


def _cores(cores: tuple[int, ...]) -> str:
    return "+".join(str(core) for core in cores)
