"""A run folder that was damaged or comes from elsewhere: read, or refused in one sentence that says where."""

import json
import os
import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analyse.progress import ratios_so_far
from bench.errors import EnvironmentFailure, UsageError
from bench.judge.results import results
from bench.model.probe import ProbeResults
from bench.model.run import Run
from bench.model.trial import Boot, Event, MachineTrace, RoundEnd, Sketch, Slot, Window
from bench.report.json_file import results_json
from bench.store.documents import (
    EXHIBITS,
    latest_calibration,
    read_exhibits,
    write_exhibits,
)
from bench.store.folder import (
    HEAD,
    TRIALS,
    RunWriter,
    claim,
    create,
    find,
    read,
    read_head,
    reopen,
)
from bench.store.records import from_line, head_to_text, to_line
from bench.store.untrusted_input import refuse_links
from tests.builders import plan, record, tally, window
from tests.damage import damaged, few
from tests.run.test_rounds import as_run, collect, visited
from tests.store.test_folder import EVENTS


ROUNDS = 3
PLAN = plan("alpha", "beta", looks=(ROUNDS,))
OPEN = window(
    load="open-10",
    rate_rps=10.0,
    trace=MachineTrace(1.0, 0.0, None, 0.0, None, 2400.0, 0, 0),
    tally=tally(
        offered=10,
        latency_mean_us=10.0,
        latency_sketch=Sketch((100, 200), (3, 4)),
        slots=(Slot(3, 3, 3, 10.0), Slot(1, 0, 0, None)),
        beside=tally(),
    ),
)
LINES: list[Any] = [json.loads(to_line(event)) for event in (*EVENTS, OPEN)]
LONGEST = 1500


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """Everything that a whole run with the fakes leaves."""
    return list(collect(PLAN, tmp_path_factory.mktemp("whole"))[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder that each example writes anew."""
    return tmp_path_factory.mktemp("run")


def stored(folder: Path, head: str, lines: list[str]) -> Path:
    """A run folder of these texts."""
    folder.mkdir(exist_ok=True)
    (folder / HEAD).write_text(head, encoding="utf-8")
    (folder / TRIALS).write_text(
        "".join(f"{line}\n" for line in lines), encoding="utf-8"
    )
    return folder


def understand(run: Run) -> None:
    """Everything that a report and a running display compute of it."""
    results(run, (), (), ())
    ratios_so_far(run)


@few(150)
@given(data=st.data())
def test_a_damaged_line_is_an_event_or_a_fault_in_words(data: st.DataObject) -> None:
    """Never another exception, however the line is wrong."""
    line = json.dumps(data.draw(damaged(data.draw(st.sampled_from(LINES)))))
    try:
        from_line(line)
    except ValueError as error:
        assert 0 < len(str(error)) < LONGEST


@few(60)
@given(data=st.data())
def test_a_run_with_a_damaged_line_is_understood_or_refused(
    data: st.DataObject, events: list[Event], folder: Path
) -> None:
    """What is read can be counted with; what cannot is refused by its line, and the lines before it are whole."""
    lines = [to_line(event) for event in events]
    place = data.draw(st.integers(0, len(lines) - 1))
    wrong = json.dumps(data.draw(damaged(json.loads(lines[place]))))
    lines[place] = wrong
    stored(folder, head_to_text(record(PLAN)), lines)
    try:
        run = read(folder)
    except UsageError as error:
        start = f"{folder / TRIALS}: line "
        assert error.message.startswith(start)
        assert len(error.message) < LONGEST
        # A line that was made to look like a later one is found at the later one.
        number = int(error.message.removeprefix(start).split(" ")[0])
        assert number > place
        assert f"head -n {number - 1}" in (error.hint or "")
        stored(folder, head_to_text(record(PLAN)), lines[: number - 1])
        before = sum(isinstance(event, Window) for event in events[:place])
        assert len(read(folder).windows) >= before
        return
    understand(run)


@few(60)
@given(data=st.data())
def test_a_run_with_a_damaged_head_is_understood_or_refused(
    data: st.DataObject, events: list[Event], folder: Path
) -> None:
    """Plan, machine and receipts: good for a report, or one sentence with the place."""
    head = data.draw(damaged(json.loads(head_to_text(record(PLAN)))))
    stored(folder, json.dumps(head), [to_line(event) for event in events])
    try:
        run = read(folder)
    except UsageError as error:
        assert error.message.startswith(str(folder))
        assert len(error.message) < LONGEST
        assert error.hint
        return
    understand(run)


def changed(number: int, **changes: Any) -> str:
    """A line of LINES with other values at the paths of the keys (a__b is b of a)."""
    value = json.loads(json.dumps(LINES[number]))
    for path, new in changes.items():
        *way, last = path.split("__")
        holder = value
        for step in way:
            holder = holder[step]
        holder[last] = new
    return json.dumps(value)


WINDOW, FAILURE, VOLLEY, MIXED = 1, 3, 4, len(LINES) - 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (changed(WINDOW, kind=[]), "its kind [] is unknown"),
        (changed(WINDOW, kind="x" * 9000), "(9,002 characters) is unknown"),
        (changed(WINDOW, round=0), "round: it must be 1 or more"),
        (changed(WINDOW, cycle=3), "cycle: it must be 1 to 2"),
        (changed(WINDOW, tally__measure_s=0), "tally.measure_s: it must be 1e-06"),
        (changed(WINDOW, tally__measure_s=float("nan")), "NaN is no number"),
        (changed(WINDOW, tally__requests=-1), "requests: it must be 0 or more"),
        (changed(WINDOW, tally__requests=10**4000), "beyond every clock"),
        (changed(WINDOW, server_cpu_ns=2**63), "beyond every clock"),
        (changed(WINDOW, steal_s=1e300), "1e+300 is beyond every clock"),
        (changed(WINDOW, tally__errors=7), "tally.errors: "),
        (changed(MIXED, tally__beside__measure_s=0), "tally.beside.measure_s"),
        (changed(MIXED, tally__latency_sketch__counts=[1]), "as many counts"),
        (changed(MIXED, tally__latency_sketch__buckets=[1, 10**9]), "0 to 10,000"),
        (changed(MIXED, trace__elapsed_s=0), "trace.elapsed_s: it must be"),
        (changed(VOLLEY, requests=[]), "requests: it must be one at least"),
        (changed(FAILURE, round=-1), "round: it must be 0 or more"),
        ("[" * 100_000, "without end"),
        ("7", "it has no 'kind'"),
        (f'{{"kind":"window","round":{"9" * 5000}}}', "beyond every clock"),
        (to_line(EVENTS[1]), "it repeats the window of line 1"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_was_never_measured_is_refused_by_its_line(
    tmp_path: Path, line: str, fault: str
) -> None:
    """Each of these gave a traceback or a number when it was read; the line before it stays."""
    first = to_line(EVENTS[1])
    run = stored(tmp_path / "run", head_to_text(record()), [first, line])

    with pytest.raises(UsageError) as caught:
        read(run)

    assert f"{run / TRIALS}: line 2 cannot be read: " in caught.value.message
    assert fault in caught.value.message
    assert "head -n 1 keeps them" in (caught.value.hint or "")
    assert len(caught.value.message) < LONGEST


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("schema",), 0, "format 0, this version reads format 1"),
        (("schema",), "x" * 9000, "this version reads format 1"),
        (("plan", "profile", "looks"), [], "rising numbers of rounds"),
        (("plan", "profile", "looks"), [3, 2], "rising numbers of rounds"),
        (("plan", "profile", "cycles"), 10**12, "cycles: it must be 1 to 10,000"),
        (("plan", "workers"), 0, "plan.workers: it must be 1 or more"),
        (("plan", "targets"), [], "one target at least"),
        (("plan", "cells", 0, "target"), "nobody", "a target of the plan"),
        (("plan", "cells", 0, "load", "measure_s"), 0, "load.measure_s"),
        (("machine", "cores"), 0, "machine.cores: it must be 1 or more"),
        (("machine", "load_average"), float("inf"), "Infinity is no number"),
        (("plan", "targets", 0, "role"), "boss", "plan.targets.0.role: "),
    ],
)
def test_a_head_that_cannot_be_is_refused_by_its_place(
    tmp_path: Path, path: tuple[Any, ...], value: Any, fault: str
) -> None:
    """An old format, a plan without rounds, a machine without processors."""
    head = json.loads(head_to_text(record()))
    holder = head
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    run = stored(tmp_path / "run", json.dumps(head), [])

    with pytest.raises(UsageError, match=r"run\.json: ") as caught:
        read(run)

    assert fault in caught.value.message
    assert len(caught.value.message) < LONGEST
    assert caught.value.hint


def lines_of(events: Sequence[Event]) -> bytes:
    """As they stand in the file."""
    return b"".join(to_line(event).encode() + b"\n" for event in events)


SHORT = plan("alpha", "beta", looks=(2,), cycles=1)


def gone_on(folder: Path) -> list[Event]:
    """Resume a run with the fakes, store what is new, and read everything back."""
    with reopen(folder) as writer:
        before = read(folder)
        for event in collect(SHORT, folder, before=before)[0]:
            writer.append(event)
    run = read(folder)
    return [*run.boots, *run.windows, *run.ends]


@pytest.mark.parametrize("last", ["window", "round_end"])
def test_torn_at_every_byte_of_its_last_record_a_run_goes_on(
    tmp_path: Path, last: str
) -> None:
    """Every earlier trial is kept, what was torn is measured again, and nothing stands there twice."""
    events = collect(SHORT, tmp_path / "whole")[0]
    kind = RoundEnd if last == "round_end" else Window
    place = max(i for i, event in enumerate(events) if isinstance(event, kind))
    kept, record_bytes = lines_of(events[:place]), lines_of([events[place]])
    run = stored(tmp_path / "run", head_to_text(record(SHORT)), [])
    whole = as_run(SHORT, events[:place])
    for length in range(len(record_bytes)):
        (run / TRIALS).write_bytes(kept + record_bytes[:length])
        torn_run = read(run)
        assert (torn_run.windows, torn_run.ends) == (whole.windows, whole.ends)
    # To go on costs a round of the fakes: at the edges, and within.
    for length in (0, 1, len(record_bytes) // 2, len(record_bytes) - 1):
        (run / TRIALS).write_bytes(kept + record_bytes[:length])
        again = gone_on(run)
        assert visited(again) == visited(events)
        assert Counter(visited(again).values()).keys() == {1}
        assert {e.round for e in again if isinstance(e, RoundEnd)} == {1, 2}
        assert (run / TRIALS).read_bytes().startswith(kept)


def test_a_carriage_return_in_a_line_loses_nothing(
    tmp_path: Path, events: list[Event]
) -> None:
    """Lines end at line feeds alone: what stands before another kind of end is no torn line."""
    content = lines_of(events)
    run = stored(tmp_path / "run", head_to_text(record(PLAN)), [])
    (run / TRIALS).write_bytes(content.replace(b"\n", b"\r\n") + b'{"kind":"win')
    with reopen(run) as writer:
        writer.append(Boot(3, "alpha@1.0/server", 0.5, None, ("serve",)))

    read_run = read(run)
    assert read_run.windows == as_run(PLAN, events).windows
    assert len(read_run.boots) == len(as_run(PLAN, events).boots) + 1
    (run / TRIALS).write_bytes(b"rubbish\r" + content)
    with pytest.raises(UsageError, match="line 1 cannot be read"):
        read(run)


def test_a_clock_that_was_stepped_changes_no_figure(events: list[Event]) -> None:
    """The times of day are told, not reckoned with: order and durations have clocks of their own."""
    run = as_run(PLAN, events)
    stepped = tuple(
        replace(measured, started_at=f"19{99 - number:02}-01-01T00:00:00.000Z")
        for number, measured in enumerate(run.windows)
    )
    back = replace(run, windows=stepped)
    unstepped, other = (results(played, (), (), ()) for played in (run, back))

    assert stepped != run.windows
    assert results_json(other) == results_json(unstepped)


def test_a_link_in_a_folder_is_never_followed(tmp_path: Path) -> None:
    """Not to read by it, not to write through it: the page of a foreign folder shows no file of ours."""
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret"
    secret.write_text('{"schema": 1, "secret": true}\n')
    run = stored(tmp_path / "run", head_to_text(record()), [])
    for name in (HEAD, TRIALS, EXHIBITS):
        kept = (run / name).read_bytes() if (run / name).exists() else None
        (run / name).unlink(missing_ok=True)
        (run / name).symlink_to(secret)
        with pytest.raises(UsageError, match=f"{name} is a link to .*outside"):
            read_exhibits(run) if name == EXHIBITS else read(run)
        with pytest.raises(UsageError, match=f"{name} is a link"):
            reopen(run)
        (run / name).unlink()
        if kept is not None:
            (run / name).write_bytes(kept)
    (run / "samples").symlink_to(outside)
    with pytest.raises(UsageError, match="samples is a link"):
        reopen(run)
    assert read(run).windows == ()
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert secret.read_text() == '{"schema": 1, "secret": true}\n'


def test_a_pipe_or_a_folder_in_place_of_a_file_does_not_hold_the_reader(
    tmp_path: Path,
) -> None:
    """A pipe would be waited for until somebody writes to it."""
    run = stored(tmp_path / "run", head_to_text(record()), [])
    (run / TRIALS).unlink()
    os.mkfifo(run / TRIALS)
    for look in (read, refuse_links):
        with pytest.raises(UsageError, match="a pipe, a socket or a device"):
            look(run)
    (run / TRIALS).unlink()
    (run / TRIALS).mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        read(run)


def test_a_file_that_lies_in_the_way_is_replaced_not_written_through(
    tmp_path: Path,
) -> None:
    """The unfinished file beside the finished one is always made anew."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / f".{EXHIBITS}.{os.getpid()}").symlink_to(outside)
    write_exhibits(tmp_path, EXHIBITS_OF_NOTHING)

    assert outside.read_text() == "mine"
    assert read_exhibits(tmp_path) == EXHIBITS_OF_NOTHING


EXHIBITS_OF_NOTHING = ProbeResults(1, "2026", "", "3.13 \ud800", "18", (), (), ())
"""With a byte that was no text, as a server's answer may hold one."""


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"schema": []}', '{"schema": 1}', "[" * 100_000, "\x00" * 99],
)
def test_damaged_exhibits_are_refused_with_what_to_do(
    tmp_path: Path, text: str
) -> None:
    """The file is named, and the command that makes it again."""
    (tmp_path / EXHIBITS).write_text(text)

    with pytest.raises(UsageError, match=EXHIBITS) as caught:
        read_exhibits(tmp_path)

    assert "bench probe" in (caught.value.hint or "")


