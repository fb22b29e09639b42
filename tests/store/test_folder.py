"""A run folder keeps what was finished, whatever happens afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.model.trial import (
    Boot,
    Burst,
    Event,
    Failure,
    OneOfMany,
    Overlap,
    RoundEnd,
    Stop,
)
from bench.store.folder import (
    HEAD,
    LOGS,
    SAMPLES,
    TRIALS,
    create,
    find,
    read,
    reopen,
    sample_path,
)
from bench.store.leftovers import remove_headless
from tests.builders import record, window


VOLLEY = (OneOfMany(0.0, 51.25), OneOfMany(0.5, None, "no answer: timed out"))
EVENTS: tuple[Event, ...] = (
    Boot(1, "alpha@1.0/server", 0.5, 40_000_000, ("serve", "8000"), 7),
    window(),
    window(cycle=2, server_memory_bytes=None),
    Failure(1, "beta@1.0/server", "hello", "it died", "look", "Traceback <b>é</b>"),
    Burst(1, "alpha@1.0/server", "wait", "turns", VOLLEY),
    Overlap(1, "alpha@1.0/server", "turns", 2, None, "no answer: timed out"),
    RoundEnd(1, {"alpha@1.0/server": 8}),
)


def stored(runs: Path) -> Path:
    """A run folder with one of each event."""
    with create(runs, record()) as writer:
        for event in EVENTS:
            writer.append(event)
        return writer.folder


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """Every noun survives the way to the disk and back."""
    run = read(stored(tmp_path))

    assert run.record == record()
    events = (*run.boots, *run.windows, *run.failures)
    assert (*events, *run.volleys, *run.meetings, *run.ends) == EVENTS


def test_a_run_that_was_broken_off_says_why(tmp_path: Path) -> None:
    """The reason is one more line, and what stands before it is as it was."""
    folder = stored(tmp_path)
    before = read(folder)
    stop = Stop(2, "2026-01-01T00:30:00.000Z", "the disk is full", "make room")
    with reopen(folder) as writer:
        writer.append(stop)
    run = read(folder)

    assert run.stops == (stop,) and before.stops == ()
    assert (run.windows, run.ends) == (before.windows, before.ends)


def test_what_a_killed_process_was_writing_is_removed(tmp_path: Path) -> None:
    """Half a file of samples, half a page: whole ones stay, and so do a user's own files."""
    folder = stored(tmp_path)
    whole = folder / SAMPLES / "r01-hello-c01-alpha.npz"
    half = [folder / SAMPLES / ".r01-hello-c02-alpha.npz.4711", folder / ".report.html.4711"]  # fmt: skip
    others = [whole, folder / "report.html", folder / ".notes.txt"]
    for path in (*half, *others):
        path.write_text("x")
    reopen(folder).__exit__(None, None, None)

    assert not [path for path in half if path.exists()]
    assert all(path.exists() for path in others)


def test_a_run_that_was_killed_before_its_head_leaves_no_folder(tmp_path: Path) -> None:
    """Nothing was measured in it; what holds anything, or has another name, is not touched."""
    run = stored(tmp_path)
    killed, beginning, measured = (
        tmp_path / f"20260101T00000{n}Z-quick-00ff" for n in (1, 2, 3)
    )
    strange = tmp_path / "20260101-my-notes"
    for folder in (killed, beginning, measured, strange):
        (folder / LOGS).mkdir(parents=True)
        (folder / LOGS / "postgres.log").write_text("starting")
    (killed / SAMPLES).mkdir()
    (killed / "run.json.part").write_text("{")
    (measured / SAMPLES).mkdir()
    (measured / SAMPLES / "r01.npz").write_text("latencies")

    assert remove_headless(tmp_path, but=beginning) == [killed]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {path.name for path in (run, beginning, measured, strange)}
    assert remove_headless(tmp_path / "none", but=run) == []


def test_each_event_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    """A reader sees an event before the next one begins."""
    with create(tmp_path, record()) as writer:
        for count, event in enumerate(EVENTS, 1):
            writer.append(event)
            lines = (writer.folder / TRIALS).read_bytes().count(b"\n")
            assert lines == count


