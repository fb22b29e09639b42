"""
A run folder: what was finished is on disk before the next thing begins.

    run.json       the head: plan, seed, machine, exact versions
    trials.jsonl   one line per start, window, failure, volley, meeting, end of a round and stop
    samples/       raw latencies, one .npz per window
    logs/          of servers, database and generator
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import AskedWrongly, MachineRefused
from bench.model.run import SCHEMA, Run, RunRecord
from bench.model.trial import Boot, Failure, Meeting, RoundEnd, Stop, Volley, Window
from bench.store.records import (
    Event,
    from_line,
    head_from_text,
    head_to_text,
    to_line,
)


HEAD = "run.json"
TRIALS = "trials.jsonl"
SAMPLES = "samples"
LOGS = "logs"
RUN_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-.+-[0-9a-f]{4}")
"""What `run_id` makes."""


def run_id(now: datetime, profile: str, seed: int) -> str:
    """A name that sorts by time and says what it is: 20261122T093000Z-quick-1f3a."""
    return f"{now:%Y%m%dT%H%M%SZ}-{profile}-{seed & 0xFFFF:04x}"


class RunWriter:
    """Appends events to a run folder, each one safe on disk when `append` returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Unbuffered: what a full disk refused must not be written at the end.
        self._trials = (folder / TRIALS).open("ab", buffering=0)

    def append(self, event: Event) -> None:
        """Write one event; MachineRefused when the disk does not take it."""
        line = memoryview(to_line(event).encode() + b"\n")
        before = os.fstat(self._trials.fileno()).st_size
        try:
            while line:
                line = line[self._trials.write(line) :]
            os.fsync(self._trials.fileno())
        except OSError as error:
            # Half a line would tear the file for the reader: take it back.
            os.ftruncate(self._trials.fileno(), before)
            raise MachineRefused(
                f"{self.folder / TRIALS}: {error.strerror}",
                f"make room, then: bench run --resume {self.folder.name}",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._trials.close()


def create(runs: Path, record: RunRecord) -> RunWriter:
    """A new run folder with its head; never overwrites one that exists."""
    folder = runs / record.id
    try:
        (folder / SAMPLES).mkdir(parents=True)
        (folder / LOGS).mkdir(exist_ok=True)
        write_atomically(folder / HEAD, head_to_text(record))
    except FileExistsError as error:
        raise AskedWrongly(
            f"{folder} exists already", "a new run never overwrites one: wait a second"
        ) from error
    except OSError as error:
        raise MachineRefused(
            f"{folder}: {error.strerror}", "make room or mend the permissions"
        ) from error
    return RunWriter(folder)


def reopen(folder: Path) -> RunWriter:
    """Go on with an interrupted run; half a last line and half-written files are removed first."""
    _remove_unfinished(folder)
    path = folder / TRIALS
    if path.exists():
        good = sum(len(line) for line in _whole_lines(path.read_bytes()))
        os.truncate(path, good)
    return RunWriter(folder)


def remove_headless(runs: Path, but: Path) -> list[Path]:
    """
    Remove what runs left that were killed before their heads were written; which folders those were.

    Nothing was measured in them. Only what bears a run's name and holds
    nothing but logs; not the folder `but`, whose run is about to begin. To be
    called while no other run lives.
    """
    found = [folder for folder in runs.glob("*") if folder.name != but.name]
    gone = [folder for folder in found if folder.is_dir() and _is_headless(folder)]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return gone


def _is_headless(folder: Path) -> bool:
    if RUN_NAME.fullmatch(folder.name) is None:
        return False
    beside = {LOGS, SAMPLES, _partial(folder / HEAD).name}
    names = {path.name for path in folder.iterdir()}
    samples = folder / SAMPLES
    return names <= beside and not (samples.is_dir() and any(samples.iterdir()))


def _remove_unfinished(folder: Path) -> None:
    """What a killed process was writing, under a name of its own until it would be whole."""
    for place in (folder, folder / SAMPLES):
        for path in place.glob(".*"):
            if path.is_file() and path.suffix[1:].isdigit():
                path.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def write_atomically(path: Path, text: str) -> None:
    """Replace a file as a whole, so that no reader ever meets half of it."""
    partial = _partial(path)
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read(folder: Path) -> Run:
    """
    A run as its folder holds it.

    A last line that was torn off by a crash is passed over: its window was
    not finished. Any other fault is AskedWrongly, with the line's number.
    """
    record = read_head(folder)
    events = list(_events(folder / TRIALS))

    def of[Kind](kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(event for event in events if isinstance(event, kind))

    return Run(
        record,
        of(Boot),
        of(Window),
        of(Failure),
        of(RoundEnd),
        of(Volley),
        of(Meeting),
        of(Stop),
    )


def read_head(folder: Path) -> RunRecord:
    """The head of a run; AskedWrongly when it is missing, broken or of another format."""
    path = folder / HEAD
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AskedWrongly(
            f"{folder} is not a run folder: no readable {HEAD} ({error.strerror})",
            "`bench list runs` shows the runs that exist",
        ) from error
    try:
        schema = json.loads(text).get("schema")
        if schema != SCHEMA:
            raise AskedWrongly(
                f"{path}: format {schema!r}, this version reads format {SCHEMA}",
                "use the version of the harness that wrote it (its commit is in run.json)",
            )
        return head_from_text(text)
    except (ValueError, AttributeError) as error:
        raise AskedWrongly(
            f"{path}: {error}", "the file is damaged; measure again"
        ) from error


def find(runs: Path, published: Path, name: str | None) -> Path:
    """
    The folder of a run by its id, the beginning of it, or its path.

    None means the newest. AskedWrongly lists what exists.
    """
    if name is not None and (Path(name) / HEAD).exists():
        return Path(name)
    # A run that was published from here is in both: the one at hand is meant.
    by_name = {f.name: f for f in (*run_folders(published), *run_folders(runs))}
    folders = sorted(by_name.values(), key=lambda folder: folder.name)
    if name is None:
        if not run_folders(runs):
            raise AskedWrongly("there is no run yet", "make bench PROFILE=smoke")
        return run_folders(runs)[-1]
    found = [folder for folder in folders if folder.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f.name for f in (found or folders)[-8:]) or "none"
    fault = "several runs begin with" if found else "there is no run"
    raise AskedWrongly(f"{fault} {name!r}", f"there are: {names}")


def run_folders(parent: Path) -> list[Path]:
    """Every run folder below a folder, oldest first."""
    return sorted(path.parent for path in parent.glob(f"*/{HEAD}"))


def sample_path(
    window_round: int, workload: str, cycle: int, target: str, load: str = ""
) -> str:
    """Where the raw latencies of a window go, relative to the run folder; `load` of an open loop."""
    workload = f"{workload}-{load}" if load else workload
    safe = re.sub(r"[^a-z0-9.+-]+", "_", target.lower())
    return f"{SAMPLES}/r{window_round:02}-{workload}-c{cycle:02}-{safe}.npz"


def _whole_lines(content: bytes) -> Iterator[bytes]:
    for line in content.splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield line


def _events(path: Path) -> Iterator[Event]:
    content = path.read_bytes() if path.exists() else b""
    for number, line in enumerate(_whole_lines(content), 1):
        try:
            yield from_line(line.decode("utf-8"))
        except ValueError as error:
            raise AskedWrongly(
                f"{path}: line {number} cannot be read: {str(error).splitlines()[0]}",
                "the file was changed or damaged; the lines before it are whole: "
                f"head -n {number - 1} keeps them",
            ) from error
