"""From stored runs to their pages and lists; what judges and draws is loaded with this file."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from bench.cli.places import (
    HISTORY,
    INDEX,
    PUBLISHED,
    PUBLISHED_INDEX,
    RUNS,
    is_published,
)
from bench.cli.readings import RESULTS, place_of
from bench.cli.run_options import frameworks
from bench.configure.claims import CLAIMS, load_article, load_claims, table_sha256
from bench.errors import BenchError, UsageError, unknown
from bench.judge.pooled import pool
from bench.judge.results import SupplementaryResults, results
from bench.model.history import KeptRun
from bench.model.results import Results, StoredFile, WorkloadNote
from bench.report.index import RunEntry, index_html
from bench.report.json_file import read_results
from bench.report.number_files import (
    FORMATS,
    GITHUB_ACTION_BENCHMARK,
    github_action_benchmark,
)
from bench.report.pooled import DATA, write_pooled
from bench.report.trend import write_trend
from bench.report.write import replace_file, write_report
from bench.store.archive import pack, raw_files
from bench.store.documents import EXHIBITS, INSTRUCTIONS_FILE, read_exhibits
from bench.store.folder import HEAD, LOGS, SAMPLES, TRIALS, find, read, run_folders
from bench.store.history import kept_runs
from bench.store.untrusted_input import read_plain, refuse_links
from bench.wording.reasons import left_out_because
from bench.workloads import WORKLOADS


POOLED = RUNS / "pooled"
"""Pages of several runs, each in a folder named after its runs; no run is changed."""

type Read = tuple[Results | None, str | None]
"""What a run showed, or why that is not known."""


def render(folder: Path, table: Path | None = None, place: Path | None = None) -> Path:
    """
    Understand a stored run, judge it by a table of claims, write its page; the page's path.

    Without a `place`, where the run's own page is another table's or
    published, it is written beside. A published run's own folder is given
    the form that is committed: no tables, and its raw files in one archive.
    """
    refuse_links(folder)
    table = table or CLAIMS
    notes = [WorkloadNote(w.name, w.title, w.why) for w in WORKLOADS.values()]
    judged = results(
        read(folder),
        load_claims(table),
        frameworks(),
        notes,
        stored_files(folder),
        SupplementaryResults(
            *(read_exhibits(folder), table_sha256(table)),
            *(table.name, load_article(table)),
        ),
    )
    published = place is not None and is_published(place)
    place = place or place_of(folder, table)
    index = index_of(place)
    href = None if index is None else os.path.relpath(index, place)
    write_report(judged, place, href, published)
    if published:
        pack(place)
    write_index(place)
    write_trend(judged, place, kept_beside(folder))
    return place / "report.html"


def stored_results(folder: Path) -> Results:
    """What results.json in a folder says; UsageError, OSError or UnicodeDecodeError where it cannot be read."""
    return read_results(read_plain(folder / RESULTS).decode("utf-8"))


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


def refresh_trend(folder: Path) -> None:
    """Write trend.html again where a run has one; one without readable results, or published, keeps what it has."""
    if not is_published(folder) and (folder / "trend.html").is_file():
        # bench report RUN says what is wrong with results that cannot be read.
        with suppress(UsageError, OSError, UnicodeDecodeError):
            write_trend(stored_results(folder), folder, kept_beside(folder))


def stored_files(folder: Path) -> tuple[StoredFile, ...]:
    """What was measured, file by file, with its checksum; of a published run with what its archive holds."""
    first = (HEAD, TRIALS, EXHIBITS, INSTRUCTIONS_FILE)
    paths = [folder / file_name for file_name in first]
    paths += [*(folder / SAMPLES).glob("*.npz"), *(folder / LOGS).glob("*")]
    files = {file.path: file for file in raw_files(folder)}
    for path in paths:
        if path.is_file():
            name, content = str(path.relative_to(folder)), path.read_bytes()
            files[name] = StoredFile(name, len(content), sha256(content).hexdigest())
    parts = [[name] for name in first]
    parts += [sorted(n for n in files if n.startswith(p)) for p in (SAMPLES, LOGS)]
    return tuple(files[name] for part in parts for name in part if name in files)


def index_of(folder: Path) -> Path | None:
    """The index that lists this run folder, or None where none does."""
    parents = {PUBLISHED.resolve(): PUBLISHED_INDEX, RUNS.resolve(): INDEX}
    return parents.get(folder.resolve().parent)


def write_index(rendered: Path) -> Path | None:
    """
    Write the index of all runs again after one was rendered; its path.

    The published one, which is committed, changes only with a published run.
    """
    listed_in = index_of(rendered)
    if listed_in is None:
        return None
    published = run_folders(PUBLISHED)
    by_name = {
        run_folder.name: run_folder for run_folder in (*run_folders(RUNS), *published)
    }
    read_of = understood(by_name.values())
    if listed_in == PUBLISHED_INDEX:
        write_list(
            PUBLISHED_INDEX,
            {run_folder: read_of[run_folder] for run_folder in published},
        )
    return write_list(INDEX, read_of)


def understood(folders: Iterable[Path]) -> dict[Path, Read]:
    """What stands in the results of these run folders, each read once."""
    return {folder: _read(folder) for folder in folders}


def write_list(index: Path, runs: Mapping[Path, Read]) -> Path:
    """Write an index of these run folders, with links that are relative to it."""
    entries = [_entry(index, folder, read) for folder, read in runs.items()]
    return replace_file(index, index_html(entries))


def _entry(index: Path, folder: Path, read: Read) -> RunEntry:
    # Quoted: a folder may be named like an address of another kind.
    href = quote(os.fsencode(os.path.relpath(folder / "report.html", index.parent)))
    return RunEntry(folder.name, href, folder.parent == PUBLISHED, *read)


def _read(folder: Path) -> Read:
    try:
        return stored_results(folder), None
    except FileNotFoundError:
        return None, f"not understood yet: bench report {folder.name}"
    except (UsageError, OSError, UnicodeDecodeError) as error:
        return None, f"cannot be read: {error}"


def render_pooled(names: Sequence[str]) -> Path:
    """Pool the runs of these names, write their page; its path. UsageError where fewer than two can be pooled."""
    runs = [read(find(RUNS, PUBLISHED, name)) for name in names]
    ids = [run.record.id for run in runs]
    twice = next((run_id for run_id in ids if ids.count(run_id) > 1), None)
    if twice is not None:
        raise UsageError(f"run {twice} is named twice", "name each run once")
    pooled = pool(runs)
    if len(pooled.runs) < 2:
        whole = (run for run in pooled.left_out if run.workload is None)
        why = "; ".join(f"{run.run}: {left_out_because(run)}" for run in whole)
        raise UsageError(
            f"{len(pooled.runs)} of these runs can be pooled: {why}",
            "name two runs at least that measured the same targets on the same workloads",
        )
    return write_pooled(pooled, frameworks(), POOLED / _folder(pooled.named))


def pool_again(place: Path) -> Path:
    """Write a published page of several runs, and its numbers, again from these runs; the page's path."""
    before = json.loads(read_plain(place / DATA))
    names = {
        run["id" if "id" in run else "run"]
        for run in (*before["runs"], *before["left_out"])
    }
    page = render_pooled(sorted(names))
    for made in (page.with_name(DATA), page):
        replaced = replace_file(place / made.name, made.read_text(encoding="utf-8"))
    return replaced


def _folder(named: Sequence[str]) -> str:
    """The same for the same runs, in whatever order they were named."""
    short = sha256(" ".join(named).encode()).hexdigest()[:4]
    return f"{named[0].partition('T')[0]}-{len(named)}-runs-{short}"


def refuse_format(name: str) -> None:
    """UsageError for a format that there is none of."""
    if name not in FORMATS:
        raise unknown("format", name, list(FORMATS), where="--export")


def export(folder: Path) -> list[Path]:
    """Write the results there in the one format that there is, beside them; the files."""
    benchmarks = github_action_benchmark(stored_results(folder))
    return [
        replace_file(folder / f"{GITHUB_ACTION_BENCHMARK}-{tool}.json", content)
        for tool, content in benchmarks.items()
    ]
