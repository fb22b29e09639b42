"""What commands write to: a stream that is full, closed or of another encoding is no traceback."""

import contextlib
import errno
import io
import os
import sys
from typing import TextIO

from bench.errors import EnvironmentFailure


class OutputFailed(EnvironmentFailure):
    """What a command has to say cannot be written."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"the output cannot be written: {error.strerror or error}",
            "make room, or send it elsewhere",
        )


class ResultStream(io.TextIOWrapper):
    """
    Stdout: a failure is OutputFailed, since libraries answer an OSError there with status 1.

    A reader that has gone (`| head`) is none: the command goes on to its end, and to its status.
    """

    def write(self, text: str, /) -> int:
        """Like any text stream."""
        try:
            return super().write(text)
        except OSError as error:
            _goes_on(error)
            return len(text)

    def flush(self) -> None:
        """Like any text stream."""
        try:
            super().flush()
        except OSError as error:
            _goes_on(error)
            super().flush()  # what was kept back


def _goes_on(error: OSError) -> None:
    """Without a reader, to nowhere; OutputFailed for any other failure of stdout."""
    if error.errno != errno.EPIPE:
        raise OutputFailed(error) from error
    _lead_nowhere()


def _lead_nowhere() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


class Progress(io.TextIOWrapper):
    """Stderr: a failure is no reason to stop, or to end with another status."""

    def write(self, text: str, /) -> int:
        """Like any text stream, if it can be written."""
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Like any text stream, if it can be written."""
        with contextlib.suppress(OSError):
            super().flush()


def open_streams() -> None:
    """
    Put such streams in the place of stdout and stderr.

    A stream that was closed leads nowhere: otherwise the next file that is
    opened would get its number, and be written to. Characters that the
    terminal's encoding lacks are shown as question marks.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    sys.stdout = _stream(ResultStream, sys.stdout, 1)
    sys.stderr = _stream(Progress, sys.stderr, 2)


def _stream(
    kind: type[io.TextIOWrapper], given: TextIO | None, number: int
) -> io.TextIOWrapper | TextIO:
    if given is None:
        return kind(open(number, "wb", closefd=False), encoding="utf-8")
    if type(given) is not io.TextIOWrapper:
        return given  # of somebody who calls us in a process of his own
    encoding, whole_lines = given.encoding, given.line_buffering
    return kind(
        given.detach(), encoding=encoding, errors="replace", line_buffering=whole_lines
    )


def last_words_written() -> OutputFailed | None:
    """Write what is still kept back; why that failed. Nothing is left to fail when the interpreter ends."""
    sys.stderr.flush()
    try:
        sys.stdout.flush()
    except OutputFailed as error:
        _lead_nowhere()
        return error
    return None
