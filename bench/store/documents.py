"""
What is kept in one JSON file each, with the number of its format, and how it is read again.

    bisection.json       what `bench bisect` found, with a table and a page beside it
    <machine>/<date>.json  one calibration, likewise
    exhibits.json        what was probed and counted: beside the runs, a copy in each run
    instructions.json    counted instructions, in the folder of the run that they belong to
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from bench.errors import EnvironmentFailure, UsageError, told
from bench.model.bisection import BISECTION_SCHEMA, Bisection
from bench.model.calibration import CALIBRATION_SCHEMA, Calibration
from bench.model.instructions import INSTRUCTIONS_SCHEMA, Instructions
from bench.model.probe import EXHIBITS_SCHEMA, ProbeResults
from bench.store.records import schema_of, validated
from bench.store.untrusted_input import loads, read_plain
from bench.store.whole_file import write_whole


EXHIBITS = "exhibits.json"
INSTRUCTIONS_FILE = "instructions.json"


class OtherFormat(UsageError):
    """A file of the right kind, written by another version of the harness."""


@dataclass(frozen=True, slots=True)
class _Document[Noun]:
    what: str
    holds: TypeAdapter[Noun]
    schema: int
    again: str  # what makes it anew
    ascii: bool = True

    def write(self, path: Path, noun: Noun, **beside: str) -> None:
        """Write it, and texts beside it by their endings; EnvironmentFailure when the disk does not take them."""
        value = self.holds.dump_python(noun, mode="json")
        text = json.dumps(value, indent=1, ensure_ascii=self.ascii, allow_nan=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for ending, words in beside.items():
                write_whole(path.with_suffix(f".{ending}"), words)
            write_whole(path, f"{text}\n")
        except OSError as error:
            raise EnvironmentFailure(
                f"{path}: {error.strerror}", "make room or mend the permissions"
            ) from error

    def read(self, path: Path) -> Noun:
        """What the file holds; UsageError where it is damaged, OtherFormat of another format, FileNotFoundError."""
        try:
            value = loads(read_plain(path).decode("utf-8"))
            schema = schema_of(value)
            if schema != self.schema:
                said = f"format {told(schema)}, this version reads {self.schema}"
                if isinstance(schema, int):
                    raise OtherFormat(f"{path}: {said}", self.again)
                raise ValueError(said)
            noun: Noun = validated(self.holds, value)
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            said = f"{path}: not {self.what}: {error}"
            raise UsageError(said, self.again) from error
        return noun

    def read_if_there(self, path: Path) -> Noun | None:
        """Like `read`; None where there is no such file."""
        try:
            return self.read(path)
        except FileNotFoundError:
            return None


_BISECTION = _Document(
    "a bisection",
    TypeAdapter(Bisection),
    BISECTION_SCHEMA,
    "make it again: bench bisect PACKAGE OLD NEW",
)
_CALIBRATION = _Document(
    "a calibration",
    TypeAdapter(Calibration),
    CALIBRATION_SCHEMA,
    "remove the file and calibrate again: bench calibrate",
)
_EXHIBITS = _Document(
    "what was probed",
    TypeAdapter(ProbeResults),
    EXHIBITS_SCHEMA,
    "play them again: bench probe",
    ascii=False,
)
_INSTRUCTIONS = _Document(
    "counted instructions",
    TypeAdapter(Instructions),
    INSTRUCTIONS_SCHEMA,
    "count them again: bench instructions --into RUN",
)


def write_bisection(folder: Path, bisection: Bisection, table: str, page: str) -> Path:
    """Write file, table and page; the page's path. EnvironmentFailure when the disk does not take them."""
    path = folder / "bisection.json"
    _BISECTION.write(path, bisection, md=table, html=page)
    return path.with_suffix(".html")


def read_bisection(folder: Path) -> Bisection:
    """What a folder holds; UsageError if it holds none of this format."""
    try:
        return _BISECTION.read(folder / "bisection.json")
    except FileNotFoundError as error:
        raise UsageError(f"{folder}: not a bisection", _BISECTION.again) from error


def write_calibration(
    parent: Path, calibration: Calibration, table: str, page: str
) -> Path:
    """Write file, table and page into the machine's folder; the file's path. EnvironmentFailure when the disk does not take them."""
    name = calibration.created_at.replace(":", "").replace("-", "")
    path = parent / calibration.fingerprint / f"{name}.json"
    _CALIBRATION.write(path, calibration, md=table, html=page)
    return path


def latest_calibration(parent: Path, fingerprint: str) -> Calibration | None:
    """The newest calibration of that machine; None if there is none of this format, UsageError for a damaged one."""
    for path in sorted((parent / fingerprint).glob("*.json"), reverse=True):
        try:
            calibration = _CALIBRATION.read(path)
            datetime.fromisoformat(calibration.created_at)  # its age is asked for
        except OtherFormat:
            continue
        except ValueError as error:
            said = f"{path}: not a calibration: {error}"
            raise UsageError(said, _CALIBRATION.again) from error
        return calibration
    return None


def write_exhibits(folder: Path, exhibits: ProbeResults) -> Path:
    """Write them into a folder, replacing what was there; the file's path. EnvironmentFailure when the disk does not take them."""
    _EXHIBITS.write(folder / EXHIBITS, exhibits)
    return folder / EXHIBITS


def read_exhibits(folder: Path) -> ProbeResults | None:
    """What a folder holds, or None; UsageError when it is damaged or of another format."""
    return _EXHIBITS.read_if_there(folder / EXHIBITS)


def write_instructions(folder: Path, counted: Instructions) -> Path:
    """Put them into a run's folder, replacing what was there; EnvironmentFailure when the disk does not take them."""
    _INSTRUCTIONS.write(folder / INSTRUCTIONS_FILE, counted)
    return folder / INSTRUCTIONS_FILE


def read_instructions(folder: Path) -> Instructions | None:
    """What a run's folder holds, or None; UsageError when it is damaged or of another format."""
    return _INSTRUCTIONS.read_if_there(folder / INSTRUCTIONS_FILE)
