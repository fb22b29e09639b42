"""From a stored run to its page; what judges and draws is loaded with this file."""

import hashlib
import os
from pathlib import Path

from bench.cli.indexing import index_of, write_index
from bench.cli.keeping import write_trend_of
from bench.cli.places import is_published
from bench.cli.readings import place_of
from bench.cli.run_options import frameworks, known_workloads
from bench.configure.claims import CLAIMS, load_article, load_claims, table_sha256
from bench.judge.results import SupplementaryResults, results
from bench.model.results import StoredFile, WorkloadNote
from bench.report.write import write_report
from bench.store.archive import pack, raw_files
from bench.store.documents import EXHIBITS, INSTRUCTIONS_FILE, read_exhibits
from bench.store.folder import HEAD, LOGS, SAMPLES, TRIALS, read
from bench.store.untrusted_input import refuse_links


def render(folder: Path, table: Path | None = None, place: Path | None = None) -> Path:
    """
    Understand a stored run, judge it by a table of claims, write its page; the page's path.

    Without a `place`, where the run's own page is another table's or
    published, it is written beside. A published run's own folder is given
    the form that is committed: no tables, and its raw files in one archive.
    """
    refuse_links(folder)
    table = table or CLAIMS
    notes = [WorkloadNote(w.name, w.title, w.why) for w in known_workloads().values()]
    understood = results(
        read(folder),
        load_claims(table),
        frameworks(),
        notes,
        stored_files(folder),
        SupplementaryResults(
            read_exhibits(folder),
            table_sha256(table),
            table.name,
            load_article(table),
        ),
    )
    published = place is not None and is_published(place)
    place = place or place_of(folder, table)
    index = index_of(place)
    href = None if index is None else os.path.relpath(index, place)
    write_report(understood, place, href, published)
    if published:
        pack(place)
    write_index(place)
    write_trend_of(understood, folder, place)
    return place / "report.html"


def stored_files(folder: Path) -> tuple[StoredFile, ...]:
    """What was measured, file by file, with its checksum; of a published run with what its archive holds."""
    first = (HEAD, TRIALS, EXHIBITS, INSTRUCTIONS_FILE)
    paths = [folder / each for each in first]
    paths += [*(folder / SAMPLES).glob("*.npz"), *(folder / LOGS).glob("*")]
    found = {each.path: each for each in raw_files(folder)}
    for path in paths:
        if path.is_file():
            name, content = str(path.relative_to(folder)), path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            found[name] = StoredFile(name, len(content), digest)
    parts = [[name] for name in first]
    parts += [sorted(n for n in found if n.startswith(p)) for p in (SAMPLES, LOGS)]
    return tuple(found[name] for part in parts for name in part if name in found)
