"""Folders that no killed command leaves for good."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bench.deploy.scratch import scratch


HOLDING = """
import sys, time
from bench.deploy.scratch import scratch
with scratch("probe") as folder:
    (folder / "log").write_text("half")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files of this test, for its children too."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def holder() -> tuple[subprocess.Popen[str], Path]:
    """A process in its folder, and that folder."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDING], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    return child, Path(child.stdout.readline().strip())


def test_it_is_empty_and_goes_with_its_command(base: Path) -> None:
    """Also where the command fails."""
    with pytest.raises(KeyError), scratch("probe") as folder:
        assert list(folder.iterdir()) == []
        (folder / "log").write_text("whole")
        raise KeyError

    assert list(base.iterdir()) == []


def test_the_next_command_removes_what_a_killed_one_left(base: Path) -> None:
    """And nothing of one that lives, of another name, or of something else."""
    (killed, left), (living, kept) = holder(), holder()
    try:
        (base / "bench-other-1").mkdir()
        (base / "bench-probe-1").mkdir()  # not made by us: nobody ever held it
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert (left / "log").is_file()

        with scratch("probe"):
            assert not left.parent.exists()
            assert (kept / "log").is_file()
            assert (base / "bench-other-1").is_dir()
            assert (base / "bench-probe-1").is_dir()
    finally:
        for child in (killed, living):
            child.kill()
            child.communicate()
