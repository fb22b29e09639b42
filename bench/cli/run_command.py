"""`bench run`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.asked import Asked, frameworks, plan_for
from bench.cli.crew import refuse_impossible, with_crew
from bench.cli.measuring import begin, resume
from bench.cli.places import PUBLISHED, ROOT, RUNS, shown
from bench.cli.plan_text import plan_lines
from bench.cli.report_command import render
from bench.configure.claims import CLAIMS, load_claims
from bench.deploy.choose import choose_engine
from bench.deploy.standing_locks import news
from bench.deploy.uv_tool import Refused
from bench.errors import AskedWrongly, MachineRefused
from bench.store.folder import find


def command(  # noqa: PLR0913 - one parameter is one option that people type
    profile: Annotated[
        str,
        typer.Option(help="`bench list profiles` names them all and says why."),
    ] = "quick",
    targets: Annotated[
        str | None,
        typer.Option(
            help="Instead of the profile's: framework[@version][/deployment],…"
        ),
    ] = None,
    workloads: Annotated[
        str | None, typer.Option(help="Instead of the profile's, separated by commas.")
    ] = None,
    wishes: Annotated[
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
    engine: Annotated[
        str, typer.Option(help="auto, local or compose (containers).")
    ] = "auto",
    load_workers: Annotated[
        int,
        typer.Option(
            help="Send from so many processes on the load cores; 0: from one.",
            min=0,
            max=64,
        ),
    ] = 0,
    load_elsewhere: Annotated[
        int,
        typer.Option(
            help="And from so many on other machines, which join by `bench worker`.",
            min=0,
            max=64,
        ),
    ] = 0,
    seed: Annotated[
        int | None,
        typer.Option(help="Repeat a plan: order, bodies, hash seeds.", min=0),
    ] = None,
    resume_run: Annotated[
        str | None, typer.Option("--resume", help="Go on with an interrupted run.")
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(help="Judge by this table of claims instead of the project's."),
    ] = None,
    plan_only: Annotated[
        bool,
        typer.Option("--plan", help="Print the plan and its duration; start nothing."),
    ] = False,
) -> None:
    """Measure, store, judge, and write the page."""
    console = Console(stderr=True)
    if resume_run is not None:
        more = (new or None, load_workers or None, load_elsewhere or None)
        _refuse_mixture(targets, workloads, seed, wishes, *more)
        folder = find(RUNS, PUBLISHED, resume_run)
        complete = resume(folder, console, claims)
    else:
        if new:
            wishes = [*(wishes or []), *_news()]
            if not wishes:
                print("nothing is new at the package index: nothing is measured")
                return
        asked = Asked(
            *(profile, targets, workloads, *choose_engine(engine), seed),
            claims=claims,
            wishes=tuple(wishes or ()),
        )
        refuse_impossible(asked.engine, load_workers, load_elsewhere)
        plan = plan_for(asked, lambda line: console.print(line, highlight=False))
        plan = with_crew(plan, load_workers, load_elsewhere)
        load_claims(claims or CLAIMS)  # refused now, not after an hour
        for line in plan_lines(plan, asked.engine_why):
            print(line, file=sys.stdout if plan_only else sys.stderr)
        if plan_only:
            return
        folder, complete = begin(asked, plan, console)
    _finish(folder, complete, claims)


def _news() -> list[str]:
    """A wish for each framework that has something newer than its newest lock."""
    try:
        found = [news(ROOT, framework) for framework in frameworks()]
    except Refused as error:
        raise MachineRefused(
            f"nothing newer can be known: {error.reason}",
            "name the version: --with PACKAGE==1.2.*",
        ) from error
    return [each for each in found if each is not None]


def _refuse_mixture(*options: object) -> None:
    if any(option is not None for option in options):
        raise AskedWrongly(
            "--resume goes on with the plan of that run",
            "leave out --targets, --workloads, --with, --load-workers and --seed",
        )


def _finish(folder: Path, complete: bool, claims: Path | None) -> None:
    page = render(folder, claims)
    if not complete:
        print(
            f"interrupted: every finished window is kept in {shown(folder)}\n"
            f"go on with: make bench RESUME={folder.name}",
            file=sys.stderr,
        )
        raise typer.Exit(130)
    print(shown(page))
    print(f"next: open {shown(page)} in a browser", file=sys.stderr)
