"""Numbers that carry their doubt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import inf, log
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Estimate:
    """A point with its two-sided interval; `n` counts rounds, never requests."""

    point: float
    low: float
    high: float
    level: float  # 0.95 is 95 %
    n: int

    @property
    def inverse(self) -> "Estimate":
        """A ratio seen from the other side."""
        return Estimate(
            _over(self.point), _over(self.high), _over(self.low), self.level, self.n
        )

    def spelled(self, number: Callable[[float], str], unit: str = "") -> str:
        """With its interval, as `number` writes a value: "7.9 ms (7.7 to 8.0)"."""
        point, low, high = map(number, (self.point, self.low, self.high))
        return f"{point}{unit} ({low} to {high})"


def _over(value: float) -> float:
    return inf if value == 0 else 1 / value


Series = tuple[float | None, ...]
"""One value for each round, None where there is none."""


def values_of(series: Iterable[float | None]) -> list[float]:
    """The values of the rounds that have one."""
    return [value for value in series if value is not None]


@dataclass(frozen=True, slots=True)
class RoundSeries:
    """A series, and what its rounds say together."""

    rounds: Series
    estimate: Estimate | None  # None: fewer than two rounds


@dataclass(frozen=True, slots=True)
class Metric:
    """What is compared, in which unit, and which way is better."""

    name: str  # throughput, cpu, memory, p50 ...
    title: str
    unit: str  # as printed
    higher_is_better: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """One metric of one target on one workload: the estimate and its rounds."""

    target: str
    workload: str | None  # None: of the target as a whole (start-up, idle memory)
    metric: str
    estimate: Estimate | None
    rounds: Series
    reason: str | None = None  # why there is no estimate


class RatioKey(NamedTuple):
    """What a ratio is of."""

    subject: str  # target id
    baseline: str
    workload: str
    metric: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    How many times better the subject is than the baseline, paired by round.

    `advantage` is subject/baseline where higher is better and
    baseline/subject where lower is better: above 1 the subject leads.
    """

    subject: str
    baseline: str
    workload: str
    metric: str
    advantage: Estimate | None
    rounds: Series
    # The ratio (> 1) that this many rounds could have told from 1.
    smallest_detectable: float | None
    p_value: float | None  # two-sided, of "no difference at all"
    doubts: tuple[str, ...] = ()  # codes of warnings that touch it
    void: str | None = None  # why it may decide nothing

    @property
    def key(self) -> RatioKey:
        """Where it is looked up."""
        return RatioKey(self.subject, self.baseline, self.workload, self.metric)

    @property
    def logs(self) -> list[float]:
        """The log advantage of each round that holds the pair."""
        return [log(ratio) for ratio in values_of(self.rounds)]

    @property
    def turned(self) -> "Comparison":
        """The same of baseline and subject."""
        return replace(
            self,
            subject=self.baseline,
            baseline=self.subject,
            advantage=self.advantage and self.advantage.inverse,
            rounds=tuple(None if ratio is None else 1 / ratio for ratio in self.rounds),
        )
