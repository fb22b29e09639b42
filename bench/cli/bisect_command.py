"""`bench bisect`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.instructions_command import countable
from bench.cli.places import RUNS, shown
from bench.cli.record import utc_now
from bench.cli.run_options import frameworks, split
from bench.deploy.committed_locks import NEWEST, releases_between
from bench.deploy.instructions import find_valgrind, valgrind_version
from bench.deploy.machine import inspect_machine
from bench.deploy.scratch import scratch
from bench.deploy.uv_tool import Refused
from bench.errors import EnvironmentFailure, unknown
from bench.judge.steps import (
    THRESHOLD,
    counted_steps,
    first_to_measure,
    next_to_count,
    without_second_count,
)
from bench.model.bisection import BISECTION_SCHEMA, Bisection, CostStep, CountedRelease
from bench.model.framework import Framework
from bench.store.documents import write_bisection


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
    requests: Annotated[
        int, typer.Option(help="N: counted are N and 2N.", min=10, max=100_000)
    ] = 200,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of Markdown.")
    ] = False,
) -> None:
    """Which releases between two changed what a request costs, and by how much."""
    console = Console(stderr=True)
    framework = _framework(package)
    names = split(workloads) if timed else countable(split(workloads))
    if not timed:
        find_valgrind()
    try:
        versions = releases_between(package, old, new)
    except Refused as error:
        raise EnvironmentFailure(
            f"the releases of {package} cannot be listed: {error.reason}",
            "the package index must answer; a mirror is told by UV_DEFAULT_INDEX, "
            "PIP_INDEX_URL or pip.conf",
        ) from error
    first = versions if every else first_to_measure(versions)
    console.print(
        f"{len(versions)} releases from {versions[0]} to {versions[-1]}; "
        f"{len(first)} of them first",
        highlight=False,
    )
    if timed:
        from bench.cli.bisect_timed import timed as run_of

        measured = run_of(framework, first, names, beside or (), console)
        releases = measured.releases(first, names)
        run = measured.run
        found = _found(
            framework,
            names,
            releases,
            measured.steps(releases, names),
            {"run": run.record.id, "rounds": str(len(run.complete_rounds))},
        )
    else:
        found = _counted(
            framework, versions, first, names, (requests, beside or ()), console
        )
    # The page's words are among its charts, which take long to load.
    from bench.report.bisection import bisection_html, bisection_md

    table = bisection_md(found)
    folder = (
        RUNS
        / f"bisect-{package}-{versions[0]}-{versions[-1]}{'-timed' if timed else ''}"
    )
    page = write_bisection(folder, found, table, bisection_html(found, framework))
    print(json.dumps(asdict(found), indent=1) if as_json else table, end="")
    console.print(
        f"{shown(page)}\nnext: open {shown(page)} in a browser", highlight=False
    )


def _framework(package: str) -> Framework:
    table = {each.package: each for each in frameworks() if each.package}
    if package not in table:
        raise unknown("framework's package", package, list(table))
    return table[package]


def _counted(
    framework: Framework,
    versions: Sequence[str],
    first: Sequence[str],
    names: Sequence[str],
    how: tuple[int, Sequence[str]],
    console: Console,
) -> Bisection:
    """First those, then the middle of every gap that holds a step, then both sides of each step again."""
    from bench.cli.bisecting import ReleaseCounter

    requests, beside = how
    releases = [CountedRelease(each) for each in versions]
    with scratch("home") as home:
        counter = ReleaseCounter(
            framework,
            names,
            requests,
            lambda version: [f"{framework.package}=={version}", *beside],
            home,
            lambda line: console.print(line, highlight=False, markup=False),
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
    package = framework.package or framework.name
    return _found(
        framework,
        names,
        releases,
        list(counted_steps(package, releases, names)),
        {
            "valgrind": valgrind_version(),
            "requests": str(requests),
            "python": inspect_machine().python,
        },
    )


def _found(
    framework: Framework,
    workloads: Sequence[str],
    releases: Sequence[CountedRelease],
    steps: Sequence[CostStep],
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
