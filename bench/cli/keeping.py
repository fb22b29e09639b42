"""From stored runs to the history, and from the history to the page of a run."""

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

from bench.analyse.analysis import analyse
from bench.cli.places import HISTORY, is_published
from bench.cli.run_options import frameworks
from bench.errors import BenchError, UsageError
from bench.judge.kept import kept_of
from bench.judge.results import no_verdicts
from bench.model.history import KeptRun
from bench.model.instructions import Instructions
from bench.model.results import Results
from bench.model.run import Run
from bench.report.json_file import read_results
from bench.store.archive import read_raw
from bench.store.documents import INSTRUCTIONS_FILE, read_instructions
from bench.store.folder import HEAD, TRIALS, read
from bench.store.history import kept_runs
from bench.wording.reasons import no_verdicts_because


MADE_FROM = (HEAD, TRIALS, INSTRUCTIONS_FILE)
"""The files of a run that the history is read from."""


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


def write_trend_of(results: Results, folder: Path, place: Path) -> Path | None:
    """Write the trend.html of the run in `folder` to `place`, with the history where there is one; its path, or None."""
    # Drawing loads slowly, and a list of what is kept draws nothing.
    from bench.report.trend import write_trend

    return write_trend(results, place, kept_beside(folder))


def refresh_trend(folder: Path) -> None:
    """Write trend.html again where a run has one; one without readable results, or published, keeps what it has."""
    if is_published(folder) or not (folder / "trend.html").is_file():
        return
    try:
        text = (folder / "results.json").read_text(encoding="utf-8")
        write_trend_of(read_results(text), folder, folder)
    except (UsageError, OSError, UnicodeDecodeError):
        return  # bench report RUN says what is wrong with it


def kept_beside(folder: Path) -> tuple[KeptRun, ...]:
    """The history for the page of a run; none for a published one, which everybody must be able to make again."""
    if is_published(folder) or not HISTORY.is_file():
        return ()
    try:
        return kept_runs(HISTORY)
    except BenchError as error:
        # A page that took an hour to measure is not withheld for it.
        print(f"trend.html is without history: {error.message}", file=sys.stderr)
        return ()
