"""`bench report`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.options import Claims
from bench.cli.places import PUBLISHED, RUNS, is_published, shown
from bench.cli.run_options import frameworks
from bench.errors import UsageError
from bench.store.documents import read_bisection, write_bisection
from bench.store.folder import find, run_folders


def command(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] | RUN RUN…",
            help="Id, its beginning, or folder; the newest if left out. Several: one page of all of them, run by run and together.",
            autocompletion=completion.runs,
        ),
    ] = None,
    claims: Claims = None,
    export: Annotated[
        str | None,
        typer.Option(
            help="Also write the results in a format of another tool: github-action-benchmark.",
        ),
    ] = None,
    republish: Annotated[
        bool,
        typer.Option(
            "--republish",
            help="Write the own pages of published runs anew: of those named, or of all.",
        ),
    ] = False,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of results.json instead."),
    ] = False,
) -> None:
    """Write the page, its tables and the index of all runs from what is stored; of several runs, their pooled page."""
    # What judges and draws takes a second to load: not to refuse a name.
    if schema:
        from bench.report.json_file import results_schema

        print(results_schema(), end="")
        return
    if republish:
        _republish(runs or (), claims is not None or export is not None)
        return
    if runs and len(runs) > 1:
        _several(runs, claims, export)
        return
    folder = find(RUNS, PUBLISHED, runs[0] if runs else None)
    from bench.cli import rendering

    if export is not None:
        rendering.refuse_format(export)
    page = rendering.render(folder, claims)
    print(shown(page))
    for path in rendering.export(page.parent) if export is not None else ():
        print(shown(path))
    if page.parent != folder:
        why = "published" if is_published(folder) else "judged by another table"
        print(f"the page in {shown(folder)} is {why}, and stays", file=sys.stderr)


def _republish(names: Sequence[str], more: bool) -> None:
    if more:
        raise UsageError(
            "--republish judges by the project's claims, and exports nothing",
            "leave out --claims and --export, or --republish",
        )
    folders = [find(RUNS, PUBLISHED, name) for name in names] or run_folders(PUBLISHED)
    for folder in folders:
        if not is_published(folder):
            raise UsageError(
                f"{shown(folder)} is not published", "leave out --republish"
            )
    from bench.cli.rendering import pool_again, render
    from bench.report.bisection import bisection_html, bisection_md

    for folder in folders:
        print(shown(render(folder, place=folder)))
    if names:
        return
    # Those that are of several runs, or of the releases of a package.
    for folder in sorted(PUBLISHED.glob("pooled-*")):
        print(shown(pool_again(folder)))
    for folder in sorted(PUBLISHED.glob("bisect-*")):
        bisection = read_bisection(folder)
        (framework,) = (f for f in frameworks() if f.name == bisection.framework)
        page = bisection_html(bisection, framework)
        print(shown(write_bisection(folder, bisection, bisection_md(bisection), page)))


def _several(runs: list[str], claims: Path | None, export: str | None) -> None:
    if export is not None:
        raise UsageError(
            "--export writes the results of one run", "name one run, or leave it out"
        )
    if claims is not None:
        raise UsageError(
            "--claims judges one run, and several runs are not judged",
            "leave --claims out, or name one run",
        )
    from bench.cli.rendering import render_pooled

    print(shown(render_pooled(runs)))
