"""How hard a target is loaded."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Arrivals(StrEnum):
    """How the sends of an open loop are spaced."""

    CONSTANT = "constant"
    POISSON = "poisson"


class Basis(StrEnum):
    """Whose capacity an open loop's share is of; known only after the closed loop of the round."""

    EQUAL = "equal"  # the slowest contestant's: one rate for all
    OWN = "own"  # each target's own


def experiment_of(load_name: str) -> str:
    """The experiment that a load of that name belongs to; "" for the headline comparison."""
    return load_name.partition(".")[0] if "." in load_name else ""


@dataclass(frozen=True, slots=True)
class Surge:
    """A part of a window in which an open loop's rate is `times` what it is before and after."""

    times: float
    from_s: float  # of the measured part
    lasts_s: float

    @property
    def until_s(self) -> float:
        """When it ends, in seconds of the measured part."""
        return self.from_s + self.lasts_s


@dataclass(frozen=True, slots=True)
class BackgroundLoad:
    """
    A second workload in the same visit: an open loop of its own beside the first.

    Its rate is one for all: a share of what the slowest contestant answered of
    it in the closed loop of the round; None until it is settled.
    """

    workload: str
    connections: int  # the pool, beside that of the first workload
    share: float  # 0.5 is half of the slowest contestant's capacity
    rate_rps: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """
    A closed loop of `clients` connections, or an open loop at `rate_rps`.

    In a closed loop each client sends as soon as its last answer is there.
    In an open loop requests are due at times that do not depend on answers,
    and `clients` is the size of the connection pool. Its rate is either given,
    or a share of a capacity: then `rate_rps` is None until it is settled.
    The first `warm_s` of every window are sent and checked but not counted.
    """

    clients: int
    warm_s: float
    measure_s: float
    rate_rps: float | None = None  # None: closed loop, or not settled yet
    arrivals: Arrivals = Arrivals.CONSTANT
    basis: Basis | None = None
    share: float | None = None  # 0.7 is 70 % of the capacity that `basis` names
    experiment: str = ""  # that it belongs to; "": to the headline comparison
    surge: Surge | None = None  # of an open loop; None: one rate throughout
    beside: BackgroundLoad | None = None  # what else is asked for meanwhile

    @property
    def name(self) -> str:
        """A short name that tells loads apart: closed-16, open-500, open-equal-70, turns.closed-8, stress.open-own-30-surge-150."""
        prefix = f"{self.experiment}." if self.experiment else ""
        suffix = f"-beside-{self.beside.workload}" if self.beside else ""
        return f"{prefix}{self._own_name}{self._surge_name}{suffix}"

    @property
    def _own_name(self) -> str:
        if self.basis is not None and self.share is not None:
            return f"open-{self.basis}-{100 * self.share:g}"
        if self.rate_rps is None:
            return f"closed-{self.clients}"
        return f"open-{self.rate_rps:g}"

    @property
    def _surge_name(self) -> str:
        if self.surge is None:
            return ""
        base = 100 * self.share if self.share is not None else self.rate_rps or 0
        return f"-surge-{base * self.surge.times:g}"

    @property
    def is_open(self) -> bool:
        """Whether sends do not wait for answers, be the rate settled or not."""
        return self.rate_rps is not None or self.basis is not None

    def at(self, rate_rps: float) -> "Load":
        """The same load, by the same name, with its rate settled."""
        return replace(self, rate_rps=rate_rps)

    def with_beside_at(self, rate_rps: float) -> "Load":
        """The same load, by the same name, with the rate of what is beside it settled."""
        assert self.beside is not None
        return replace(self, beside=replace(self.beside, rate_rps=rate_rps))

    @property
    def of_beside(self) -> "Load":
        """The open loop of what is beside it, over the same time."""
        assert self.beside is not None
        return Load(
            self.beside.connections,
            self.warm_s,
            self.measure_s,
            rate_rps=self.beside.rate_rps,
            arrivals=self.arrivals,
            experiment=self.experiment,
        )

    @property
    def duration_s(self) -> float:
        """How long one window takes."""
        return self.warm_s + self.measure_s
