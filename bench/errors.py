"""
Everything that may go wrong for a reason that the user can understand.

* BenchError
  * UsageError     exit 2: a name, a number or a file that the user gave
  * EnvironmentFailure   exit 3: the machine, the database or the engine said no
    * TargetFailed   one target could not start, died or answered wrongly
    * BrokenOff      a run could not go on; what it had measured is kept
"""

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path


class ExitStatus(IntEnum):
    """How a command has ended; every other status is a fault."""

    DONE = 0
    NO = 1  # the answer is no: a broken contract, a confirmed slowdown, a newer version
    USAGE = 2  # what was asked for does not exist, or cannot be meant
    ENVIRONMENT = 3  # the environment failed, or the result is not reliable
    INTERNAL = 70  # a fault of the harness; its traceback is in a file
    INTERRUPTED = 130  # Ctrl-C, SIGTERM or SIGHUP; what was measured is kept


MOST_SHOWN = 160
"""Characters of one refused value, name or place in a message: a file may hold a megabyte of it."""


class BenchError(Exception):
    """What was refused, in one sentence, with a hint that says what to do."""

    exit_status = ExitStatus.INTERNAL

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BenchError):
    """The request itself cannot be met as it was written."""

    exit_status = ExitStatus.USAGE


class EnvironmentFailure(BenchError):
    """The machine, the database or the engine cannot do it now."""

    exit_status = ExitStatus.ENVIRONMENT

    def __init__(
        self, message: str, hint: str | None = None, log_tail: str | None = None
    ) -> None:
        super().__init__(message, hint)
        self.log_tail = log_tail


class TargetFailed(EnvironmentFailure):
    """One target did not start, died, or answered wrongly; others may go on."""


class BrokenOff(EnvironmentFailure):
    """A run could not go on; everything that it had measured is in its folder."""

    def __init__(self, message: str, hint: str | None, folder: Path) -> None:
        super().__init__(message, hint)
        self.folder = folder


def unknown(kind: str, name: str, exists: list[str], where: str = "") -> UsageError:
    """Say that a name does not exist, and which ones do, nearest first."""
    from difflib import get_close_matches

    near = get_close_matches(name, exists, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    prefix = f"{where}: " if where else ""
    return UsageError(
        f"{prefix}no {kind} named {told(name)}",
        hint=f"{guess}there are: {', '.join(exists) or 'none'}",
    )


def told(value: object) -> str:
    """A refused value as a message shows it: as Python writes it, cut short; never raises."""
    try:
        return short(repr(value))
    except (ValueError, RecursionError):
        # An integer of thousands of digits; lists in lists in lists.
        return f"something too large to print, of type {type(value).__name__}"


def place(steps: Iterable[object]) -> str:
    """Where in a file a value stands, by the keys that lead to it: profile.2.clients."""
    return short(".".join(str(step) for step in steps))


def short(text: str) -> str:
    """A text of somebody else's, cut to what a message can hold."""
    if len(text) <= MOST_SHOWN:
        return text
    return f"{text[:MOST_SHOWN]}… ({len(text):,} characters)"
