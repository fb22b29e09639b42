"""`bench report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.places import PUBLISHED, RUNS, shown
from bench.store.folder import find


def command(
    run: Annotated[
        str | None,
        typer.Argument(help="Id, its beginning, or folder; the newest if left out."),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(help="Judge by this table of claims instead of the project's."),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of results.json instead."),
    ] = False,
) -> None:
    """Write the page, its tables and the index of all runs from what is stored."""
    # What judges and draws takes a second to load: not to refuse a name.
    if schema:
        from bench.report.schema_file import results_schema

        print(results_schema(), end="")
        return
    folder = find(RUNS, PUBLISHED, run)
    from bench.cli.rendering import render

    page = render(folder, claims)
    print(shown(page))
    if page.parent != folder:
        print(
            f"the page in {shown(folder)} is judged by another table, and stays",
            file=sys.stderr,
        )
