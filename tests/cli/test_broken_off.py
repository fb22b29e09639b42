"""A run that cannot go on: the reason is kept, the page says it, the error is told nonetheless."""

from pathlib import Path

import pytest

from bench.cli import rendering, run_command
from bench.cli.measuring import told_why
from bench.errors import BrokenOff, MachineRefused
from bench.store.folder import RunWriter, create, read
from bench.store.records import Event
from tests.builders import plan, record
from tests.run.test_rounds import collect


REASON = "PostgreSQL is gone: its process was ended by SIGKILL\nLOG: the <i>end</i>"


def begun(runs: Path) -> RunWriter:
    """The folder of a run that was in its second round."""
    this = plan(looks=(3,))
    writer = create(runs, record(this))
    for event in collect(this, runs / "samples", stop_after=9)[0]:
        writer.append(event)
    return writer


def broken_off(writer: RunWriter) -> BrokenOff:
    """What is raised when the machine refuses in the middle of it."""
    with pytest.raises(BrokenOff) as told, writer, told_why(writer):
        raise MachineRefused(REASON, "see postgres.log")
    return told.value


def test_the_reason_is_in_the_folder_and_in_the_error(tmp_path: Path) -> None:
    """With the round that was under way; nothing that stood there before is touched."""
    writer = begun(tmp_path)
    before = read(writer.folder)
    error = broken_off(writer)
    run = read(writer.folder)

    assert (error.message, error.hint) == (REASON, "see postgres.log")
    assert error.folder == writer.folder and error.exit_status == 3
    (stop,) = run.stops
    assert (stop.round, stop.message, stop.hint) == (2, REASON, "see postgres.log")
    assert before.complete_rounds == run.complete_rounds == (1,)
    assert before.windows == run.windows


def test_the_page_says_why_before_the_error_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a warning with its remedy; what a log said is no markup."""
    error = broken_off(begun(tmp_path))
    with pytest.raises(BrokenOff), run_command.page_of_what_there_is(None):
        raise error
    page = (error.folder / "report.html").read_text(encoding="utf-8")
    said = capsys.readouterr().err

    assert "The run was broken off" in page
    assert "PostgreSQL is gone: its process was ended by SIGKILL" in page
    assert "<i>end</i>" not in page
    assert f"RESUME={error.folder.name}" in said
    assert "report.html" in said


def test_a_disk_that_is_full_hides_no_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where neither reason nor page can be written, the error is still the first one."""

    def full(self: RunWriter, event: Event) -> None:
        raise MachineRefused("trials.jsonl: No space left on device", "make room")

    def no_page(folder: Path, table: Path | None = None) -> Path:
        raise OSError(28, "No space left on device")

    writer = begun(tmp_path)
    monkeypatch.setattr(RunWriter, "append", full)
    monkeypatch.setattr(rendering, "render", no_page)
    with (
        pytest.raises(BrokenOff, match="PostgreSQL is gone"),
        run_command.page_of_what_there_is(None),
    ):
        raise broken_off(writer)
    assert read(writer.folder).stops == ()
