"""Counted instructions on disk: one file in the folder of the run that they belong to."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bench.errors import EnvironmentFailure, UsageError
from bench.model.instructions import INSTRUCTIONS_SCHEMA, Instructions
from bench.store.folder import write_atomically


INSTRUCTIONS_FILE = "instructions.json"
_INSTRUCTIONS = TypeAdapter(Instructions)
_AGAIN = "count them again: bench instructions --into RUN"


def write_instructions(folder: Path, counted: Instructions) -> Path:
    """Put them into a run's folder, replacing what was there; EnvironmentFailure when the disk does not take them."""
    path = folder / INSTRUCTIONS_FILE
    value = _INSTRUCTIONS.dump_python(counted, mode="json")
    try:
        write_atomically(path, json.dumps(value, indent=1, allow_nan=False) + "\n")
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return path


def read_instructions(folder: Path) -> Instructions | None:
    """What a run's folder holds, or None; UsageError when it is damaged or of another format."""
    path = folder / INSTRUCTIONS_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}", _AGAIN) from error
    try:
        schema = json.loads(text).get("schema")
        if schema != INSTRUCTIONS_SCHEMA:
            raise UsageError(
                f"{path}: format {schema!r}, this version reads {INSTRUCTIONS_SCHEMA}",
                _AGAIN,
            )
        return _INSTRUCTIONS.validate_json(text)
    except (ValidationError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: {str(error).splitlines()[0]}", _AGAIN) from error
