"""The contract, played against started targets, told in a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.cli.engines import AnyEngine, new_engine
from bench.cli.plan_text import pinning_lines
from bench.configure.tables import load_frameworks, load_profiles
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement, WatchedDatabase
from bench.deploy.topology import topology
from bench.errors import TargetFailed
from bench.model.framework import Target
from bench.model.plural import plural
from bench.report.clean import clean_text
from bench.run.contract import ContractResult, compare, play


type Tell = Callable[[str, ContractResult], None]


@dataclass(frozen=True, slots=True)
class CheckedTarget:
    """How the contract was met."""

    broken: int  # checks that failed
    unprepared: tuple[str, ...]  # targets that were not played, each with its reason


def check_targets(
    targets: Sequence[Target],
    logs: Path,
    console: Console,
    verbose: bool,
    engine_name: str = "local",
) -> CheckedTarget:
    """Play the contract against every target on that engine that can be prepared, then compare them."""
    cores = pinning(topology())
    broken = 0
    results: dict[str, list[ContractResult]] = {}
    unprepared: list[str] = []

    def tell(where: str, finding: ContractResult) -> None:
        nonlocal broken
        broken += finding.ok is False
        if verbose or finding.ok is False:
            finding_line = clean_text(f"{where}: {finding.name}: {finding.detail}")
            print(f"{_mark(finding)} {finding_line}")

    for line in pinning_lines(cores):
        console.print(line)
    with new_engine(engine_name, cores, logs, console.print, timed=False) as engine:
        receipts = engine.prepare(targets, console.print)
        for target in targets:
            reason = receipts[target.id]
            if isinstance(reason, str):
                unprepared.append(f"{target.id}: {reason}")
                continue
            before = broken
            results[target.id] = play_target(
                engine,
                target,
                CpuPlacement(1, load_profiles()[1].threads, cores, logs),
                tell,
            )
            _sum_up(target, results[target.id], broken - before)
    for finding in compare(results):
        tell("all", finding)
    print(
        f"{plural(len(targets), 'target')}, {plural(broken, 'fault')}"
        + ("" if broken or unprepared else ": the work is equal")
    )
    return CheckedTarget(broken, tuple(unprepared))


def play_target(
    engine: AnyEngine, target: Target, placement: CpuPlacement, tell: Tell
) -> list[ContractResult]:
    """Start a target, play the contract against it, and stop it; every finding, told as it comes."""
    try:
        server = engine.start(target, placement, hash_seed=0)
    except TargetFailed as error:
        tell(target.id, ContractResult("start", False, error.message))
        return []
    findings = []
    database = engine.database
    statements = None
    if isinstance(database, WatchedDatabase):
        # Only a database of our own lets us read what it was asked.
        database.watch_statements(True)
        statements = partial(database.statements, server.application_name)
    try:
        for finding in play(
            server.host,
            server.port,
            target,
            reset=database.reset,
            statements=statements,
            workers=placement.workers,
            bare=load_frameworks()[target.framework].framework.package is None,
        ):
            findings.append(finding)
            tell(target.id, finding)
    finally:
        server.stop()
    return findings


def _sum_up(target: Target, findings: list[ContractResult], broken: int) -> None:
    passed = sum(finding.ok is True for finding in findings)
    noted = sum(finding.ok is None for finding in findings)
    print(f"{target.id:38} {passed} passed, {broken} failed, {noted} recorded")


def _mark(finding: ContractResult) -> str:
    return {True: "pass", False: "FAIL", None: "note"}[finding.ok]
