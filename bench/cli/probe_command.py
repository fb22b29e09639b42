"""`bench probe`."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.places import RUNS, shown
from bench.cli.probing import chosen_probes, complete, identity, keep, play
from bench.cli.readings import run_to_change
from bench.errors import EnvironmentFailure, UsageError
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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcomes as JSON on stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress on stderr.")
    ] = False,
) -> None:
    """Play the probes of claims; exit 3 if one could not be played or counted."""
    console = Console(stderr=True, soft_wrap=True, quiet=quiet)
    probes = chosen_probes(claims or ())
    folder = run_to_change(into) if into is not None else None
    if folder is not None and claims:
        raise UsageError(
            "--into puts all that was probed into a run", "leave out the names"
        )
    kept = read_exhibits(RUNS)
    still_true = (
        kept is not None and kept.identity == identity() and complete(kept, probes)
    )
    if folder is None or kept is None or not still_true:
        played = play(probes, console, counted=not claims)
        kept = keep(played)
    else:
        played = kept
    if folder is not None:
        write_exhibits(folder, kept)
        print(f"next: bench report {folder.name}")
    if as_json:
        print(json.dumps(asdict(played), indent=1, ensure_ascii=False))
    else:
        print(shown((folder or RUNS) / EXHIBITS))
    unplayed = [
        f"{one.probe} {one.framework}: {one.came_back}"
        for one in played.outcomes
        if one.passed is None
    ]
    unplayed += [
        f"{one.measure} of {one.framework}: {one.detail}"
        for one in played.counts
        if one.value is None
    ]
    if unplayed:
        raise EnvironmentFailure(
            "\n".join(["could not be played or counted:", *unplayed]),
            "play one alone to see more: bench probe NAME",
        )
