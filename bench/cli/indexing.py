"""The lists of all runs: one of this machine's folder, one that is published."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from bench.cli.places import INDEX, PUBLISHED, PUBLISHED_INDEX, RUNS
from bench.errors import AskedWrongly
from bench.report.index import Entry, index_html
from bench.report.json_file import read_results
from bench.report.write import replace_file
from bench.store.folder import run_folders
from bench.store.outside import read_plain


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
    if listed_in == PUBLISHED_INDEX:
        write_list(PUBLISHED_INDEX, run_folders(PUBLISHED))
    by_name = {
        each.name: each for each in (*run_folders(RUNS), *run_folders(PUBLISHED))
    }
    return write_list(INDEX, list(by_name.values()))


def write_list(index: Path, folders: Sequence[Path]) -> Path:
    """Write an index of these run folders, with links that are relative to it."""
    return replace_file(index, index_html([_entry(index, each) for each in folders]))


def _entry(index: Path, folder: Path) -> Entry:
    published = folder.parent == PUBLISHED
    # Quoted: a folder may be named like an address of another kind.
    href = quote(os.fsencode(os.path.relpath(folder / PAGE, index.parent)))
    try:
        text = read_plain(folder / RESULTS).decode("utf-8")
        return Entry(folder.name, href, published, read_results(text))
    except FileNotFoundError:
        why = f"not understood yet: bench report {folder.name}"
    except (AskedWrongly, OSError, UnicodeDecodeError) as error:
        why = f"cannot be read: {error}"
    return Entry(folder.name, href, published, None, why)
