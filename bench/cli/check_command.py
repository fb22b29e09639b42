"""`bench check`."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.asked import chosen_targets
from bench.cli.checking import check_targets


def command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="framework[@version][/deployment], or a role; all if left out."
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Print what passed and what was recorded, too."),
    ] = False,
) -> None:
    """Start each target and play the contract against it; exit 1 if one breaks it."""
    chosen = chosen_targets(targets or ["contestant", "ablation", "floor"])
    with tempfile.TemporaryDirectory(prefix="bench-check-") as logs:
        broken = check_targets(chosen, Path(logs), Console(stderr=True), verbose)
    if broken:
        raise typer.Exit(1)
