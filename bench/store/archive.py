"""
The raw files of a published run in one archive, read as the folder is read.

    raw.tar.xz     trials.jsonl, logs/ and samples/, to the byte
    left-out.json  raw files too large to publish: path, size and checksum of each

A file that lies in the folder itself comes before one in the archive.
"""

import hashlib
import io
import lzma
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from bench.errors import UsageError
from bench.model.results import StoredFile
from bench.store.records import validated
from bench.store.untrusted_input import loads, read_plain


ARCHIVE = "raw.tar.xz"
LEFT_OUT = "left-out.json"
RAW = ("trials.jsonl", "logs/*", "samples/*.npz")
"""What is packed, the file that every report reads first."""

LARGEST_BYTES = 1 << 30
"""No raw file of a run comes near it; one that claims to be larger is refused, not unpacked."""

_MEMBER = re.compile(r"trials\.jsonl|(?:logs|samples)/[^/\\]+")
_LEFT_OUT = TypeAdapter(tuple[StoredFile, ...])


def pack(folder: Path) -> None:
    """Put the raw files of a run folder into its archive, with those that are there already; the same files give the same bytes."""
    files = dict(members(folder))
    loose = [path for pattern in RAW for path in sorted(folder.glob(pattern))]
    if not loose:
        return
    files |= {str(path.relative_to(folder)): read_plain(path) for path in loose}
    order = sorted(files, key=lambda name: (name != RAW[0], name))
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:xz", preset=9) as archive:
        for name in order:
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    beside = folder / f".{ARCHIVE}.{os.getpid()}"
    beside.write_bytes(written.getvalue())
    beside.replace(folder / ARCHIVE)
    for path in loose:
        path.unlink()
    for name in ("logs", "samples"):
        if (folder / name).is_dir():
            (folder / name).rmdir()


def unpack(folder: Path) -> None:
    """The folder as it was before it was packed."""
    for name, content in members(folder):
        path = folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    (folder / ARCHIVE).unlink(missing_ok=True)


def members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of what the archive of a folder holds, none without one; UsageError where it is damaged or holds anything else."""
    path = folder / ARCHIVE
    try:
        content = io.BytesIO(read_plain(path))
    except FileNotFoundError:
        return
    try:
        with tarfile.open(fileobj=content, mode="r:xz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                expected = (
                    _MEMBER.fullmatch(member.name) and member.size < LARGEST_BYTES
                )
                if file is None or not expected:
                    raise UsageError(
                        f"{path} holds {member.name[:200]!r}",
                        "an archive of a run holds trials.jsonl, logs/ and samples/ only: have it made again",
                    )
                yield member.name, file.read()
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", "the file is damaged; fetch it again"
        ) from error


def read_raw(path: Path) -> bytes:
    """The bytes of a run's file, from the folder's archive where it lies in none; raises as `read_plain` does."""
    try:
        return read_plain(path)
    except FileNotFoundError:
        for name, content in members(path.parent):
            if name == path.name:
                return content
        raise


def raw_files(folder: Path) -> Iterator[StoredFile]:
    """Every raw file of a published run with its checksum: those in the archive, and those that were left out."""
    for name, content in members(folder):
        yield StoredFile(name, len(content), hashlib.sha256(content).hexdigest())
    path = folder / LEFT_OUT
    try:
        yield from validated(_LEFT_OUT, loads(read_plain(path).decode("utf-8")))
    except FileNotFoundError:
        return
    except ValueError as error:
        raise UsageError(f"{path}: {error}", "fetch it again") from error
