"""
Calibrations on disk: one folder per machine, one file per calibration.

    <fingerprint>/<date>.json   everything that was measured
    <fingerprint>/<date>.md     the same as a table for people
    <fingerprint>/<date>.html   the same as a page, with charts
"""

import json
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from bench.errors import EnvironmentFailure, UsageError
from bench.model.calibration import CALIBRATION_SCHEMA, Calibration
from bench.store.folder import write_atomically
from bench.store.records import schema_of, validated
from bench.store.untrusted_input import loads, read_plain


_CALIBRATION = TypeAdapter(Calibration)
_AGAIN = "remove the file and calibrate again: bench calibrate"


def save(parent: Path, calibration: Calibration, table: str, page: str) -> Path:
    """Write the three files; the path of the first. EnvironmentFailure when the disk does not take them."""
    name = calibration.created_at.replace(":", "").replace("-", "")
    path = parent / calibration.fingerprint / f"{name}.json"
    value = _CALIBRATION.dump_python(calibration, mode="json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path.with_suffix(".md"), table)
        write_atomically(path.with_suffix(".html"), page)
        write_atomically(path, json.dumps(value, indent=1, allow_nan=False) + "\n")
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return path


def latest(parent: Path, fingerprint: str) -> Calibration | None:
    """The newest calibration of that machine; None if there is none of this format."""
    for path in sorted((parent / fingerprint).glob("*.json"), reverse=True):
        schema = _format(path)
        # A file without a format's number is none of another format: refused.
        if schema == CALIBRATION_SCHEMA or not isinstance(schema, int):
            return load(path)
    return None


def load(path: Path) -> Calibration:
    """One calibration; UsageError if the file is not one."""
    try:
        found: Calibration = validated(_CALIBRATION, _value(path))
        datetime.fromisoformat(found.created_at)  # its age is asked for
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a calibration: {error}", _AGAIN) from error
    return found


def _format(path: Path) -> object:
    # Before its fields: those of another format may have other names.
    try:
        return schema_of(_value(path))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a calibration: {error}", _AGAIN) from error


def _value(path: Path) -> object:
    return loads(read_plain(path).decode("utf-8"))
