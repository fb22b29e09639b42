"""What was probed and counted, on disk: one file beside the runs, a copy in each run."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from bench.errors import AskedWrongly, MachineRefused, told
from bench.model.probe import EXHIBITS_SCHEMA, Exhibits
from bench.store.folder import write_atomically
from bench.store.outside import loads, read_plain
from bench.store.records import schema_of, validated


EXHIBITS = "exhibits.json"
_EXHIBITS = TypeAdapter(Exhibits)


def write_exhibits(folder: Path, exhibits: Exhibits) -> Path:
    """Write them into a folder, replacing what was there; the file's path. MachineRefused when the disk does not take them."""
    path = folder / EXHIBITS
    value = _EXHIBITS.dump_python(exhibits, mode="json")
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, f"{text}\n")
    except OSError as error:
        raise MachineRefused(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return path


def read_exhibits(folder: Path) -> Exhibits | None:
    """What a folder holds, or None; AskedWrongly when it is damaged or of another format."""
    path = folder / EXHIBITS
    try:
        value = loads(read_plain(path).decode("utf-8"))
        schema = schema_of(value)
        if schema != EXHIBITS_SCHEMA:
            raise AskedWrongly(
                f"{path}: format {told(schema)}, this version reads {EXHIBITS_SCHEMA}",
                "play them again: bench probe",
            )
        exhibits: Exhibits = validated(_EXHIBITS, value)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AskedWrongly(f"{path}: {error.strerror}", "check the file") from error
    except ValueError as error:
        raise AskedWrongly(
            f"{path}: {error}", "play them again: bench probe"
        ) from error
    return exhibits
