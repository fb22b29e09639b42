"""What was probed and counted, on disk: one file beside the runs, a copy in each run."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bench.errors import AskedWrongly
from bench.model.probe import EXHIBITS_SCHEMA, Exhibits
from bench.store.folder import write_atomically


EXHIBITS = "exhibits.json"
_EXHIBITS = TypeAdapter(Exhibits)


def write_exhibits(folder: Path, exhibits: Exhibits) -> Path:
    """Write them into a folder, replacing what was there; the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / EXHIBITS
    value = _EXHIBITS.dump_python(exhibits, mode="json")
    write_atomically(
        path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    )
    return path


def read_exhibits(folder: Path) -> Exhibits | None:
    """What a folder holds, or None; AskedWrongly when it is damaged or of another format."""
    path = folder / EXHIBITS
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AskedWrongly(f"{path}: {error.strerror}", "check the file") from error
    try:
        schema = json.loads(text).get("schema")
        if schema != EXHIBITS_SCHEMA:
            raise AskedWrongly(
                f"{path}: format {schema!r}, this version reads {EXHIBITS_SCHEMA}",
                "play them again: bench probe",
            )
        return _EXHIBITS.validate_json(text)
    except (ValidationError, ValueError, AttributeError) as error:
        raise AskedWrongly(
            f"{path}: {str(error).splitlines()[0]}", "play them again: bench probe"
        ) from error