def test_a_run_has_one_writer_at_a_time(tmp_path: Path) -> None:
    """Two that go on with one run at once would each store every window; the second is refused."""
    with create(tmp_path, record()) as writer:
        with pytest.raises(EnvironmentFailure, match="another bench writes this run"):
            reopen(writer.folder)
        writer.append(EVENTS[0])
    with reopen(writer.folder) as again:
        again.append(EVENTS[1])

    assert len(read(writer.folder).boots) == 1


def test_of_two_runs_of_one_name_the_second_takes_nothing_from_the_first(
    tmp_path: Path,
) -> None:
    """Begun in the same second with the same seed: the folder is whose it was first."""
    folder = tmp_path / record().id
    claim(folder)
    (folder / "logs").mkdir()
    with pytest.raises(UsageError, match="exists already"):
        claim(folder)
    with create(tmp_path, record()) as writer:
        assert isinstance(writer, RunWriter)

    assert read_head(folder) == record()


def test_a_name_too_long_for_a_file_is_no_run(tmp_path: Path) -> None:
    """It is answered with the runs that there are."""
    run = stored(tmp_path / "run", head_to_text(record()), [])

    with pytest.raises(UsageError) as caught:
        find(tmp_path, tmp_path / "none", "x" * 9000)

    assert len(caught.value.message) < LONGEST
    assert run.name in (caught.value.hint or "")


