"""Probes and counts: played when they are asked for, kept, handed to the runs."""

import hashlib
import platform
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from rich.console import Console

from bench.cli.places import CACHE, ROOT, RUNS
from bench.configure.claims import load_claims
from bench.configure.probes import load_counted, load_probes
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement, Say
from bench.deploy.environments import Environments
from bench.deploy.local import LocalEngine
from bench.deploy.topology import topology
from bench.errors import BenchError, unknown
from bench.model.probe import (
    EXHIBITS_SCHEMA,
    MEASURES,
    Probe,
    ProbeOutcome,
    ProbeResults,
)
from bench.report.clean import clean_text
from bench.run.counting import count_all
from bench.run.probing import FOLDER, Bench, play_probes
from bench.store.documents import read_exhibits, write_exhibits


DECIDING = ("apps", "bench/run", "bench/workloads", "bench/definitions/probes.toml")
"""What outcomes depend on, beside the Python: files and folders of the repository."""


def identity() -> str:
    """A hash over everything that outcomes depend on; equal means still true."""
    digest = hashlib.sha256(sys.version.encode())
    for name in DECIDING:
        root = ROOT / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def chosen_probes(names: Sequence[str]) -> list[Probe]:
    """The probes that names of claims or probes mean, all without names; UsageError otherwise."""
    probes = load_probes()
    by_claim = {claim.id: claim.probe for claim in load_claims() if claim.probe}
    chosen = {}
    for name in names or list(probes):
        probe = by_claim.get(name, name)
        if probe not in probes:
            raise unknown("claim or probe", name, [*by_claim, *probes])
        chosen[probe] = probes[probe]
    return list(chosen.values())


def play(
    probes: Sequence[Probe], console: Console, counted: bool = True
) -> ProbeResults:
    """Play these probes, and count, on an engine of their own; EnvironmentFailure without one."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    with ExitStack() as stack:
        bench, packages = _bench(stack, say)
        outcomes = []
        for outcome in play_probes(bench, probes):
            say(line(outcome))
            outcomes.append(outcome)
        counts = count_all(bench, load_counted(), packages) if counted else ()
        return ProbeResults(
            schema=EXHIBITS_SCHEMA,
            made_at=now,
            identity=identity(),
            python=platform.python_version(),
            database=bench.engine.database.facts()["version"],
            outcomes=tuple(outcomes),
            measures=MEASURES if counted else (),
            counts=tuple(counts),
        )


def _bench(stack: ExitStack, say: Say) -> tuple[Bench, dict[str, str | None]]:
    table = load_frameworks()
    parity = load_profiles()[1]
    cores = pinning(topology())
    packages = {name: framework.package for name, (framework, _) in table.items()}
    beside = {f"{FOLDER}/{name}": package for name, package in packages.items()}
    engine = stack.enter_context(
        LocalEngine(ROOT, CACHE, None, cores, packages | beside)
    )
    bench = Bench(
        engine=engine,
        environments=Environments(ROOT / "apps", CACHE / "environments"),
        apps=ROOT / "apps",
        placement=CpuPlacement(1, parity.threads, cores, engine.logs),
        targets=all_targets(table, parity),
        newest={name: framework.versions[-1] for name, (framework, _) in table.items()},
        say=say,
    )
    return bench, packages


def line(outcome: ProbeOutcome) -> str:
    """An outcome on one line, for a terminal."""
    word = {True: "yes", False: "no", None: "not played"}[outcome.passed]
    name = f"{outcome.framework} {outcome.name}".strip()
    return f"{outcome.probe:18} {name:42} {word:10} {outcome.came_back}"


def keep(played: ProbeResults) -> ProbeResults:
    """Store what was played beside the runs; what is still true of the rest stays."""
    before = read_exhibits(RUNS)
    if before is not None and before.identity == played.identity:
        played = merged(before, played)
    write_exhibits(RUNS, played)
    return played


def merged(before: ProbeResults, played: ProbeResults) -> ProbeResults:
    """What was played now, and of before what was not played again, in the table's order."""
    again = {one.probe for one in played.outcomes}
    found = [one for one in before.outcomes if one.probe not in again]
    order = list(load_probes())
    outcomes = sorted([*found, *played.outcomes], key=lambda o: order.index(o.probe))
    newest = played if played.counts else before
    return ProbeResults(
        schema=played.schema,
        made_at=played.made_at,
        identity=played.identity,
        python=played.python,
        database=played.database,
        outcomes=tuple(outcomes),
        measures=newest.measures,
        counts=newest.counts,
    )


def complete(exhibits: ProbeResults, probes: Sequence[Probe]) -> bool:
    """Whether every probe was played and everything was counted."""
    played = {one.probe for one in exhibits.outcomes if one.passed is not None}
    return bool(exhibits.counts) and played >= {probe.id for probe in probes}


def for_run(how: str, console: Console) -> ProbeResults | None:
    """
    What a run is judged with: the stored outcomes where they are still true, else new ones.

    `how` is the profile's: none, stored or play. None, and the reason on the
    console, where there are none or they cannot be played: a run is about its
    trials, and its claims that need a probe are then not tested.
    """
    if how == "none":
        return None
    stored = read_exhibits(RUNS)
    probes = chosen_probes(())
    if stored and stored.identity == identity() and complete(stored, probes):
        console.print(
            f"probes: those of {stored.made_at} are still true", highlight=False
        )
        return stored
    if how == "stored":
        console.print("probes: none are stored that are still true: bench probe")
        return None
    console.print("probes: what is not timed, about two minutes", highlight=False)
    try:
        return keep(play(probes, console))
    except BenchError as error:
        said = f"no probes: {clean_text(error.message)}"
        console.print(said, style="yellow", markup=False)
        return None
