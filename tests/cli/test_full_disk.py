"""A run whose disk becomes full under it: a small one of its own, filled by somebody else."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_life import (
    PATIENCE_S,
    SMALL,
    WINDOWS,
    alive,
    family,
    finished,
    running,
    wait_for_windows,
    windows,
)


pytestmark = pytest.mark.live


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Eight MiB in memory, more than a smoke run takes."""
    if os.geteuid() != 0:
        pytest.skip("mounting a disk needs root")
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=8m", "bench-test", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{' '.join(words)}: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(file: Path) -> None:
    """To the last byte that the disk takes."""
    with file.open("wb", buffering=0) as sink:
        while True:
            try:
                sink.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC
                return


def test_a_disk_that_becomes_full_ends_the_run_and_costs_nothing_measured(
    small_disk: Path,
) -> None:
    """Exit 3 in a sentence; what stood there stands; with room again it goes on to its end."""
    filler = small_disk / "filler"
    with running(small_disk, "run", *SMALL) as process:
        folder = wait_for_windows(process, small_disk, 2)
        started = family(process)
        fill(filler)
        _, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 3, err
    assert "No space left on device" in err
    assert f"RESUME={folder.name}" in err
    assert "Traceback" not in err
    assert alive(started) == []
    before = (folder / "trials.jsonl").read_text()
    assert '"kind":"stop"' in before.splitlines()[-1] and before.endswith("\n")
    assert 2 <= len(windows(folder)) < WINDOWS

    filler.unlink()
    status, _, err = finished(small_disk, "run", "--resume", folder.name)
    assert status == 0, err
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The run was broken off" in page
    assert "No space left on device" in page
    assert (folder / "trials.jsonl").read_text().startswith(before)
    assert set(windows(folder).values()) == {1}
    assert len(windows(folder)) == WINDOWS
