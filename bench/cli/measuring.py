"""The life of a run: begin or resume, store each event before the next, stop cleanly."""

import errno
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.analyse.progress import ratios_so_far
from bench.calibrate.calibration_check import refuse_beyond, remarks
from bench.cli.engines import (
    MEMORY_LIMIT,
    AnyEngine,
    container_details,
    engine_version,
    external_engine,
    new_engine,
    new_generator,
)
from bench.cli.faults import keep_and_tell, not_given
from bench.cli.load_workers import invitation, worker_pool_of
from bench.cli.places import CALIBRATIONS, RUNS, shown
from bench.cli.probe_command import for_run
from bench.cli.progress import Display, ProgressPace
from bench.cli.record import harness_facts, new_record, utc_now
from bench.cli.run_options import (
    RunOptions,
    frameworks,
    refuse_foreign,
    without,
)
from bench.configure.claims import CLAIMS, load_claims
from bench.deploy.engine import Engine
from bench.deploy.machine import inspect_machine, steal_s
from bench.deploy.trace import Tracer
from bench.errors import BrokenOff, EnvironmentFailure, UsageError
from bench.judge.enough import enough
from bench.load.container_generator import ContainerGenerator
from bench.load.distributed_generator import DistributedGenerator
from bench.load.locust_generator import LocustGenerator
from bench.model.framework import Target
from bench.model.plan import Plan
from bench.model.plural import plural
from bench.model.run import Receipt, Run
from bench.model.trial import Failure, RoundEnd, Stop
from bench.report.clean import clean_text
from bench.run.contract import verify
from bench.run.instruments import Instruments, Now
from bench.run.rounds import measure
from bench.store.documents import latest_calibration, write_exhibits
from bench.store.folder import (
    HEAD,
    LOGS,
    RunWriter,
    claim,
    create,
    read,
    reopen,
    run_id,
)
from bench.store.leftovers import remove_headless
from bench.store.untrusted_input import refuse_links
from bench.workloads import WORKLOADS


SPARE_FILES = 16
"""Descriptors that a run keeps for its own end."""


def begin(
    asked: RunOptions, plan: Plan, console: Console, runs: Path = RUNS
) -> tuple[Path, bool]:
    """Start a run; its folder, and whether it came to its end."""
    now = datetime.now(UTC)
    calibration = latest_calibration(CALIBRATIONS, inspect_machine().fingerprint)
    refuse_beyond(calibration, plan)
    for remark in remarks(calibration, now):
        console.print(f"note: {remark}")
    folder = runs / run_id(now, plan.profile.name, plan.seed)
    # Before the engine of the run: there is one engine at a time on a machine.
    exhibits = for_run(plan.profile.probes, console)
    opened = _engine(plan, folder, console, asked.i_own_this)
    with _claimed(folder), opened as engine:
        if plan.own_servers:  # whoever has their engine is the only one here
            remove_headless(runs, but=folder)
        receipts, refused = _prepare(engine, plan.targets, console, asked.keep_going)
        plan = without(plan, set(refused))
        record = new_record(
            asked, plan, receipts, engine.database.facts(), engine_version(engine), now
        )
        details = {**record.machine.details, **container_details(engine)}
        machine = replace(record.machine, details=details)
        record = replace(record, calibration=calibration, machine=machine)
        with create(runs, record) as writer:
            if exhibits is not None:
                write_exhibits(writer.folder, exhibits)
            for target_id, reason in refused.items():
                writer.append(Failure(0, target_id, None, reason))
            console.print(f"run {record.id}: {shown(folder)}")
            with said_why(writer):
                done = _measure(engine, plan, writer, None, console, asked.claims)
            return folder, done


