"""The life of a run: begin or resume, store each event before the next, stop cleanly."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.analyse.progress import ratios_so_far
from bench.calibrate.fitness import refuse_beyond, remarks
from bench.cli.asked import Asked, frameworks, known_workloads, without
from bench.cli.engines import (
    AnyEngine,
    engine_version,
    external_engine,
    new_engine,
    new_generator,
)
from bench.cli.places import CALIBRATIONS, RUNS, shown
from bench.cli.probing import for_run
from bench.cli.progress import Display, Pace
from bench.cli.record import harness_facts, new_record, utc_now
from bench.configure.claims import CLAIMS, load_claims
from bench.deploy.machine import inspect_machine, steal_s
from bench.deploy.trace import Tracer
from bench.errors import AskedWrongly, MachineRefused
from bench.judge.enough import enough
from bench.load.container_generator import ContainerGenerator
from bench.load.locust_generator import LocustGenerator
from bench.model.framework import Target
from bench.model.plan import Plan
from bench.model.run import Receipt, Run
from bench.model.trial import Failure, RoundEnd
from bench.run.contract import verify
from bench.run.instruments import Instruments, Now
from bench.run.rounds import measure
from bench.store.calibrations import latest
from bench.store.exhibits import write_exhibits
from bench.store.folder import HEAD, LOGS, RunWriter, create, read, reopen, run_id


def begin(
    asked: Asked, plan: Plan, console: Console, runs: Path = RUNS
) -> tuple[Path, bool]:
    """Start a run; its folder, and whether it came to its end."""
    now = datetime.now(UTC)
    calibration = latest(CALIBRATIONS, inspect_machine().fingerprint)
    refuse_beyond(calibration, plan)
    for remark in remarks(calibration, now):
        console.print(f"note: {remark}", markup=False, highlight=False)
    folder = runs / run_id(now, plan.profile.name, plan.seed)
    # Before the engine of the run: there is one engine at a time on a machine.
    exhibits = for_run(plan.profile.probes, console)
    opened = _engine(plan, folder, console, asked.i_own_this)
    with _no_headless(folder), opened as engine:
        receipts, refused = _prepare(engine, plan.targets, console)
        plan = without(plan, set(refused))
        record = new_record(
            asked, plan, receipts, engine.database.facts(), engine_version(engine), now
        )
        record = replace(record, calibration=calibration)
        with create(runs, record) as writer:
            if exhibits is not None:
                write_exhibits(writer.folder, exhibits)
            for target_id, reason in refused.items():
                writer.append(Failure(0, target_id, None, reason))
            console.print(f"run {record.id}: {shown(folder)}", highlight=False)
            return folder, _measure(engine, plan, writer, None, console, asked.claims)


def _engine(plan: Plan, folder: Path, console: Console, i_own_this: bool) -> AnyEngine:
    if not plan.own_servers:
        return external_engine(plan.targets, plan.pinning, i_own_this)
    return new_engine(
        plan.engine,
        plan.pinning,
        folder / LOGS,
        lambda line: console.print(line, highlight=False),
    )


@contextmanager
def _no_headless(folder: Path) -> Iterator[None]:
    """Remove the folder of a run that did not get as far as its head."""
    try:
        yield
    finally:
        if not (folder / HEAD).exists():
            shutil.rmtree(folder, ignore_errors=True)


def resume(
    folder: Path,
    console: Console,
    claims: Path | None = None,
    i_own_this: bool = False,
) -> bool:
    """Go on with an interrupted run; whether it came to its end."""
    run = read(folder)
    plan = run.record.plan
    if len(run.complete_rounds) == plan.profile.looks[-1]:
        console.print("this run is complete: nothing is measured again")
        return True
    here = inspect_machine()
    if here.fingerprint != run.record.machine.fingerprint:
        raise AskedWrongly(
            f"run {run.record.id} was begun on another machine "
            f"({run.record.machine.cpu_model}, {run.record.machine.cores} cores)",
            "go on there, or start a new run here",
        )
    with _engine(plan, folder, console, i_own_this) as engine:
        receipts, refused = _prepare(engine, plan.targets, console)
        _refuse_changes(run, receipts, refused, engine.database.facts())
        with reopen(folder) as writer:
            return _measure(engine, plan, writer, run, console, claims)


def _prepare(
    engine: AnyEngine, targets: Sequence[Target], console: Console
) -> tuple[dict[str, Receipt], dict[str, str]]:
    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False)

    found = engine.prepare(targets, say)
    receipts = {t: r for t, r in found.items() if isinstance(r, Receipt)}
    refused = {t: r for t, r in found.items() if isinstance(r, str)}
    for target_id, reason in refused.items():
        console.print(
            f"left out: {target_id}: {reason}",
            style="yellow",
            markup=False,
            highlight=False,
        )
    if not receipts:
        raise MachineRefused(
            f"no target can be prepared: {next(iter(refused.values()))}",
            "the environments need the package index once; is the network up?",
        )
    return receipts, refused


def _refuse_changes(
    run: Run,
    receipts: Mapping[str, Receipt],
    refused: Mapping[str, str],
    database: Mapping[str, str],
) -> None:
    changed = [t for t, r in run.record.receipts.items() if receipts.get(t) != r]
    changed += refused
    if harness_facts()["measuring_sha256"] != run.record.harness["measuring_sha256"]:
        changed.append("the part of the harness that measures")
    if dict(database) != dict(run.record.database):
        changed.append("PostgreSQL or its settings")
    if changed:
        raise AskedWrongly(
            f"run {run.record.id}: changed since it began: {', '.join(changed)}",
            "a run is about one state of things: start a new run",
        )


def _tracer(plan: Plan, generator: LocustGenerator) -> Tracer:
    # A generator in a container is a process of its container's numbering.
    here = not isinstance(generator, ContainerGenerator)
    return Tracer(plan.pinning.server, generator.pid if here else None)


def _measure(
    engine: AnyEngine,
    plan: Plan,
    writer: RunWriter,
    before: Run | None,
    console: Console,
    table: Path | None,
) -> bool:
    folder = writer.folder
    claims = load_claims(table or CLAIMS)
    pace = Pace(plan, len(before.windows) if before else 0, time.monotonic())

    def look(number: int) -> bool:
        return enough(read(folder), claims, frameworks())

    with ExitStack() as stack:
        generator = stack.enter_context(
            new_generator(engine, plan.pinning, folder / LOGS / "generator.log")
        )
        display = stack.enter_context(Display(plan, pace, console))
        tools = Instruments(
            engine,
            generator,
            folder,
            verify,
            steal_s,
            utc_now,
            _tracer(plan, generator),
            fingerprint=lambda: inspect_machine().fingerprint,
        )
        try:
            for event in measure(plan, tools, known_workloads(), before, look):
                if isinstance(event, Now):
                    display.doing(event)
                    continue
                writer.append(event)
                display.saw(event)
                if isinstance(event, RoundEnd):
                    display.round_over(event.round, ratios_so_far(read(folder)))
        except KeyboardInterrupt:
            return False
    return True
