"""`bench history`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.cli.keeping import made_from, refresh_trend, understood
from bench.cli.places import HISTORY, PUBLISHED, RUNS, shown
from bench.errors import UsageError, unknown
from bench.judge.change_points import ChangePoint, Series, changes, series_of
from bench.model.history import KeptRun
from bench.store.folder import find, run_folders
from bench.store.history import History


ADD, LIST, CHECK = "add", "list", "check"


def command(
    what: Annotated[
        str, typer.Argument(help=f"{ADD}, {LIST} or {CHECK}", metavar="[WHAT]")
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
    """Keep what runs showed, list it, or say where a level changed; never a gate, so never exit 1."""
    if what not in (ADD, LIST, CHECK):
        raise unknown("part of the history", what, [ADD, LIST, CHECK])
    if what == ADD:
        _add(names or [], as_json)
        return
    if names:
        raise UsageError(
            f"{what} looks at everything that is kept", "leave out the runs"
        )
    with History(HISTORY) as history:
        runs = history.runs()
    series = series_of(runs)
    found = changes(series) if what == CHECK else ()
    # The page's words come with what draws, and no list of commands waits for it.
    from bench.report.history import changes_md, series_md

    if as_json:
        listed = [_series_row(one) for one in series] if what == LIST else []
        print(json.dumps(listed or [_change_row(each) for each in found], indent=1))
    elif what == LIST:
        print(series_md(series), end="")
    else:
        print(changes_md(series, found, len(runs)), end="")


def _add(names: Sequence[str], as_json: bool) -> None:
    kept: list[KeptRun] = []
    folders: list[Path] = []
    left_out: list[dict[str, str]] = []
    # Names are looked up first: a slip of the pen writes nothing.
    chosen = [find(RUNS, PUBLISHED, name) for name in names] or _stored()
    with History(HISTORY, write=True) as history:
        known = {} if names else history.made_from()
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
            history.keep(run)
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
    print(f"{shown(HISTORY)}\nnext: bench history check", file=sys.stderr)


def _series_row(series: Series) -> dict[str, Any]:
    return {
        **_named(series),
        "figures": [
            {
                "run": entry.run.id,
                "value": entry.point.value,
                "low": entry.point.low,
                "high": entry.point.high,
                "rounds": entry.point.n,
                "decides": entry.value is not None,
            }
            for entry in series.entries
        ],
    }


def _change_row(change: ChangePoint) -> dict[str, Any]:
    return {
        **_named(change.series),
        "since": change.since.run.id,
        "before": change.before.run.id,
        "runs_before": change.runs_before,
        "runs_since": change.runs_since,
        "times": change.times,
        "together": change.together,
        "differs": list(change.differs),
        "gate": None,
    }


def _named(series: Series) -> dict[str, Any]:
    return {
        "conditions": series.conditions,
        "line": series.line,
        "workload": series.workload,
        "metric": series.metric,
    }
