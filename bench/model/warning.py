"""The closed list of reasons to doubt, each with its remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a warning takes away."""

    WINDOW = "window"  # the window is void
    THROUGHPUT = "throughput"  # throughput verdicts are void, CPU verdicts stand
    SPEED = "speed"  # throughput and CPU verdicts are void
    RUN = "run"  # every verdict of the run becomes inconclusive
    NOTE = "note"  # nothing; the reader must know


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of doubt; `code` names it in files."""

    code: str
    title: str
    scope: Scope
    remedy: str


@dataclass(frozen=True, slots=True)
class Warning:
    """A reason that applies here, with the number that says so."""

    reason: Reason
    detail: str
    where: str | None = None  # the cell, or None for the whole run
