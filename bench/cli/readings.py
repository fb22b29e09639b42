"""Where the page of a run goes: into its folder, or beside it where another table of claims judges."""

from pathlib import Path

from bench.cli.places import RUNS, is_published
from bench.configure.claims import CLAIMS, table_sha256
from bench.model.version_names import safe
from bench.store.outside import loads, read_plain


RESULTS = "results.json"
READINGS = RUNS / "readings"
"""Pages of runs by other tables than their own: readings/RUN/TABLE."""


def place_of(folder: Path, table: Path) -> Path:
    """
    Where the page of the run in `folder`, judged by `table`, is written.

    In the folder itself if its page is that table's, or if it has none yet.
    Else in a folder of its own: a reading takes nobody else's page away, and
    a published run is changed by no table but its own.
    """
    own = _judged_by(folder)
    ours = table.resolve() == CLAIMS.resolve()
    if own is None:
        same = ours or not is_published(folder)
    else:
        name, sha256 = own
        plain = name in {"", CLAIMS.name}
        # One's own table may have been edited since; it is known by its name.
        edited = name == table.name and not plain and not is_published(folder)
        same = (ours and plain) or sha256 == table_sha256(table) or edited
    return (
        folder
        if same
        else READINGS / folder.resolve().name / (safe(table.stem) or "claims")
    )


def _judged_by(folder: Path) -> tuple[str, str] | None:
    """Name and hash of the table that judged the page in a run folder; None: there is no page that says so."""
    try:
        found = loads(read_plain(folder / RESULTS).decode("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    return str(found.get("claims_source", "")), str(found.get("claims_sha256", ""))
