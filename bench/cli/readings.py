"""Which folder a command may write to: a run's own, or one beside it where that is another's or published."""

from pathlib import Path

from bench.cli.places import PUBLISHED, RUNS, is_published, shown
from bench.configure.claims import CLAIMS, table_sha256
from bench.errors import UsageError
from bench.model.releases import safe
from bench.store.folder import find
from bench.store.untrusted_input import loads, read_plain


RESULTS = "results.json"
READINGS = RUNS / "readings"
"""Pages of published runs, and of runs by other tables than their own: readings/RUN/TABLE."""


def run_to_change(name: str) -> Path:
    """The folder of a run that something is put into; UsageError where it is published."""
    folder = find(RUNS, PUBLISHED, name)
    if is_published(folder):
        raise UsageError(
            f"{folder.name} is published, and a published run stays as it is",
            f"name a run of your own, or a copy: cp -r {shown(folder)} {shown(RUNS)}/",
        )
    return folder


def place_of(folder: Path, table: Path) -> Path:
    """
    Where the page of the run in `folder`, judged by `table`, is written.

    In the folder itself if its page is that table's, or if it has none yet.
    Else, and of a published run always, in a folder of its own: a reading
    takes nobody else's page away.
    """
    own = _judged_by(folder)
    ours = table.resolve() == CLAIMS.resolve()
    if is_published(folder):
        same = False
    elif own is None:
        same = True
    else:
        name, sha256 = own
        plain = name in {"", CLAIMS.name}
        # One's own table may have been edited since; it is known by its name.
        edited = name == table.name and not plain
        same = (ours and plain) or sha256 == table_sha256(table) or edited
    return (
        folder
        if same
        else READINGS / folder.resolve().name / (safe(table.stem) or "claims")
    )


def _judged_by(folder: Path) -> tuple[str, str] | None:
    """Name and hash of the table that judged the page in a run folder; None: there is no page that says so."""
    try:
        results = loads(read_plain(folder / RESULTS).decode("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(results, dict):
        return None
    return str(results.get("claims_source", "")), str(results.get("claims_sha256", ""))
