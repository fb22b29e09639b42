"""Who carries out one visit together, and when each of them begins."""

from collections.abc import Mapping
from dataclasses import dataclass


LEAD_S = 0.2  # from the word to go until all send: time to spawn the users

LATE_S = 1.0
"""How long an answer and the word to go may be on their way together, in seconds; a worker that hears it later sits the visit out.

One packet that is lost and sent again is let pass: that takes 0.2 s (the
shortest retransmission timeout of Linux) on top of a slow way."""


@dataclass(frozen=True, slots=True)
class Team:
    """The workers of one visit, by Locust's id: their names, and the way there and back in seconds."""

    names: Mapping[str, str]
    round_trip_s: Mapping[str, float]

    @property
    def longest_s(self) -> float:
        """The longest way there and back."""
        return max(self.round_trip_s.values())

    def after_s(self, worker: str) -> float:
        """
        How long a worker is to wait when the word to go has come to it.

        Half of its own way is taken off, so that all begin together, as well
        as can be told without a common clock: two of them lie apart by no more
        than half of the sum of their ways.
        """
        return LEAD_S + (self.longest_s - self.round_trip_s[worker]) / 2
