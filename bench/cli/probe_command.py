"""`bench probe`: what is not timed is played when it is asked for, kept, and handed to the runs."""

import hashlib
import json
import platform
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.options import AsJson, Quiet, progress_console
from bench.cli.places import CACHE, ROOT, RUNS, shown
from bench.cli.readings import run_to_change
from bench.configure.claims import load_claims
from bench.configure.probes import load_counted, load_probes
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement, Say
from bench.deploy.environments import Environments
from bench.deploy.local import LocalEngine
from bench.deploy.topology import topology
from bench.errors import BenchError, EnvironmentFailure, UsageError, unknown
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
from bench.store.documents import EXHIBITS, read_exhibits, write_exhibits


def command(
    claims: Annotated[
        list[str] | None,
        typer.Argument(
            help="Claims or probes; all, and the counts, if left out.",
            metavar="[CLAIM]...",
        ),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(help="Put what is stored into this run, playing what is not."),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Play the probes of claims; exit 3 if one could not be played or counted."""
    console = progress_console(quiet)
    probes = chosen_probes(claims or ())
    folder = run_to_change(into) if into is not None else None
    if folder is not None and claims:
        raise UsageError(
            "--into puts all that was probed into a run", "leave out the names"
        )
    stored = still_true(probes) if folder is not None else None
    played = stored or play(probes, console, counted=not claims)
    kept = stored or keep(played)
    if folder is not None:
        write_exhibits(folder, kept)
        print(f"next: bench report {folder.name}")
    if as_json:
        print(json.dumps(asdict(played), indent=1, ensure_ascii=False))
    else:
        print(shown((folder or RUNS) / EXHIBITS))
    unplayed = [
        f"{outcome.probe} {outcome.framework}: {outcome.came_back}"
        for outcome in played.outcomes
        if outcome.passed is None
    ]
    unplayed += [
        f"{count.measure} of {count.framework}: {count.detail}"
        for count in played.counts
        if count.value is None
    ]
    if unplayed:
        raise EnvironmentFailure(
            "\n".join(["could not be played or counted:", *unplayed]),
            "play one alone to see more: bench probe NAME",
        )


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
    with ExitStack() as stack:
        bench, packages = _bench(stack, console.print)
        outcomes = []
        for outcome in play_probes(bench, probes):
            console.print(line(outcome), soft_wrap=True)
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


def still_true(probes: Sequence[Probe]) -> ProbeResults | None:
    """What is stored, if it holds all of these, and of the state of things that is here; else None."""
    stored = read_exhibits(RUNS)
    if stored is None or stored.identity != identity():
        return None
    played = {
        outcome.probe for outcome in stored.outcomes if outcome.passed is not None
    }
    whole = stored.counts and played >= {probe.id for probe in probes}
    return stored if whole else None


def keep(played: ProbeResults) -> ProbeResults:
    """Store what was played beside the runs; what is still true of the rest stays."""
    before = read_exhibits(RUNS)
    if before is not None and before.identity == played.identity:
        played = merged(before, played)
    write_exhibits(RUNS, played)
    return played


def merged(before: ProbeResults, played: ProbeResults) -> ProbeResults:
    """What was played now, and of before what was not played again, in the table's order."""
    again = {outcome.probe for outcome in played.outcomes}
    rest = [outcome for outcome in before.outcomes if outcome.probe not in again]
    order = list(load_probes())
    outcomes = sorted([*rest, *played.outcomes], key=lambda o: order.index(o.probe))
    newest = played if played.counts else before
    return replace(
        played,
        outcomes=tuple(outcomes),
        measures=newest.measures,
        counts=newest.counts,
    )


def for_run(how: str, console: Console) -> ProbeResults | None:
    """
    What a run is judged with: the stored outcomes where they are still true, else new ones.

    `how` is the profile's: none, stored or play. None, and the reason on the
    console, where there are none or they cannot be played: a run is about its
    trials, and its claims that need a probe are then not tested.
    """
    if how == "none":
        return None
    probes = chosen_probes(())
    if stored := still_true(probes):
        console.print(f"probes: those of {stored.made_at} are still true")
        return stored
    if how == "stored":
        console.print("probes: none are stored that are still true: bench probe")
        return None
    console.print("probes: what is not timed, about two minutes")
    try:
        return keep(play(probes, console))
    except BenchError as error:
        console.print(f"no probes: {clean_text(error.message)}", style="yellow")
        return None
