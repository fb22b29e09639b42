"""`bench history`."""

import hashlib
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.analyse.analysis import analyse
from bench.cli.options import AsJson
from bench.cli.places import HISTORY, PUBLISHED, RUNS, shown
from bench.cli.run_options import frameworks
from bench.errors import UsageError, unknown
from bench.judge.kept import kept_of
from bench.judge.results import no_verdicts
from bench.model.history import HistoryRow, KeptRun
from bench.model.instructions import Instructions
from bench.model.run import Run
from bench.store.archive import read_raw
from bench.store.documents import INSTRUCTIONS_FILE, read_instructions
from bench.store.folder import HEAD, TRIALS, find, read, run_folders
from bench.store.history import keep, kept_runs
from bench.wording.reasons import decides_nothing, no_verdicts_because


ADD, LIST = "add", "list"
MADE_FROM = (HEAD, TRIALS, INSTRUCTIONS_FILE)
"""The files of a run that the history is read from."""


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
    as_json: AsJson = False,
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
    from bench.report.changes import rows_md

    if as_json:
        rows = [_row(row) for run in runs for row in run.rows()]
        print(json.dumps(rows, indent=1))
    else:
        print(rows_md(runs), end="")


def _add(names: Sequence[str], as_json: bool) -> None:
    from bench.cli.rendering import refresh_trend

    kept_now: list[KeptRun] = []
    left_out: list[dict[str, str]] = []
    # Names are looked up first: a slip of the pen writes nothing.
    chosen = [find(RUNS, PUBLISHED, name) for name in names] or _stored()
    before = kept_runs(HISTORY) if HISTORY.exists() and not names else ()
    hashes = {run.id: run.made_from for run in before}
    folders: list[Path] = []
    for folder in chosen:
        if hashes.get(folder.name) == made_from(folder):
            continue
        try:
            run = understood(folder)
        except UsageError as error:
            if names:
                raise
            left_out.append({"run": folder.name, "because": error.message})
            continue
        keep(HISTORY, run)
        kept_now.append(run)
        folders.append(folder)
    for folder in folders:
        refresh_trend(folder)
    _tell(kept_now, left_out, as_json)


def _stored() -> list[Path]:
    """Every stored run once, oldest first; of a published one that is at hand, that at hand."""
    by_name = {f.name: f for f in (*run_folders(PUBLISHED), *run_folders(RUNS))}
    return [by_name[name] for name in sorted(by_name)]


def _tell(
    kept: Sequence[KeptRun], left_out: Sequence[dict[str, str]], as_json: bool
) -> None:
    if as_json:
        history: dict[str, Any] = {
            "kept": [
                {"run": run.id, "decides_nothing": decides_nothing(run)} for run in kept
            ],
            "left_out": list(left_out),
            "history": shown(HISTORY),
        }
        print(json.dumps(history, indent=1))
        return
    for run in kept:
        why = decides_nothing(run)
        mark = f", marked: it decides nothing, {why}" if why else ""
        print(f"kept: {run.id}, {len(run.points)} figures{mark}")
    for unread_run in left_out:
        print(f"left out: {unread_run['because']}", file=sys.stderr)
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
        "decides_nothing": decides_nothing(row.run),
        "figures": [asdict(point) for point in row.points.values()],
    }


def understood(folder: Path) -> KeptRun:
    """A stored run as the history holds it; UsageError where there is nothing to keep."""
    return kept(read(folder), made_from(folder), read_instructions(folder))


def kept(run: Run, files: str, counted: Instructions | None = None) -> KeptRun:
    """The same of a run whose stored files have this hash; UsageError, too, if it was never meant to decide or is too short."""
    analysis = analyse(run)
    profile, rounds = run.record.plan.profile, len(analysis.rounds)
    why = no_verdicts(profile, rounds)
    if why is not None:
        raise UsageError(
            f"run {run.record.id} is not kept: {no_verdicts_because(why, profile, rounds)}",
            "the history keeps runs with verdicts: make bench",
        )
    return kept_of(run, analysis, frameworks(), files, counted)


def made_from(folder: Path) -> str:
    """One hash over the files that a kept run was read from; equal means nothing is new."""
    digest = hashlib.sha256()
    for name in MADE_FROM:
        with suppress(FileNotFoundError):
            content = read_raw(folder / name)
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
