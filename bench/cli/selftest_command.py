"""`bench selftest`: many servers of which the truth is known, and what the harness makes of them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.counting import programs
from bench.cli.measuring import begin
from bench.cli.options import progress_console
from bench.cli.outcome import refuse_missing
from bench.cli.places import RUNS, shown
from bench.cli.record import harness_facts
from bench.cli.run_options import WORKERS, RunOptions, chosen_targets, one_target
from bench.configure.tables import load_profiles
from bench.configure.targets import twin
from bench.deploy.cores import pinning
from bench.deploy.instructions import count
from bench.deploy.machine import available_cores
from bench.deploy.topology import topology
from bench.errors import ExitStatus, UsageError, unknown
from bench.model.exchange import Request
from bench.model.framework import Role, Target
from bench.model.plan import Plan, Profile
from bench.model.run import Run
from bench.plan.make import Placement, make_plan
from bench.selftest.copies import BLOCK, detection, false_alarms
from bench.selftest.coverage import coverage
from bench.selftest.cpu_burner import burn_cpu
from bench.selftest.disturbed import beside_another_program
from bench.selftest.result import SelfTestResult, table
from bench.store.folder import read
from bench.store.whole_file import write_whole
from bench.workloads import workload


FOLDER = RUNS / "selftest"
"""Runs of the self-tests; below the others, so that none is taken for a result."""
NAMES = ("coverage", "aa", "slowdown", "disturbed")
ADDED = (3, 5, 10)
"""Per cent of more work in one app, where nothing else is asked for."""
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

    @property
    def typed(self) -> str:
        """The options that ask for it."""
        return (
            f"--rounds {self.rounds} --cycles {self.cycles} "
            f"--measure-s {self.measure_s:g}"
        )


def command(  # noqa: PLR0913 - one parameter is one option that people type
    names: Annotated[
        list[str] | None, typer.Argument(help=f"{', '.join(NAMES)}; all if left out")
    ] = None,
    rounds: Annotated[
        int, typer.Option(help=f"A multiple of {BLOCK}: each block is compared.", min=6)
    ] = BLOCK,
    target: Annotated[
        str, typer.Option(help="aa: what is entered many times.")
    ] = "floor/gunicorn-gthread",
    entries: Annotated[
        int | None,
        typer.Option(
            help="aa: under so many names, 10 if left out; slowdown: servers of each slowdown, 4.",
            min=3,
            max=24,
        ),
    ] = None,
    added: Annotated[
        list[int] | None,
        typer.Option(
            help="slowdown: per cent of more work, once for each; 3, 5 and 10 if left out.",
            min=1,
            max=100,
        ),
    ] = None,
    cycles: Annotated[
        int, typer.Option(help="aa, slowdown: windows in a round.", min=1, max=1000)
    ] = CYCLES,
    measure_s: Annotated[
        float,
        typer.Option(help="aa, slowdown: seconds of a window.", min=0.05, max=60.0),
    ] = MEASURE_S,
    experiments: Annotated[
        int, typer.Option(help="coverage: simulated runs.", min=100, max=100_000)
    ] = 4000,
    seed: Annotated[int | None, typer.Option(help="Repeat a self-test.", min=0)] = None,
) -> None:
    """Test the harness on what is known; exit 1 if it fails its own limits."""
    for name in names or ():
        if name not in NAMES:
            raise unknown("self-test", name, list(NAMES))
    if rounds % BLOCK:
        raise UsageError(
            f"{rounds} rounds are no multiple of {BLOCK}",
            f"try --rounds {rounds // BLOCK * BLOCK + BLOCK}",
        )
    extent = SelfTestExtent(rounds, cycles, measure_s)
    number = secrets.randbelow(2**31) if seed is None else seed
    failed = []
    for name in names or NAMES:
        finding = {
            "coverage": lambda: coverage(experiments, number),
            "aa": lambda: _false_alarms(target, entries or 10, extent, number),
            "slowdown": lambda: _detection(
                added or ADDED, entries or 4, extent, number
            ),
            "disturbed": lambda: _disturbed(rounds, number),
        }[name]()
        print("\n".join(table(finding)), flush=True)
        print(f"stored: {_store(finding, number)}\n", flush=True)
        failed += [] if finding.passed else [name]
    if failed:
        print(f"failed: {', '.join(failed)}")
        raise typer.Exit(ExitStatus.NO)


def _false_alarms(
    target: str, entries: int, extent: SelfTestExtent, seed: int
) -> SelfTestResult:
    plan = plan_of("aa", copies(target, entries), extent, seed)
    run = _measured(plan, f"aa --target {target} --entries {entries} {extent.typed}")
    return false_alarms(run, [tested.id for tested in run.record.plan.targets])


def _detection(
    added: Sequence[int], entries: int, extent: SelfTestExtent, seed: int
) -> SelfTestResult:
    console = progress_console()
    per_cent = sorted(set(added))
    steps = steps_of((0.0, *(share / 100 for share in per_cent)), console)
    groups = {slowdown: slowed(count, entries) for slowdown, count in steps.items()}
    plan = plan_of("slowdown", [t for g in groups.values() for t in g], extent, seed)
    words = " ".join(f"--added {share}" for share in per_cent)
    run = _measured(plan, f"slowdown {words} --entries {entries} {extent.typed}")
    return detection(
        run,
        {slowdown: [t.id for t in group] for slowdown, group in groups.items()},
        effects(steps, console),
    )


def _disturbed(rounds: int, seed: int) -> SelfTestResult:
    plan = disturbed_plan(rounds, seed)
    core = plan.pinning.server[0] if plan.pinning.server else available_cores()[0]
    words = f"disturbed --rounds {rounds}"
    undisturbed = _measured(plan, words)
    with burn_cpu(core):
        return beside_another_program(undisturbed, _measured(plan, words))


def _measured(plan: Plan, words: str) -> Run:
    asked = RunOptions(
        plan.profile.name,
        engine_why="local: a self-test of the harness on this machine",
        command=f"python -m bench selftest {words}",
    )
    folder, complete = begin(asked, plan, progress_console(), FOLDER)
    if not complete:
        raise typer.Exit(ExitStatus.INTERRUPTED)
    refuse_missing(folder)
    return read(folder)


def _store(finding: SelfTestResult, seed: int) -> str:
    now = datetime.now(UTC)
    path = FOLDER / f"{now:%Y%m%dT%H%M%SZ}-{finding.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "seed": seed,
        "harness": harness_facts(),
        "passed": finding.passed,
        **asdict(finding),
    }
    write_whole(path, json.dumps(content, indent=1))
    return shown(path)


def plan_of(
    name: str, targets: Sequence[Target], extent: SelfTestExtent, seed: int
) -> Plan:
    """All targets on one workload, in short windows."""
    profile = Profile(
        name=name,
        why="A self-test of the harness.",
        targets=tuple(target.id for target in targets),
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
    return _entered(one_target(selector, "one is entered many times"), entries)


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
    counts = dict(zip(steps, _count(list(steps.values()), console), strict=True))
    return {slowdown: counts[slowdown] / counts[0.0] - 1 for slowdown in steps}


def _count(steps: Sequence[int], console: Console) -> list[float]:
    (floor,) = chosen_targets([SLOWED])
    variants = [_with_steps(floor, number) for number in steps]
    requests = {WORKLOAD: list[Request](workload(WORKLOAD).requests(1)[:1])}
    with programs(variants, console) as prepared:
        counts = count([program for program, _ in prepared], requests, _COUNTED)
    return [counted[WORKLOAD] for counted in counts]


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
