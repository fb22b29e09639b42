"""What runs left that were killed, or refused, before anything was measured."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from bench.store.folder import HEAD, LOGS, SAMPLES


REFUSED = "refused"
"""Beside the run folders: the logs of the last start that was refused, or check that failed."""

INTERNAL = "internal-errors"
"""Beside the run folders: the tracebacks of faults of the harness itself."""

_RUN_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-.+-[0-9a-f]{4}")  # as `run_id` makes it


def keep_logs(logs: Path, runs: Path) -> Path | None:
    """
    Copy the logs of what was refused to where the next start leaves them alone; where that is.

    Only those of the last refusal, or of the last check that failed, are kept. None if nothing was logged, or if the
    disk does not take them: the refusal itself is what matters.
    """
    kept = runs / REFUSED
    with suppress(OSError):
        if any(logs.iterdir()):
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(logs, kept)
            return kept
    return None


def remove_headless(runs: Path, but: Path) -> list[Path]:
    """
    Remove what runs left that were killed before their heads were written; which folders those were.

    Nothing was measured in them. Only what bears a run's name and holds
    nothing but logs; not the folder `but`, whose run is about to begin. To be
    called while no other run lives.
    """
    others = [folder for folder in runs.glob("*") if folder.name != but.name]
    gone = [folder for folder in others if folder.is_dir() and _is_headless(folder)]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return gone


def _is_headless(folder: Path) -> bool:
    if _RUN_NAME.fullmatch(folder.name) is None:
        return False
    names = {path.name for path in folder.iterdir()}
    samples = folder / SAMPLES
    return names <= {LOGS, SAMPLES, f"{HEAD}.part"} and not (
        samples.is_dir() and any(samples.iterdir())
    )
