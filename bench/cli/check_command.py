"""`bench check`."""

from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.faults import keep_and_tell
from bench.cli.options import Quiet, progress_console
from bench.cli.places import RUNS, shown
from bench.cli.run_options import chosen_targets, requested_versions
from bench.deploy.choose import choose_engine
from bench.deploy.scratch import scratch
from bench.errors import EnvironmentFailure, ExitStatus
from bench.store.leftovers import keep_logs


def command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="framework[@version][/deployment], or a role; all if left out.",
            autocompletion=completion.targets,
        ),
    ] = None,
    version_requests: Annotated[
        list[str] | None,
        typer.Option(
            "--with", help='A version that does not stand: "PACKAGE==1.2.*"; as in run.'
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="local, compose (containers) or auto.")
    ] = "local",
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Print what passed and what was recorded, too."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Start each target and play the contract against it; exit 1 if one breaks it, 3 if one cannot be prepared."""
    console = progress_console(quiet)
    requested = requested_versions(version_requests or [], console.print)
    asked = [*(targets or []), *requested]
    chosen = chosen_targets(asked or ["contestant", "ablation", "floor"], requested)
    name, why = choose_engine(engine)
    if name != "local":
        console.print(why)
    # Engine and contract load only once the targets are known to exist.
    from bench.cli.checking import check_targets

    with scratch("check") as logs:
        try:
            checked = check_targets(chosen, logs, console, verbose, name)
        except EnvironmentFailure as error:
            keep_and_tell(error, logs)
            raise
        if checked.broken and (kept := keep_logs(logs, RUNS)):
            console.print(f"logs: {shown(kept)}")
    if checked.broken:
        raise typer.Exit(ExitStatus.NO)
    if checked.unprepared:
        raise EnvironmentFailure(
            "\n".join(["cannot be prepared, so not checked:", *checked.unprepared]),
            "an environment needs the package index once, and a lock in apps/",
        )
