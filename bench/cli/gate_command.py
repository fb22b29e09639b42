"""`bench gate`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.cli import gating
from bench.cli.bisecting import ReleaseCounter
from bench.cli.instructions_command import countable
from bench.cli.margins import margins
from bench.cli.run_options import chosen_targets, split
from bench.deploy.environments import server_package
from bench.deploy.instructions import find_valgrind
from bench.deploy.scratch import scratch
from bench.errors import ExitStatus, UsageError
from bench.judge.counted import MARGIN
from bench.judge.regressions import MARGINS
from bench.model.framework import Framework
from bench.model.gated import Gated, GatedFramework, GateOutcome
from bench.model.history import INSTRUCTIONS


def command(
    package: Annotated[
        str,
        typer.Argument(help="A framework, or what one runs on, as the index names it."),
    ],
    base: Annotated[str, typer.Argument(help="The older commit: main, v3.0, a hash.")],
    head: Annotated[
        str, typer.Argument(help="The newer one.", metavar="[HEAD]")
    ] = "HEAD",
    clone: Annotated[
        Path, typer.Option("--clone", help="The package's clone, with its history.")
    ] = Path(),
    workloads: Annotated[
        str, typer.Option(help="Separated by commas.")
    ] = "hello,json,validate",
    timed: Annotated[
        bool,
        typer.Option(
            "--timed",
            help="By CPU time and throughput in paired rounds, and again after an alarm; else by counted instructions.",
        ),
    ] = False,
    margin: Annotated[
        list[str] | None,
        typer.Option(help="What is let pass: 2%, cpu=2%, throughput=4%."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print JSON, with the same as Markdown in it."),
    ] = False,
) -> None:
    """Is a commit of a package slower than another, in the frameworks that run on it? Exit 1 if slower or broken, 3 if that cannot be told."""
    console = Console(stderr=True)
    let_pass = margins(margin, MARGINS if timed else {INSTRUCTIONS: MARGIN})
    names = split(workloads) if timed else countable(split(workloads))
    users = gating.users_of(package)
    if not timed:
        find_valgrind()
        _refuse_servers(package, users)
    both = gating.commits(package, clone, base, head)
    found: list[GatedFramework] = []
    with scratch("home") as home:
        for framework in users:
            console.print(f"{framework.title}:", highlight=False)
            counter = ReleaseCounter(
                framework,
                names,
                200,
                _typed(both, framework),
                home,
                lambda line: console.print(line, highlight=False, markup=False),
                older=False,
            )
            if not timed:
                found.append(
                    gating.counted(counter, framework, names, let_pass[INSTRUCTIONS])
                )
                continue
            ready = gating.prepared(counter, framework)
            found.append(
                ready
                if isinstance(ready, GatedFramework)
                else gating.timed(both, framework, names, let_pass, console)
            )
    gated = Gated(both.package, both.base, both.head, tuple(found))
    from bench.report.gate import gated_md

    text = gated_md(gated)
    if as_json:
        facts = {**asdict(gated), "outcome": gated.outcome, "markdown": text}
        print(json.dumps(facts, indent=1))
    else:
        print(text, end="")
    raise typer.Exit(_STATUS[gated.outcome])


def _typed(both: gating.Commits, framework: Framework) -> Callable[[str], list[str]]:
    return lambda version: both.typed(framework, version)


def _refuse_servers(package: str, users: Sequence[Framework]) -> None:
    """UsageError for a server: it stands around the application, and is in no count."""
    for framework in users:
        for target in chosen_targets([framework.name]):
            if server_package(target.serve) == package:
                raise UsageError(
                    f"{package} serves {framework.title}, and what is counted lies inside the application",
                    "time it: bench gate --timed",
                )


_STATUS = {
    GateOutcome.PASSED: ExitStatus.DONE,
    GateOutcome.SLOWER: ExitStatus.NO,
    GateOutcome.BROKEN: ExitStatus.NO,
    GateOutcome.UNRELIABLE: ExitStatus.ENVIRONMENT,
}
