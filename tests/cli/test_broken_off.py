"""A run that cannot go on: the reason is kept, the page says it, the error is told nonetheless."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import rendering, run_command
from bench.cli.measuring import said_why
from bench.errors import BrokenOff, EnvironmentFailure
from bench.model.trial import Event
from bench.store.folder import RunWriter, create, read
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
    with pytest.raises(BrokenOff) as told, writer, said_why(writer):
        raise EnvironmentFailure(REASON, "see postgres.log")
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


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.EMFILE, "ulimit -n"), (errno.ENOSPC, "make room"), (errno.ENFILE, "fs.")],
)
def test_what_the_machine_ran_out_of_is_a_reason(
    tmp_path: Path, number: int, told: str
) -> None:
    """No traceback where a file could not be opened: a stop like any other."""
    writer = begun(tmp_path)
    with pytest.raises(BrokenOff) as broken, writer, said_why(writer):
        raise OSError(number, os.strerror(number), "logs/server.log")
    (stop,) = read(writer.folder).stops

    assert stop.message == f"logs/server.log: {os.strerror(number)}"
    assert told in (broken.value.hint or "")


def test_without_a_descriptor_left_the_reason_is_still_written(tmp_path: Path) -> None:
    """Every one that the process may have is taken; those that were kept back are enough to tell."""
    script = f"""
import os, resource
from pathlib import Path
from bench.cli.measuring import said_why
from bench.errors import BrokenOff
from bench.store.folder import read
from tests.cli.test_broken_off import begun
writer = begun(Path({str(tmp_path)!r}))
most = max(int(name) for name in os.listdir("/proc/self/fd")) + 40
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
kept = []
try:
    with writer, said_why(writer):
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
except BrokenOff as error:
    for file in kept:
        os.close(file)
    (stop,) = read(writer.folder).stops
    print(stop.message, error.hint)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "/dev/null: Too many open files" in done.stdout
    assert "ulimit -n" in done.stdout


def test_any_other_error_is_a_fault_of_ours(tmp_path: Path) -> None:
    """It is not dressed up as a machine that refused."""
    writer = begun(tmp_path)
    with pytest.raises(ConnectionError), writer, said_why(writer):
        raise ConnectionResetError(errno.ECONNRESET, "reset")
    assert read(writer.folder).stops == ()


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
        raise EnvironmentFailure("trials.jsonl: No space left on device", "make room")

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
