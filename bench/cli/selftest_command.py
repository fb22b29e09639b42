"""`bench selftest`."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.incomplete_run import refuse_missing
from bench.cli.measuring import begin
from bench.cli.places import RUNS, shown
from bench.cli.record import harness_facts
from bench.cli.run_options import RunOptions
from bench.cli.selftest_plans import (
    CYCLES,
    MEASURE_S,
    SelfTestExtent,
    copies,
    disturbed_plan,
    effects,
    plan_of,
    slowed,
    steps_of,
)
from bench.deploy.machine import available_cores
from bench.errors import UsageError, unknown
from bench.model.plan import Plan
from bench.model.run import Run
from bench.selftest.copies import detection, false_alarms
from bench.selftest.coverage import coverage
from bench.selftest.cpu_burner import burn_cpu
from bench.selftest.disturbed import beside_another_program
from bench.selftest.power import BLOCK
from bench.selftest.result import SelfTestResult, table
from bench.store.folder import read, write_atomically


FOLDER = RUNS / "selftest"
"""Runs of the self-tests; below the others, so that none is taken for a result."""
NAMES = ("coverage", "aa", "slowdown", "disturbed")
ADDED = (3, 5, 10)
"""Per cent of more work in one app, where nothing else is asked for."""


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
        raise typer.Exit(1)


def _false_alarms(
    target: str, entries: int, extent: SelfTestExtent, seed: int
) -> SelfTestResult:
    plan = plan_of("aa", copies(target, entries), extent, seed)
    words = f"aa --target {target} --entries {entries} {_words(extent)}"
    run = _measured(plan, words)
    return false_alarms(run, [one.id for one in run.record.plan.targets])


def _detection(
    added: Sequence[int], entries: int, extent: SelfTestExtent, seed: int
) -> SelfTestResult:
    console = Console(stderr=True)
    per_cent = sorted(set(added))
    steps = steps_of((0.0, *(each / 100 for each in per_cent)), console)
    groups = {slowdown: slowed(count, entries) for slowdown, count in steps.items()}
    plan = plan_of("slowdown", [t for g in groups.values() for t in g], extent, seed)
    words = " ".join(f"--added {each}" for each in per_cent)
    run = _measured(plan, f"slowdown {words} --entries {entries} {_words(extent)}")
    return detection(
        run,
        {slowdown: [t.id for t in group] for slowdown, group in groups.items()},
        effects(steps, console),
    )


def _words(extent: SelfTestExtent) -> str:
    return (
        f"--rounds {extent.rounds} --cycles {extent.cycles} "
        f"--measure-s {extent.measure_s:g}"
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
    folder, complete = begin(asked, plan, Console(stderr=True), FOLDER)
    if not complete:
        raise typer.Exit(130)
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
    write_atomically(path, json.dumps(content, indent=1))
    return shown(path)