def test_a_run_never_overwrites_another(tmp_path: Path) -> None:
    """The same id twice is refused."""
    stored(tmp_path)

    with pytest.raises(UsageError, match="exists already"):
        create(tmp_path, record())


def test_torn_at_every_byte_of_its_last_line_nothing_else_is_lost(
    tmp_path: Path,
) -> None:
    """A crash in the middle of a write costs the event that was being written, no other."""
    folder = stored(tmp_path)
    whole = (folder / TRIALS).read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for length in range(last, len(whole)):
        (folder / TRIALS).write_bytes(whole[:length])
        run = read(folder)
        assert (run.boots, run.windows) == (EVENTS[:1], EVENTS[1:3])
        assert run.ends == ()


def test_going_on_after_a_torn_line_leaves_a_whole_file(tmp_path: Path) -> None:
    """Reopening cuts the torn line off, so that the next event stands on a line of its own."""
    folder = stored(tmp_path)
    whole = (folder / TRIALS).read_bytes()
    (folder / TRIALS).write_bytes(whole[:-7])
    with reopen(folder) as writer:
        writer.append(EVENTS[-1])

    assert (folder / TRIALS).read_bytes() == whole


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    """Damage that is no crash is refused with its line number."""
    folder = stored(tmp_path)
    lines = (folder / TRIALS).read_bytes().splitlines(keepends=True)
    lines[1] = b"{broken\n"
    (folder / TRIALS).write_bytes(b"".join(lines))

    with pytest.raises(UsageError, match="line 2"):
        read(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 99}', '{"schema": 1}', "nonsense"]
)
def test_a_broken_head_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    """A head that cannot be understood names the file and the remedy."""
    folder = stored(tmp_path)
    (folder / HEAD).write_text(text)

    with pytest.raises(UsageError) as caught:
        read(folder)

    assert HEAD in caught.value.message
    assert caught.value.hint


def test_a_run_is_found_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    """One match is enough; none lists what exists."""
    folder = stored(tmp_path)

    assert find(tmp_path, tmp_path / "none", "20260101") == folder
    assert find(tmp_path, tmp_path / "none", None) == folder
    with pytest.raises(UsageError) as caught:
        find(tmp_path, tmp_path / "none", "1999")
    assert folder.name in (caught.value.hint or "")


def test_the_head_is_json_that_names_its_format(tmp_path: Path) -> None:
    """The number of the format stands in the head, for readers of later versions."""
    head = json.loads((stored(tmp_path) / HEAD).read_text())

    assert head["schema"] == 1
    assert head["plan"]["seed"] == 7


def test_sample_files_have_safe_distinct_names() -> None:
    """A target's id never leaves the folder or collides with its twin's."""
    names = {
        sample_path(1, "hello", 1, target)
        for target in ("../../a@1/b", "a@1/b", "a@1/b+again")
    }

    assert len(names) == 3
    assert not any(".." in name.split("/") or name.count("/") > 1 for name in names)


def test_a_full_disk_costs_the_event_that_did_not_fit_and_no_other(
    tmp_path: Path,
) -> None:
    """The file is whole afterwards, the error says how to go on, and it can be gone on with."""
    script = f"""
import resource, signal, sys
from pathlib import Path
from bench.errors import EnvironmentFailure
from bench.store.folder import create
from tests.builders import record, window
from tests.store.test_folder import EVENTS
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with create(Path({str(tmp_path)!r}), record()) as writer:
    for event in EVENTS[:3]:
        writer.append(event)
    size = (writer.folder / "trials.jsonl").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 30, resource.RLIM_INFINITY))
    try:
        writer.append(EVENTS[3])
    except EnvironmentFailure as error:
        print(error.hint)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "--resume" in done.stdout
    folder = tmp_path / record().id
    assert read(folder).windows == EVENTS[1:3]
    with reopen(folder) as writer:
        writer.append(EVENTS[3])
    assert read(folder).failures == EVENTS[3:4]


def test_a_run_that_was_published_from_here_is_one_run(tmp_path: Path) -> None:
    """The same name in both places is no ambiguity: the one at hand is meant."""
    here = stored(tmp_path / "runs")
    stored(tmp_path / "published")

    assert find(tmp_path / "runs", tmp_path / "published", here.name[:8]) == here
