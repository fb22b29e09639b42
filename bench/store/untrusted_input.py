"""
What may come from elsewhere is data: read as text, never run, never followed.

Run folders are handed on, unpacked and opened by other people. A link in one
could make a report read or write what lies outside of it; a pipe or a device
would hold the reader for ever; a number of a thousand digits, or lists in
lists without end, would stop it with a traceback.
"""

import json
import os
import re
import stat
from pathlib import Path

from bench.errors import UsageError


LARGEST = 2**63 - 1
"""No clock and no counter of a run goes further; numbers beyond it are refused."""

_SUSPECT = re.compile(r"\d{19}|[eE]\+?\d{3}|NaN|Infinity")


def read_plain(path: Path) -> bytes:
    """
    The bytes of a plain file.

    Raises UsageError for a link, a pipe or a device in its place, OSError as
    reading does.
    """
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise _refused(path, mode)
    return path.read_bytes()


def refuse_links(folder: Path) -> None:
    """
    Raise UsageError if anything below a folder is neither file nor folder.

    The folder itself may be a link: it was named by who asks. One that does
    not exist holds nothing.
    """
    waiting = [folder] if folder.is_dir() else []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    mode = entry.stat(follow_symlinks=False).st_mode
                    raise _refused(Path(entry.path), mode)


def _refused(path: Path, mode: int) -> UsageError:
    kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
    if stat.S_ISLNK(mode):
        kind = f"a link to {str(path.readlink())!r}"
    return UsageError(
        f"{path} is {kind}",
        "a run folder holds plain files only, and nothing outside of it is read or "
        "written: remove it, or put the file itself there",
    )


def loads(text: str) -> object:
    """JSON as plain values; ValueError for what is none, and for numbers beyond LARGEST."""
    try:
        if not _SUSPECT.search(text):
            return json.loads(text)
        return json.loads(
            text, parse_int=_integer, parse_float=_number, parse_constant=_constant
        )
    except RecursionError as error:
        raise ValueError("lists in lists without end") from error


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > LARGEST:
        raise ValueError(f"{text[:20]}… is beyond every clock and counter")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not abs(value) <= LARGEST:
        raise ValueError(f"{text[:20]} is beyond every clock and counter")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"{text} is no number")
