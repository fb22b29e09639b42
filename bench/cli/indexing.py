"""The lists of all runs: one of this machine's folder, one that is published."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from bench.cli.places import INDEX, PUBLISHED, PUBLISHED_INDEX, RUNS
from bench.errors import UsageError
from bench.model.results import Results
from bench.report.index import RunEntry, index_html
from bench.report.json_file import read_results
from bench.report.write import replace_file
from bench.store.folder import run_folders
from bench.store.untrusted_input import read_plain


PAGE = "report.html"
RESULTS = "results.json"


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
    by_name = {each.name: each for each in (*run_folders(RUNS), *published)}
    found = understood(by_name.values())
    if listed_in == PUBLISHED_INDEX:
        write_list(PUBLISHED_INDEX, {each: found[each] for each in published})
    return write_list(INDEX, found)


type Read = tuple[Results | None, str | None]
"""What a run showed, or why that is not known."""


def understood(folders: Iterable[Path]) -> dict[Path, Read]:
    """What stands in the results of these run folders, each read once."""
    return {each: _read(each) for each in folders}


def write_list(index: Path, found: Mapping[Path, Read]) -> Path:
    """Write an index of these run folders, with links that are relative to it."""
    entries = [_entry(index, folder, read) for folder, read in found.items()]
    return replace_file(index, index_html(entries))


def _entry(index: Path, folder: Path, read: Read) -> RunEntry:
    # Quoted: a folder may be named like an address of another kind.
    href = quote(os.fsencode(os.path.relpath(folder / PAGE, index.parent)))
    return RunEntry(folder.name, href, folder.parent == PUBLISHED, *read)


def _read(folder: Path) -> Read:
    try:
        text = read_plain(folder / RESULTS).decode("utf-8")
        return read_results(text), None
    except FileNotFoundError:
        return None, f"not understood yet: bench report {folder.name}"
    except (UsageError, OSError, UnicodeDecodeError) as error:
        return None, f"cannot be read: {error}"