def test_a_calibration_of_another_format_is_passed_over(tmp_path: Path) -> None:
    """Its fields may have other names; a damaged one is refused with what to do."""
    here = tmp_path / "abcd1234"
    here.mkdir()
    (here / "20990101T000000Z.json").write_text('{"schema": 99, "other": 1}')
    assert latest_calibration(tmp_path, here.name) is None
    (here / "20991231T000000Z.json").write_text('{"schema": 1')
    with pytest.raises(UsageError, match="not a calibration") as caught:
        latest_calibration(tmp_path, here.name)
    assert "bench calibrate" in (caught.value.hint or "")


@contextmanager
def full_disk(left_bytes: int = 0) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that has no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_at_the_head_or_the_exhibits_is_named(
    tmp_path: Path,
) -> None:
    """Exit 3 with what to do; no half of a file stays, and what was there before is whole."""
    write_exhibits(tmp_path, EXHIBITS_OF_NOTHING)
    with full_disk(10), pytest.raises(EnvironmentFailure) as caught:
        create(tmp_path, record())
    assert "make room" in (caught.value.hint or "")
    with full_disk(10), pytest.raises(EnvironmentFailure) as caught:
        write_exhibits(tmp_path, EXHIBITS_OF_NOTHING)
    assert "make room" in (caught.value.hint or "")

    assert not (tmp_path / record().id / HEAD).exists()
    assert not list(tmp_path.rglob("*.part"))
    assert read_exhibits(tmp_path) == EXHIBITS_OF_NOTHING
