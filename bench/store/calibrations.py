"""
Calibrations on disk: one folder per machine, one file per calibration.

    <fingerprint>/<date>.json   everything that was measured
    <fingerprint>/<date>.md     the same as a table for people
    <fingerprint>/<date>.html   the same as a page, with charts
"""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bench.errors import AskedWrongly, MachineRefused
from bench.model.calibration import CALIBRATION_SCHEMA, Calibration
from bench.store.folder import write_atomically


_CALIBRATION = TypeAdapter(Calibration)


def save(parent: Path, calibration: Calibration, table: str, page: str) -> Path:
    """Write the three files; the path of the first. MachineRefused when the disk does not take them."""
    name = calibration.created_at.replace(":", "").replace("-", "")
    path = parent / calibration.fingerprint / f"{name}.json"
    value = _CALIBRATION.dump_python(calibration, mode="json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path.with_suffix(".md"), table)
        write_atomically(path.with_suffix(".html"), page)
        write_atomically(path, json.dumps(value, indent=1, allow_nan=False) + "\n")
    except OSError as error:
        raise MachineRefused(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return path


def latest(parent: Path, fingerprint: str) -> Calibration | None:
    """The newest calibration of that machine; None if there is none of this format."""
    for path in sorted((parent / fingerprint).glob("*.json"), reverse=True):
        found = load(path)
        if found.schema == CALIBRATION_SCHEMA:
            return found
    return None


def load(path: Path) -> Calibration:
    """One calibration; AskedWrongly if the file is not one."""
    try:
        return _CALIBRATION.validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise AskedWrongly(
            f"{path}: not a calibration: {str(error).splitlines()[0]}",
            "remove the file and calibrate again: bench calibrate",
        ) from error
