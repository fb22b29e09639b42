"""`bench history`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.cli.keeping import made_from, refresh_trend, understood
from bench.cli.places import HISTORY, PUBLISHED, RUNS, shown
from bench.errors import UsageError, unknown
from bench.model.history import HistoryRow, KeptRun
from bench.store.folder import find, run_folders
from bench.store.history import keep, kept_runs


ADD, LIST = "add", "list"


def command(
    what: Annotated[
        str, typer.Argument(help=f"{ADD} or {LIST}", metavar="[WHAT]")
    ] = LIST,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="With add: runs by id, its beginning, or folder; all that are not kept as they are if left out.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON on stdout.")
    ] = False,
) -> None:
    """Keep what runs showed, or list it: one row per run, version and workload. It judges nothing."""
    if what == "check":
        raise UsageError(
            "bench history has no check: nothing pairs the runs of different days",
            "bench compare RUN1 RUN2 says what moved between two runs, bench run --new "
            "measures old and new side by side, bench bisect finds the release",
        )
    if what not in (ADD, LIST):
        raise unknown("part of the history", what, [ADD, LIST])
    if what == ADD:
        _add(names or [], as_json)
        return
    if names:
        raise UsageError(
            f"{what} looks at everything that is kept", "leave out the runs"
        )
    runs = kept_runs(HISTORY)
    # The page's words come with what draws, and no list of commands waits for it.
    from bench.report.history import rows_md

    if as_json:
        rows = [_row(row) for run in runs for row in run.rows()]
        print(json.dumps(rows, indent=1))
    else:
        print(rows_md(runs), end="")


def _add(names: Sequence[str], as_json: bool) -> None:
    kept: list[KeptRun] = []
    left_out: list[dict[str, str]] = []
    # Names are looked up first: a slip of the pen writes nothing.
    chosen = [find(RUNS, PUBLISHED, name) for name in names] or _stored()
    before = kept_runs(HISTORY) if HISTORY.exists() and not names else ()
    known = {run.id: run.made_from for run in before}
    folders: list[Path] = []
    for folder in chosen:
        if known.get(folder.name) == made_from(folder):
            continue
        try:
            run = understood(folder)
        except UsageError as error:
            if names:
                raise
            left_out.append({"run": folder.name, "because": error.message})
            continue
        keep(HISTORY, run)
        kept.append(run)
        folders.append(folder)
    for folder in folders:
        refresh_trend(folder)
    _tell(kept, left_out, as_json)


def _stored() -> list[Path]:
    """Every stored run once, oldest first; of a published one that is at hand, that at hand."""
    by_name = {f.name: f for f in (*run_folders(PUBLISHED), *run_folders(RUNS))}
    return [by_name[name] for name in sorted(by_name)]


def _tell(
    kept: Sequence[KeptRun], left_out: Sequence[dict[str, str]], as_json: bool
) -> None:
    if as_json:
        found: dict[str, Any] = {
            "kept": [
                {"run": run.id, "decides_nothing": run.decides_nothing} for run in kept
            ],
            "left_out": list(left_out),
            "history": shown(HISTORY),
        }
        print(json.dumps(found, indent=1))
        return
    for run in kept:
        mark = f", marked: it decides nothing, {run.decides_nothing}"
        rest = mark if run.decides_nothing else ""
        print(f"kept: {run.id}, {len(run.points)} figures{rest}")
    for each in left_out:
        print(f"left out: {each['because']}", file=sys.stderr)
    if not kept:
        print("nothing is new", file=sys.stderr)
    print(f"{shown(HISTORY)}\nnext: bench history list", file=sys.stderr)


def _row(row: HistoryRow) -> dict[str, Any]:
    return {
        "run": row.run.id,
        "created_at": row.run.created_at,
        "target": row.target,
        "version": row.run.version(row.target),
        "workload": row.workload,
        "decides_nothing": row.run.decides_nothing,
        "figures": [asdict(point) for point in row.points.values()],
    }