def _engine(plan: Plan, folder: Path, console: Console, i_own_this: bool) -> AnyEngine:
    if not plan.own_servers:
        return external_engine(plan.targets, plan.pinning, i_own_this)
    return new_engine(plan.engine, plan.pinning, folder / LOGS, console.print)


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Make the folder of a run; remove it if that run does not get as far as its head, but for its logs."""
    # Made here and now: of two that begin at once with one name, the second is
    # refused before it could remove what is the first one's.
    claim(folder)
    try:
        yield
    except EnvironmentFailure as error:
        if not (folder / HEAD).exists():
            keep_and_tell(error, folder / LOGS, folder.parent)
        raise
    finally:
        if not (folder / HEAD).exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def said_why(writer: RunWriter) -> Iterator[None]:
    """A run that cannot go on keeps the reason in its folder: its page must say it, too."""
    # Where there are none left, telling so and ending the servers takes some.
    spare = [os.open(os.devnull, os.O_RDONLY) for _ in range(SPARE_FILES)]
    try:
        yield
    except (EnvironmentFailure, OSError) as error:
        _close(spare)
        refused = error if isinstance(error, EnvironmentFailure) else _used_up(error)
        number = len(read(writer.folder).complete_rounds) + 1
        stop = Stop(number, utc_now(), refused.message, refused.hint)
        with suppress(EnvironmentFailure):  # the disk may be what is full
            writer.append(stop)
        raise BrokenOff(refused.message, refused.hint, writer.folder) from error
    finally:
        _close(spare)


def _close(files: list[int]) -> None:
    while files:
        os.close(files.pop())


_REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room within the quota",
    errno.EMFILE: "let this process open more files: ulimit -n",
    errno.ENFILE: "let the machine open more files: sysctl fs.file-max",
}
"""What the machine may have run out of, wherever the harness meets it."""


def _used_up(error: OSError) -> EnvironmentFailure:
    """The sentence for it; any other error is a fault of the harness and goes on as it is."""
    if error.errno not in _REMEDIES:
        raise error
    return not_given(error, _REMEDIES[error.errno])


def resume(
    folder: Path,
    console: Console,
    claims: Path | None = None,
    i_own_this: bool = False,
) -> bool:
    """Go on with an interrupted run; whether it came to its end."""
    refuse_links(folder)
    run = read(folder)
    plan = run.record.plan
    if len(run.complete_rounds) == plan.profile.looks[-1]:
        console.print("this run is complete: nothing is measured again")
        return True
    here = inspect_machine()
    if here.fingerprint != run.record.machine.fingerprint:
        raise UsageError(
            f"run {run.record.id} was begun on another machine "
            f"({run.record.machine.cpu_model}, {plural(run.record.machine.cores, 'core')})",
            "go on there, or start a new run here",
        )
    refuse_foreign(plan)
    with _engine(plan, folder, console, i_own_this) as engine:
        receipts, refused = _prepare(engine, plan.targets, console, keep_going=True)
        _refuse_changes(run, engine, receipts, refused)
        with reopen(folder) as writer, said_why(writer):
            # Read again, as the only writer: somebody may have gone on with it
            # meanwhile, and what was measured since is not measured twice.
            return _measure(engine, plan, writer, read(folder), console, claims)


def _prepare(
    engine: Engine, targets: Sequence[Target], console: Console, keep_going: bool
) -> tuple[dict[str, Receipt], dict[str, str]]:
    outcomes = engine.prepare(targets, console.print)
    receipts = {t: r for t, r in outcomes.items() if isinstance(r, Receipt)}
    refused = {t: r for t, r in outcomes.items() if isinstance(r, str)}
    if not keep_going:
        _refuse_unprepared(refused)
    for target_id, reason in refused.items():
        console.print(f"left out: {target_id}: {clean_text(reason)}", style="yellow")
    if not receipts:
        raise EnvironmentFailure(
            f"no target can be prepared: {next(iter(refused.values()))}",
            "the environments need the package index once; is the network up?",
        )
    return receipts, refused


def _refuse_unprepared(refused: Mapping[str, str]) -> None:
    """EnvironmentFailure, before anything is measured, with everything that cannot be prepared."""
    if refused:
        by_reason: dict[str, list[str]] = {}
        for target, reason in refused.items():
            by_reason.setdefault(reason, []).append(target)
        reasons = [f"{', '.join(targets)}: {why}" for why, targets in by_reason.items()]
        raise EnvironmentFailure(
            "\n".join(["cannot be prepared, so nothing was measured:", *reasons]),
            "--keep-going measures the rest",
        )


def _refuse_changes(
    run: Run,
    engine: AnyEngine,
    receipts: Mapping[str, Receipt],
    refused: Mapping[str, str],
) -> None:
    changed = [t for t, r in run.record.receipts.items() if receipts.get(t) != r]
    changed += refused
    measured_by = run.record.harness.get("measuring_sha256")
    if harness_facts()["measuring_sha256"] != measured_by:
        changed.append("the part of the harness that measures")
    if dict(engine.database.facts()) != dict(run.record.database):
        changed.append("PostgreSQL or its settings")
    details = run.record.machine.details.items()
    limits = {name: most for name, most in details if name.startswith(MEMORY_LIMIT)}
    if container_details(engine) != limits:
        changed.append("memory limits of the containers")
    if changed:
        raise UsageError(
            f"run {run.record.id}: changed since it began: {', '.join(changed)}",
            "a run is about one state of things: start a new run",
        )


def _tracer(plan: Plan, generator: LocustGenerator) -> Tracer:
    # A generator in a container is a process of its container's numbering; of
    # several workers, others than those that began may end.
    away = (ContainerGenerator, DistributedGenerator)
    here = not isinstance(generator, away)
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
    pace = ProgressPace(plan, len(before.windows) if before else 0, time.monotonic())

    def look(number: int) -> bool:
        return enough(read(folder), claims, frameworks())

    worker_pool = worker_pool_of(plan)
    for line in invitation(worker_pool) if worker_pool else ():
        console.print(line)
    with ExitStack() as stack:
        log = folder / LOGS / "generator.log"
        generator = stack.enter_context(
            new_generator(engine, plan.pinning, log, worker_pool)
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
            for event in measure(plan, tools, dict(WORKLOADS), before, look):
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
