"""What was probed and counted, on disk: one file beside the runs, a copy in each run."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from bench.errors import EnvironmentFailure, UsageError, told
from bench.model.probe import EXHIBITS_SCHEMA, ProbeResults
from bench.store.folder import write_atomically
from bench.store.records import schema_of, validated
from bench.store.untrusted_input import loads, read_plain


EXHIBITS = "exhibits.json"
_EXHIBITS = TypeAdapter(ProbeResults)


def write_exhibits(folder: Path, exhibits: ProbeResults) -> Path:
    """Write them into a folder, replacing what was there; the file's path. EnvironmentFailure when the disk does not take them."""
    path = folder / EXHIBITS
    value = _EXHIBITS.dump_python(exhibits, mode="json")
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, f"{text}\n")
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return path


def read_exhibits(folder: Path) -> ProbeResults | None:
    """What a folder holds, or None; UsageError when it is damaged or of another format."""
    path = folder / EXHIBITS
    try:
        value = loads(read_plain(path).decode("utf-8"))
        schema = schema_of(value)
        if schema != EXHIBITS_SCHEMA:
            raise UsageError(
                f"{path}: format {told(schema)}, this version reads {EXHIBITS_SCHEMA}",
                "play them again: bench probe",
            )
        exhibits: ProbeResults = validated(_EXHIBITS, value)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the file") from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}", "play them again: bench probe") from error
    return exhibits
