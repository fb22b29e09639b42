"""`bench report`."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.asked import frameworks, known_workloads
from bench.cli.places import PUBLISHED, RUNS, shown
from bench.configure.claims import load_claims
from bench.judge.results import results
from bench.model.results import StoredFile, WorkloadNote
from bench.report.write import write_report
from bench.store.folder import HEAD, LOGS, SAMPLES, TRIALS, find, read


def command(
    run: Annotated[
        str | None,
        typer.Argument(help="Id, its beginning, or folder; the newest if left out."),
    ] = None,
) -> None:
    """Write report.html, summary.md, results.json and results.csv from what is stored."""
    page = render(find(RUNS, PUBLISHED, run))
    print(shown(page))


def render(folder: Path) -> Path:
    """Understand a stored run and write its page; the page's path."""
    notes = [WorkloadNote(w.name, w.title, w.why) for w in known_workloads().values()]
    understood = results(
        read(folder), load_claims(), frameworks(), notes, stored_files(folder)
    )
    write_report(understood, folder)
    return folder / "report.html"


def stored_files(folder: Path) -> tuple[StoredFile, ...]:
    """What was measured, file by file, with its checksum."""
    paths = [folder / HEAD, folder / TRIALS]
    paths += sorted((folder / SAMPLES).glob("*.npz")) + sorted(
        (folder / LOGS).glob("*")
    )
    return tuple(
        StoredFile(
            str(path.relative_to(folder)),
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in paths
        if path.is_file()
    )
