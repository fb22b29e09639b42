"""`bench report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.places import PUBLISHED, RUNS, shown
from bench.errors import AskedWrongly
from bench.store.folder import find


def command(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] | RUN RUN…",
            help="Id, its beginning, or folder; the newest if left out. Several: one page of all of them, run by run and together.",
            autocompletion=completion.runs,
        ),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(help="Judge by this table of claims instead of the project's."),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            help="Also write the results in a format of another tool: github-action-benchmark.",
        ),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of results.json instead."),
    ] = False,
) -> None:
    """Write the page, its tables and the index of all runs from what is stored; of several runs, their pooled page."""
    # What judges and draws takes a second to load: not to refuse a name.
    if schema:
        from bench.report.schema_file import results_schema

        print(results_schema(), end="")
        return
    if runs and len(runs) > 1:
        _several(runs, claims, export)
        return
    folder = find(RUNS, PUBLISHED, runs[0] if runs else None)
    from bench.cli import exporting
    from bench.cli.rendering import render

    if export is not None:
        exporting.refuse_format(export)
    page = render(folder, claims)
    print(shown(page))
    if export is not None:
        for path in exporting.export(folder, page):
            print(shown(path))
    if page.parent != folder:
        print(
            f"the page in {shown(folder)} is judged by another table, and stays",
            file=sys.stderr,
        )


def _several(runs: list[str], claims: Path | None, export: str | None) -> None:
    if export is not None:
        raise AskedWrongly(
            "--export writes the results of one run", "name one run, or leave it out"
        )
    if claims is not None:
        raise AskedWrongly(
            "--claims judges one run, and several runs are not judged",
            "leave --claims out, or name one run",
        )
    from bench.cli.pooling import render_pooled

    print(shown(render_pooled(runs)))
