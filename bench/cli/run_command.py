"""`bench run`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.load_workers import refuse_impossible
from bench.cli.options import Claims, LoadWorkers, progress_console
from bench.cli.outcome import outcome, refuse_missing
from bench.cli.places import ROOT, shown
from bench.cli.plan_text import plan_facts, plan_lines
from bench.cli.readings import run_to_change
from bench.cli.run_options import (
    RunOptions,
    frameworks,
    plan_for,
    refuse_mixture,
)
from bench.configure.claims import CLAIMS, load_claims
from bench.deploy.choose import choose_engine
from bench.deploy.committed_locks import news
from bench.deploy.uv_tool import Refused
from bench.errors import (
    BenchError,
    BrokenOff,
    EnvironmentFailure,
    ExitStatus,
    UsageError,
)
from bench.model.plan import Plan
from bench.plan.make import Extent
from bench.store.untrusted_input import LARGEST


def command(  # noqa: PLR0913 - one parameter is one option that people type
    context: typer.Context,
    profile: Annotated[
        str,
        typer.Option(
            help="`bench list profiles` names them all and says why.",
            autocompletion=completion.profiles,
        ),
    ] = "quick",
    targets: Annotated[
        str | None,
        typer.Option(
            help="Instead of the profile's: framework[@version][/deployment],…",
            autocompletion=completion.targets,
        ),
    ] = None,
    workloads: Annotated[
        str | None,
        typer.Option(
            help="Instead of the profile's, separated by commas.",
            autocompletion=completion.workloads,
        ),
    ] = None,
    version_requests: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help='A version beside the others: "PACKAGE==1.2.*", "PACKAGE@git+URL@COMMIT", "PACKAGE + OTHER==2.1"; may be repeated.',
        ),
    ] = None,
    new: Annotated[
        bool,
        typer.Option(
            "--new", help="Beside the newest versions what the index has since."
        ),
    ] = False,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going",
            help="Leave out what cannot be had and measure the rest; exit 3 at its end.",
        ),
    ] = False,
    engine: Annotated[
        str,
        typer.Option(
            help="auto, local, compose (containers) or external (servers you started yourself)."
        ),
    ] = "auto",
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            help="With --engine external: NAME=http://HOST:PORT, NAME a framework, or FRAMEWORK:LABEL for several of its deployments.",
        ),
    ] = None,
    agents: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            help="Beside --at: NAME=http://HOST:PORT, where `bench agent PID` tells of that server's processes.",
        ),
    ] = None,
    i_own_this: Annotated[
        bool,
        typer.Option(
            "--i-own-this",
            help="With --engine external: load may go to addresses that are neither loopback nor private.",
        ),
    ] = False,
    load_workers: LoadWorkers = 0,
    load_elsewhere: Annotated[
        int,
        typer.Option(
            help="And from so many on other machines, which join by `bench worker`.",
            min=0,
            max=64,
        ),
    ] = 0,
    rounds: Annotated[
        int | None,
        typer.Option(help="Instead of the profile's: the most.", min=1, max=100),
    ] = None,
    clients: Annotated[
        int | None,
        typer.Option(help="Instead of the profile's: connections.", min=1, max=1024),
    ] = None,
    measure_s: Annotated[
        float | None,
        typer.Option(
            "--measure-s",
            help="Instead of the profile's: seconds of a window. With fewer rounds or clients or shorter windows than the profile's, no verdicts are given.",
            min=0.05,
            max=600.0,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Repeat a plan: order, bodies, hash seeds.", min=0, max=LARGEST
        ),
    ] = None,
    resume_run: Annotated[
        str | None,
        typer.Option(
            "--resume",
            help="Go on with an interrupted run.",
            autocompletion=completion.runs,
        ),
    ] = None,
    claims: Claims = None,
    plan_only: Annotated[
        bool,
        typer.Option("--plan", help="Print the plan and its duration; start nothing."),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object on stdout: what came out, or with --plan the plan.",
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No plan and no progress on stderr.")
    ] = False,
) -> None:
    """Measure, store, judge, and write the page; exit 3 if something was not measured."""
    console = progress_console(quiet)
    extent = Extent(rounds, clients, measure_s)
    if resume_run is not None:
        _refuse_mixture(context)
        folder = run_to_change(resume_run)
        with page_of_what_there_is(claims):
            from bench.cli.measuring import resume

            complete = resume(folder, console, claims, i_own_this)
    else:
        external = [*(at or ()), *(agents or ())]
        starting = bool(targets or version_requests or new)
        refuse_mixture(engine, external, i_own_this, starting)
        version_requests = [*(version_requests or ()), *(_news() if new else ())]
        if new and not version_requests:
            print("nothing is new at the package index: nothing is measured")
            return
        asked = RunOptions(
            *(profile, targets, workloads, *choose_engine(engine), seed),
            claims=claims,
            version_requests=tuple(version_requests),
            extent=extent,
            keep_going=keep_going,
            at=tuple(at or ()),
            agents=tuple(agents or ()),
            i_own_this=i_own_this,
        )
        refuse_impossible(asked.engine, load_workers, load_elsewhere)
        plan = replace(
            plan_for(asked, console.print),
            load_workers=load_workers,
            load_elsewhere=load_elsewhere,
        )
        load_claims(claims or CLAIMS)  # refused now, not after an hour
        if plan_only:
            _print_plan(plan, asked, as_json)
            return
        for line in plan_lines(plan, asked.engine_why):
            console.print(line, soft_wrap=True)
        with page_of_what_there_is(claims):
            from bench.cli.measuring import begin

            folder, complete = begin(asked, plan, console)
    _finish(folder, complete, claims, as_json, quiet)


def _print_plan(plan: Plan, asked: RunOptions, as_json: bool) -> None:
    if as_json:
        print(json.dumps(plan_facts(plan), indent=1))
        return
    for line in plan_lines(plan, asked.engine_why):
        print(line)


def _news() -> list[str]:
    """A version request for each framework that has something newer than its newest lock."""
    try:
        newer = [news(ROOT, framework) for framework in frameworks()]
    except Refused as error:
        raise EnvironmentFailure(
            f"nothing newer can be known: {error.reason}",
            "name the version: --with PACKAGE==1.2.*",
        ) from error
    return [request for request in newer if request is not None]


_BESIDE_RESUME = {"resume_run", "claims", "i_own_this", "as_json", "quiet"}
"""What a run that goes on may be told; everything else is of its plan."""


def _refuse_mixture(context: typer.Context) -> None:
    typed = [
        option.opts[0]
        for option in context.command.params
        if option.name
        and option.name not in _BESIDE_RESUME
        and (source := context.get_parameter_source(option.name))
        and source.name == "COMMANDLINE"
    ]
    if typed:
        raise UsageError(
            "--resume goes on with the plan of that run",
            f"leave out {', '.join(typed)}",
        )


@contextmanager
def page_of_what_there_is(claims: Path | None) -> Iterator[None]:
    """A run that could not go on has its page, which says why, before the error is told."""
    # What measures and what draws take seconds to load. A refusal and a plan need
    # neither; a run needs both at its start, since files may change while it lasts.
    from bench.cli.rendering import render

    try:
        yield
    except BrokenOff as stop:
        _tell_kept("broken off", stop.folder)
        # Neither a full disk nor anything else may hide the error itself.
        with suppress(OSError, BenchError):
            print(f"its page: {shown(render(stop.folder, claims))}", file=sys.stderr)
        raise


def _tell_kept(what: str, folder: Path) -> None:
    print(
        f"{what}: every finished window is kept in {shown(folder)}\n"
        f"go on with: make bench RESUME={folder.name}",
        file=sys.stderr,
    )


def _finish(
    folder: Path, complete: bool, claims: Path | None, as_json: bool, quiet: bool
) -> None:
    from bench.cli.rendering import render

    page = render(folder, claims)
    if as_json:
        print(json.dumps(outcome(folder, page, complete), indent=1))
    if not complete:
        _tell_kept("interrupted", folder)
        raise typer.Exit(ExitStatus.INTERRUPTED)
    if not as_json:
        print(shown(page))
    if not quiet:
        _tell_next(page, folder.name)
    refuse_missing(folder)


def _tell_next(page: Path, run: str) -> None:
    print(f"next: open {shown(page)} in a browser", file=sys.stderr)
    trend = page.with_name("trend.html")
    if trend.is_file():
        print(
            f"versions side by side: {shown(trend)}\n"
            f"is one slower than the one before? bench compare {run}",
            file=sys.stderr,
        )
