"""Who sends the load of a run, where it is more than one process."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerPool:
    """Who sends: so many workers started here, so many awaited from elsewhere, and where the master listens for them."""

    here: int
    elsewhere: int = 0
    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one


LEAD_S = 0.2  # from the word to go until all send: time to spawn the users


@dataclass(frozen=True, slots=True)
class WorkerAssignment:
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

    def late_after_s(self, worker: str, warm_s: float) -> float | None:
        """
        How long this worker's last answer and the word to go may be under way together.

        A worker that begins later than the others by more than lead and warm-up
        would send much of its part alone. None for one that sends alone anyway.
        """
        if len(self.names) == 1:
            return None
        return self.round_trip_s[worker] + LEAD_S + warm_s
