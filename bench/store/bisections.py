"""
What `bench bisect` found, on disk: one folder for a package and two releases.

    bisection.json   everything that was measured
    bisection.md     the steps as a table for people
    bisection.html   the same as a page, with charts
"""

import json
from pathlib import Path

from pydantic import TypeAdapter

from bench.errors import EnvironmentFailure, UsageError
from bench.model.bisection import BISECTION_SCHEMA, Bisection
from bench.store.folder import write_atomically
from bench.store.records import schema_of, validated
from bench.store.untrusted_input import loads, read_plain


FILE = "bisection.json"
_BISECTION = TypeAdapter(Bisection)
_AGAIN = "make it again: bench bisect PACKAGE OLD NEW"


def write_bisection(folder: Path, found: Bisection, table: str, page: str) -> Path:
    """Write the three files; the page's path. EnvironmentFailure when the disk does not take them."""
    path = folder / FILE
    value = _BISECTION.dump_python(found, mode="json")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(value, indent=1, allow_nan=False) + "\n")
        write_atomically(path.with_suffix(".md"), table)
        write_atomically(path.with_suffix(".html"), page)
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return path.with_suffix(".html")


def read_bisection(folder: Path) -> Bisection:
    """What a folder holds; UsageError if it holds none of this format."""
    path = folder / FILE
    try:
        value = loads(read_plain(path).decode("utf-8"))
        if schema_of(value) != BISECTION_SCHEMA:
            raise UsageError(
                f"{path}: format {schema_of(value)!r}, this version reads {BISECTION_SCHEMA}",
                _AGAIN,
            )
        found: Bisection = validated(_BISECTION, value)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a bisection: {error}", _AGAIN) from error
    return found
