"""`bench bisect`: releases of a framework, counted, or timed in one run of the profile `versions`."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.analyse.analysis import analyse
from bench.cli.counting import ReleaseCounter, countable
from bench.cli.options import INDEX_MUST_ANSWER, Requests, progress_console
from bench.cli.places import RUNS, shown
from bench.cli.record import utc_now
from bench.cli.run_options import RunOptions, frameworks, plan_for, split
from bench.deploy.choose import choose_engine
from bench.deploy.committed_locks import NEWEST, releases_between
from bench.deploy.instructions import find_valgrind, valgrind_version
from bench.deploy.machine import inspect_machine
from bench.deploy.scratch import scratch
from bench.deploy.uv_tool import Refused
from bench.errors import EnvironmentFailure, ExitStatus, unknown
from bench.judge.regressions import slowdown
from bench.judge.steps import (
    THRESHOLD,
    counted_steps,
    first_to_measure,
    next_to_count,
    timed_steps,
    without_second_count,
)
from bench.model.bisection import (
    BISECTION_SCHEMA,
    Bisection,
    CostStep,
    CountedRelease,
    RequestCost,
)
from bench.model.estimate import Estimate
from bench.model.framework import Framework, Role
from bench.model.releases import by_plain_name
from bench.model.run import Run
from bench.store.documents import write_bisection
from bench.store.folder import read


PROFILE = "versions"
"""In which each release that is timed is a target."""


def command(  # noqa: PLR0913 - one parameter is one option that people type
    package: Annotated[
        str, typer.Argument(help="A framework's package, as the index names it.")
    ],
    old: Annotated[str, typer.Argument(help="The oldest release that is asked about.")],
    new: Annotated[
        str, typer.Argument(help="The newest one.", metavar="[NEW]")
    ] = NEWEST,
    workloads: Annotated[
        str,
        typer.Option(
            "--workload", "--workloads", help="One or more, separated by commas."
        ),
    ] = "hello",
    timed: Annotated[
        bool,
        typer.Option(
            "--timed",
            help="By CPU time in paired rounds (profile versions) instead of counted instructions.",
        ),
    ] = False,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Every release; else those between two of one cost are left out.",
        ),
    ] = False,
    beside: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help='Another package at a version, for every release: "PACKAGE==1.2.*"; may be repeated.',
        ),
    ] = None,
    requests: Requests = 200,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of Markdown.")
    ] = False,
) -> None:
    """Which releases between two changed what a request costs, and by how much."""
    console = progress_console()
    framework = _framework(package)
    names = split(workloads) if timed else countable(split(workloads))
    if not timed:
        find_valgrind()
    try:
        versions = releases_between(package, old, new)
    except Refused as error:
        raise EnvironmentFailure(
            f"the releases of {package} cannot be listed: {error.reason}",
            INDEX_MUST_ANSWER,
        ) from error
    first = versions if every else first_to_measure(versions)
    console.print(
        f"{len(versions)} releases from {versions[0]} to {versions[-1]}; "
        f"{len(first)} of them first"
    )
    if timed:
        bisection = _timed(framework, first, names, beside or (), console)
    else:
        bisection = _counted(
            *(framework, versions, first, names, requests, beside or (), console)
        )
    # The page's words are among its charts, which take long to load.
    from bench.report.bisection import bisection_html, bisection_md

    table = bisection_md(bisection)
    ends = f"{versions[0]}-{versions[-1]}{'-timed' if timed else ''}"
    folder = RUNS / f"bisect-{package}-{ends}"
    page = write_bisection(
        folder, bisection, table, bisection_html(bisection, framework)
    )
    print(json.dumps(asdict(bisection), indent=1) if as_json else table, end="")
    console.print(f"{shown(page)}\nnext: open {shown(page)} in a browser")


def _framework(package: str) -> Framework:
    table = {
        framework.package: framework for framework in frameworks() if framework.package
    }
    if package not in table:
        raise unknown("framework's package", package, list(table))
    return table[package]


def _counted(
    framework: Framework,
    versions: Sequence[str],
    first: Sequence[str],
    workloads: Sequence[str],
    requests: int,
    beside: Sequence[str],
    console: Console,
) -> Bisection:
    """First those, then the middle of every gap that holds a step, then both sides of each step again."""
    package = framework.package or framework.name
    releases = [CountedRelease(version) for version in versions]
    with scratch("home") as home:
        counter = ReleaseCounter(
            framework,
            workloads,
            requests,
            lambda version: [f"{package}=={version}", *beside],
            home,
            console.print,
        )
        try:
            releases = counter.counted(releases, first, 1)
            while chosen := next_to_count(releases):
                releases = counter.counted(releases, chosen, 1)
            releases = counter.counted(releases, without_second_count(releases), 2)
        except KeyboardInterrupt:
            console.print(
                "interrupted: what was counted is kept; the same command goes on"
            )
            raise
    steps = counted_steps(package, releases, workloads)
    measured_by = {
        "valgrind": valgrind_version(),
        "requests": str(requests),
        "python": inspect_machine().python,
    }
    return _bisection(framework, workloads, releases, steps, measured_by)


def _bisection(
    framework: Framework,
    workloads: Sequence[str],
    releases: Sequence[CountedRelease],
    steps: Iterable[CostStep],
    measured_by: Mapping[str, str],
) -> Bisection:
    return Bisection(
        schema=BISECTION_SCHEMA,
        made_at=utc_now(),
        package=framework.package or framework.name,
        framework=framework.name,
        timed="run" in measured_by,
        measured_by=measured_by,
        workloads=tuple(workloads),
        threshold=THRESHOLD,
        releases=tuple(releases),
        steps=tuple(steps),
    )


class TimedReleases:
    """A run that measured releases of one framework side by side."""

    def __init__(self, run: Run, package: str) -> None:
        self.run = run
        self._package = package
        self._analysis = analyse(run)
        self._packages: dict[str, Mapping[str, str]] = {}
        self._ids: dict[str, str] = {}
        for target in run.record.plan.targets:
            receipt = run.record.receipts.get(target.id)
            if receipt is not None and target.role is Role.CONTESTANT:
                release = by_plain_name(receipt.packages).get(package)
                if release is not None:
                    self._ids[release] = target.id
                    self._packages[release] = dict(receipt.packages)

    def releases(
        self, versions: Sequence[str], workloads: Sequence[str]
    ) -> list[CountedRelease]:
        """Each of them with its CPU time beside that of the oldest that was measured."""
        oldest = next((version for version in versions if version in self._ids), "")
        return [
            CountedRelease(
                version,
                packages=self._packages[version],
                costs=dict(self._costs(oldest, version, workloads)),
            )
            if version in self._ids
            else CountedRelease(version, skipped=self._reason(version))
            for version in versions
        ]

    def steps(
        self, releases: Sequence[CountedRelease], workloads: Sequence[str]
    ) -> tuple[CostStep, ...]:
        """Every change whose interval lies beyond the threshold."""
        return tuple(timed_steps(self._package, releases, workloads, self._slowdown))

    def _costs(
        self, first: str, version: str, workloads: Sequence[str]
    ) -> Iterator[tuple[str, RequestCost]]:
        for workload in workloads:
            if version == first:
                yield workload, RequestCost(1.0)
            elif change := self._slowdown(first, version, workload):
                cost = RequestCost(change.point, None, change.low, change.high)
                yield workload, cost

    def _slowdown(self, older: str, newer: str, workload: str) -> Estimate | None:
        ids = self._ids[older], self._ids[newer]
        pair = slowdown(self._analysis, *ids, workload, "cpu")
        return pair.advantage if pair and pair.void is None else None

    def _reason(self, version: str) -> str:
        messages = (f.message for f in self.run.failures if f"@{version}" in f.target)
        return next(messages, "it was not measured")


def _timed(
    framework: Framework,
    versions: Sequence[str],
    workloads: Sequence[str],
    beside: Sequence[str],
    console: Console,
) -> Bisection:
    """Measure them in one run, whose folder has a page of its own."""
    version_requests = [
        " + ".join([f"{framework.package}=={version}", *beside]) for version in versions
    ]
    run = read(run_of(framework, version_requests, versions[0], workloads, console))
    rounds = len(run.complete_rounds)
    if not rounds:
        raise EnvironmentFailure(
            f"run {run.record.id} finished no round", "measure again"
        )
    measured = TimedReleases(run, framework.package or framework.name)
    releases = measured.releases(versions, workloads)
    steps = measured.steps(releases, workloads)
    measured_by = {"run": run.record.id, "rounds": str(rounds)}
    return _bisection(framework, workloads, releases, steps, measured_by)


def run_of(
    framework: Framework,
    version_requests: Sequence[str],
    first: str,
    workloads: Sequence[str],
    console: Console,
) -> Path:
    """One run of the versions that are asked for, `first` that of the first of them; its folder. Exit 130 if it is interrupted."""
    from bench.cli import measuring, rendering
    from bench.cli.plan_text import plan_lines

    engine, why = choose_engine("local")
    asked = RunOptions(
        PROFILE,
        # Those that are asked for take part anyway; no standing version besides.
        f"{framework.name}@{first}*",
        ",".join(workloads),
        engine,
        why,
        version_requests=tuple(version_requests),
    )
    plan = plan_for(asked, console.print)
    for line in plan_lines(plan, why):
        console.print(line)
    folder, complete = measuring.begin(asked, plan, console)
    rendering.render(folder)
    if not complete:
        console.print(f"interrupted: go on with bench run --resume {folder.name}")
        raise typer.Exit(ExitStatus.INTERRUPTED)
    return folder
