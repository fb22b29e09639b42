"""Instructions of requests, counted: what a run keeps of them."""

from dataclasses import dataclass


INSTRUCTIONS_SCHEMA = 1

EXACT = 0.001
"""Two counts of the same thing may differ by this share."""


@dataclass(frozen=True, slots=True)
class CountedTwice:
    """One target on one workload: two counts of the same thing."""

    target: str
    workload: str
    instructions: float  # per request, the first count
    again: float

    @property
    def apart(self) -> float:
        """How far the two counts differ, as a share."""
        return abs(self.again / self.instructions - 1)


@dataclass(frozen=True, slots=True)
class Instructions:
    """The counts of a run's targets, and what they hold for."""

    schema: int
    made_at: str  # UTC, ISO 8601
    fingerprint: str  # of the machine that counted
    python: str
    valgrind: str
    requests: int  # N: counted were N and 2N
    counts: tuple[CountedTwice, ...]
