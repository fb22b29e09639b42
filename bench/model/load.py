"""How hard a target is loaded."""

from dataclasses import dataclass
from enum import StrEnum


class Arrivals(StrEnum):
    """How the sends of an open loop are spaced."""

    CONSTANT = "constant"
    POISSON = "poisson"


@dataclass(frozen=True, slots=True)
class Load:
    """
    A closed loop of `clients` connections, or an open loop at `rate_rps`.

    In a closed loop each client sends as soon as its last answer is there.
    In an open loop requests are due at times that do not depend on answers,
    and `clients` is the size of the connection pool.
    The first `warm_s` of every window are sent and checked but not counted.
    """

    clients: int
    warm_s: float
    measure_s: float
    rate_rps: float | None = None  # None: closed loop
    arrivals: Arrivals = Arrivals.CONSTANT

    @property
    def name(self) -> str:
        """A short name that tells loads apart: closed-16, open-500."""
        if self.rate_rps is None:
            return f"closed-{self.clients}"
        return f"open-{self.rate_rps:g}"

    @property
    def duration_s(self) -> float:
        """How long one window takes."""
        return self.warm_s + self.measure_s
