"""A published run has its raw files in one archive, and is read as its folder was."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from bench.cli.history_command import made_from
from bench.cli.rendering import stored_files
from bench.errors import UsageError
from bench.store.archive import ARCHIVE, LEFT_OUT, pack
from bench.store.folder import LOGS, SAMPLES, TRIALS, read, reopen
from tests.store.test_folder import stored


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with a log and the samples of two windows."""
    folder = stored(tmp_path)
    (folder / LOGS / "alpha@1.0-1.log").write_text("started\n")
    for cycle in (1, 2):
        (folder / SAMPLES / f"r01-hello-c{cycle:02}-alpha.npz").write_bytes(b"\0\1")
    return folder


def test_a_packed_run_is_read_as_its_folder_was(run: Path) -> None:
    """Its events, the checksums of its files, and the hash by which the history knows it."""
    before = (read(run), stored_files(run), made_from(run))
    pack(run)

    assert {path.name for path in run.iterdir()} == {"run.json", ARCHIVE}
    assert (read(run), stored_files(run), made_from(run)) == before


def test_packed_twice_it_has_the_same_bytes(run: Path) -> None:
    """Nothing of the day or of the machine is in it."""
    pack(run)
    packed = (run / ARCHIVE).read_bytes()
    reopen(run).__exit__(None, None, None)
    assert not (run / ARCHIVE).exists() and (run / TRIALS).exists()
    pack(run)

    assert (run / ARCHIVE).read_bytes() == packed


def test_a_file_that_was_left_out_keeps_its_checksum(run: Path) -> None:
    """Its line stands where it stood, though the file is elsewhere."""
    before = stored_files(run)
    gone = next(file for file in before if file.path.endswith("c01-alpha.npz"))
    (run / gone.path).unlink()
    row = {"path": gone.path, "size_bytes": gone.size_bytes, "sha256": gone.sha256}
    (run / LEFT_OUT).write_text(json.dumps([row]))
    pack(run)

    assert stored_files(run) == before
    (run / LEFT_OUT).write_text('[{"path": "samples/x.npz"}]')
    with pytest.raises(UsageError, match=f"{LEFT_OUT}: .*size_bytes"):
        stored_files(run)


@pytest.mark.parametrize(
    "name", ["../trials.jsonl", "/trials.jsonl", "logs/../x", "run.json", "logs/a/b"]
)
def test_an_archive_holds_nothing_else(run: Path, name: str) -> None:
    """It may come from elsewhere: nothing is written outside the run, and nothing of it is replaced."""
    pack(run)
    with tarfile.open(run / ARCHIVE, "w:xz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    for look in (read, reopen):
        with pytest.raises(UsageError, match=f"{ARCHIVE} holds"):
            look(run)


def test_a_link_in_an_archive_is_not_followed(run: Path) -> None:
    """Whatever it is called."""
    pack(run)
    with tarfile.open(run / ARCHIVE, "w:xz") as archive:
        member = tarfile.TarInfo(TRIALS)
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(member)
    with pytest.raises(UsageError, match=f"{ARCHIVE} holds"):
        read(run)


def test_a_damaged_archive_is_named(run: Path) -> None:
    """Cut off, or another file altogether."""
    pack(run)
    whole = (run / ARCHIVE).read_bytes()
    for content in (whole[: len(whole) // 2], b"rubbish", b""):
        (run / ARCHIVE).write_bytes(content)
        with pytest.raises(UsageError, match=f"{ARCHIVE} cannot be read"):
            read(run)
