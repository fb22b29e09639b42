"""
A run folder: what was finished is on disk before the next thing begins.

    run.json       the head: plan, seed, machine, exact versions
    trials.jsonl   one line per start, window, failure, volley, meeting, end of a round and stop
    samples/       raw latencies, one .npz per window
    logs/          of servers, database and generator

A published run has the last three in one archive: see bench.store.archive.

It may come from elsewhere: see bench.store.untrusted_input.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from bench.errors import EnvironmentFailure, UsageError, told
from bench.model.run import SCHEMA, Run, RunRecord
from bench.model.trial import (
    Boot,
    Burst,
    Event,
    Failure,
    Overlap,
    RoundEnd,
    Stop,
    Window,
)
from bench.store.archive import read_raw, unpack
from bench.store.records import (
    from_line,
    head_from_text,
    head_to_text,
    schema_of,
    to_line,
)
from bench.store.untrusted_input import loads, read_plain, refuse_links
from bench.store.validate import most_cycles, refuse_event
from bench.store.whole_file import write_whole


HEAD = "run.json"
TRIALS = "trials.jsonl"
SAMPLES = "samples"
LOGS = "logs"

RESERVE_BYTES = 1 << 16
"""Kept back on the disk of a run, so that one that becomes full can still be named as the reason."""

_DAMAGED = "the file is damaged, or no run of this harness; measure again"


def run_id(now: datetime, profile: str, seed: int) -> str:
    """A name that sorts by time and says what it is: 20261122T093000Z-quick-1f3a."""
    return f"{now:%Y%m%dT%H%M%SZ}-{profile}-{seed & 0xFFFF:04x}"


class RunWriter:
    """
    Appends events to a run folder, each one safe on disk when `append` returns.

    There is one writer of a folder at a time; the kernel gives the lock back
    when the harness ends, however it ends.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder's trials; EnvironmentFailure while another bench writes them."""
        self.folder = folder
        # Named as what a killed process leaves, so that the next writer removes it.
        self._reserve = folder / f".reserve.{os.getpid()}"
        # Unbuffered: what a full disk refused must not be written at the end.
        self._trials = (folder / TRIALS).open("ab", buffering=0)
        try:
            _lock(self._trials.fileno(), folder)
        except BaseException:
            self._trials.close()
            raise
        with contextlib.suppress(OSError):
            self._reserve.write_bytes(bytes(RESERVE_BYTES))

    def cut(self) -> None:
        """Take off a last line that a crash tore."""
        whole = (self.folder / TRIALS).read_bytes().rfind(b"\n") + 1
        os.ftruncate(self._trials.fileno(), whole)

    def append(self, event: Event) -> None:
        """Write one event; EnvironmentFailure when the disk does not take it. Why a run stops may use the reserve."""
        if isinstance(event, Stop):
            self._give_back()
        line = memoryview(to_line(event).encode() + b"\n")
        before = os.fstat(self._trials.fileno()).st_size
        try:
            while line:
                line = line[self._trials.write(line) :]
            os.fsync(self._trials.fileno())
        except OSError as error:
            # Half a line would tear the file for the reader: take it back.
            os.ftruncate(self._trials.fileno(), before)
            raise EnvironmentFailure(
                f"{self.folder / TRIALS}: {error.strerror}",
                f"make room, then: bench run --resume {self.folder.name}",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._trials.close()
        self._give_back()

    def _give_back(self) -> None:
        with contextlib.suppress(OSError):
            self._reserve.unlink(missing_ok=True)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise EnvironmentFailure(
            f"{folder}: another bench writes this run now",
            "wait until it ends, or stop it",
        ) from error
    except OSError:
        return  # a file system without locks: nobody can be asked


def claim(folder: Path) -> None:
    """Make the folder of a run that begins; UsageError where it is somebody's already."""
    with _new(folder):
        folder.mkdir(parents=True)


def create(runs: Path, record: RunRecord) -> RunWriter:
    """A new run folder with its head; never overwrites one that exists."""
    folder = runs / record.id
    with _new(folder):
        (folder / SAMPLES).mkdir(parents=True)
        (folder / LOGS).mkdir(exist_ok=True)
        write_whole(folder / HEAD, head_to_text(record))
        return RunWriter(folder)


@contextlib.contextmanager
def _new(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise UsageError(
            f"{folder} exists already", "a new run never overwrites one: wait a second"
        ) from error
    except OSError as error:
        raise EnvironmentFailure(
            f"{folder}: {error.strerror}",
            "make room or mend the permissions, or put runs elsewhere: BENCH_RUNS=/another/folder",
        ) from error


def reopen(folder: Path) -> RunWriter:
    """Go on with an interrupted run; half a last line and half-written files are removed first."""
    # Everything that goes on being written in it must lie in it.
    refuse_links(folder)
    unpack(folder)
    writer = RunWriter(folder)  # who is refused here must not clear up after the writer
    _remove_unfinished(folder, but=f".{os.getpid()}")
    writer.cut()
    return writer


def _remove_unfinished(folder: Path, but: str) -> None:
    """What a killed process was writing, under a name of its own until it would be whole; ours ends in `but`."""
    for place in (folder, folder / SAMPLES):
        for path in place.glob(".*"):
            if path.is_file() and path.suffix[1:].isdigit() and path.suffix != but:
                path.unlink(missing_ok=True)


def read(folder: Path) -> Run:
    """
    A run as its folder holds it.

    A last line that was torn off by a crash is passed over: its window was
    not finished. Any other fault is UsageError, with the line's number: a
    window that stands there twice would be counted twice.
    """
    record = read_head(folder)
    events = list(read_events(folder / TRIALS, most_cycles(record.plan)))

    def of[Kind](kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(event for event in events if isinstance(event, kind))

    return Run(
        record,
        of(Boot),
        of(Window),
        of(Failure),
        of(RoundEnd),
        of(Burst),
        of(Overlap),
        of(Stop),
    )


def read_head(folder: Path) -> RunRecord:
    """The head of a run; UsageError when it is missing, broken or of another format."""
    path = folder / HEAD
    try:
        text = read_plain(path).decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"{folder} is not a run folder: no readable {HEAD} ({error.strerror})",
            "`bench list runs` shows the runs that exist",
        ) from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}", _DAMAGED) from error
    try:
        schema = schema_of(loads(text))
        if schema != SCHEMA:
            raise UsageError(
                f"{path}: format {told(schema)}, this version reads format {SCHEMA}",
                "use the version of the harness that wrote it (its commit is in run.json)",
            )
        return head_from_text(text)
    except ValueError as error:
        raise UsageError(f"{path}: {error}", _DAMAGED) from error


def find(runs: Path, published: Path, name: str | None) -> Path:
    """
    The folder of a run by its id, the beginning of it, or its path.

    None means the newest. UsageError lists what exists.
    """
    if name is not None and _has_head(Path(name)):
        return Path(name)
    # A run that was published from here is in both: the one at hand is meant.
    by_name = {f.name: f for f in (*run_folders(published), *run_folders(runs))}
    folders = sorted(by_name.values(), key=lambda folder: folder.name)
    if name is None:
        if not run_folders(runs):
            raise UsageError("there is no run yet", "make bench PROFILE=smoke")
        return run_folders(runs)[-1]
    matching = [folder for folder in folders if folder.name.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(f.name for f in (matching or folders)[-8:]) or "none"
    fault = "several runs begin with" if matching else "there is no run"
    raise UsageError(f"{fault} {told(name)}", f"there are: {names}")


def _has_head(folder: Path) -> bool:
    try:
        return (folder / HEAD).exists()
    except OSError:
        return False  # such a name cannot be one of a file


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


type Place = tuple[object, ...]
"""What tells the windows of a run apart, and the volleys."""


def read_events(path: Path, most: Mapping[str, int]) -> Iterator[Event]:
    """
    The events of a file, in order; none if it is neither there nor in the archive beside it.

    `most` is how many windows each cell of the plan has in a round. A last
    line without its end is passed over. Raises UsageError with the number
    of the first line that is wrong.
    """
    try:
        content = read_raw(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the file") from error
    line_of_place: dict[Place, int] = {}
    # At line feeds and nowhere else: splitlines() would also part at a carriage
    # return, and take what stands before it for a torn line.
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            event = from_line(line.decode("utf-8"))
            refuse_event(event, most)
            _refuse_twice(line_of_place, event, number)
        except ValueError as error:
            raise UsageError(
                f"{path}: line {number} cannot be read: {str(error).splitlines()[0]}",
                "the file was changed or damaged; the lines before it are whole: "
                f"head -n {number - 1} keeps them",
            ) from error
        yield event


def _refuse_twice(line_of_place: dict[Place, int], event: Event, number: int) -> None:
    match event:
        case Window():
            what = (event.target, event.workload, event.load, event.cycle)
            place: Place = ("window", event.round, *what)
        case Burst():
            place = ("volley", event.round, event.target, event.workload)
            place = (*place, event.experiment)
        case _:
            return
    first = line_of_place.setdefault(place, number)
    if first != number:
        raise ValueError(f"it repeats the {place[0]} of line {first}")
