"""What the stress experiment found: rates up to and past capacity, and the time after a surge."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import RoundSeries
from bench.model.experiment import ExperimentModel
from bench.model.load import Surge


STANDS, FAILS = "stress", "fails-stress"
"""Rules: it stands offered rates up to and past capacity; it does not."""


class StressEvidence(StrEnum):
    """What a finding is of."""

    STRESS_ANSWERED = "stress-answered"  # share of what could be
    STRESS_FAILED = "stress-failed"  # share of requests
    STRESS_RECOVERY = "stress-recovery"  # s
    STRESS_GAVE_UP = "stress-gave-up"  # rounds
    STRESS_CAPACITY = "stress-capacity"  # requests/s
    STRESS_P99 = "stress-p99"  # ms


@dataclass(frozen=True, slots=True)
class StressStep:
    """One target at one offered rate, a share of its own capacity in each round."""

    share: float  # 1.1: 10 % more than it can answer
    in_surge: bool  # seen while a surge lasted, not in windows of its own
    offered_rps: RoundSeries
    achieved_rps: RoundSeries  # right answers that came meanwhile
    kept: RoundSeries  # achieved over the lesser of offered rate and capacity: 1 is all of it
    failed: (
        RoundSeries  # share of the requests that failed, were wrong or got no answer
    )
    p50_ms: RoundSeries  # from the intended send
    p99_ms: RoundSeries
    errors: Mapping[str, int]  # of all rounds, by kind
    windows: int
    void: int
    void_because: str | None  # the reason met most often
    # That `kept` is of: the mean of the closed loops before and after each of its
    # windows; in older runs of those at the beginning of the round.
    capacity_rps: RoundSeries | None = None  # None: older than this field


@dataclass(frozen=True, slots=True)
class Stressed:
    """One target under stress."""

    target: str
    workload: str
    capacity_rps: RoundSeries  # of the closed loop just before
    steps: tuple[StressStep, ...]  # shares rise
    waiting: RoundSeries  # requests without answer when the surge ended
    recovery_s: RoundSeries  # from the end of the surge; see `Stress.watched_s`
    timeline_ms: tuple[
        float | None, ...
    ]  # medians of the visit with the surge, by slot
    recovered: int  # rounds in which response times came back at all
    failures: tuple[str, ...]  # of rounds in which it could not go on


@dataclass(frozen=True, slots=True)
class Stress:
    """The whole experiment."""

    level: float  # of every interval
    rounds: tuple[int, ...]
    connections: int
    base_share: float  # of capacity, that is offered before and after the surge
    surge: Surge
    watched_s: float  # after the surge; who is not back by then counts as just that
    targets: tuple[Stressed, ...]

    @property
    def ideal_s(self) -> float:
        """How long the surge's backlog takes a server that works at its capacity all the time."""
        peak = self.base_share * self.surge.times
        return self.surge.lasts_s * (peak - 1) / (1 - self.base_share)


MODEL = ExperimentModel({"stress": Stress | None}, (STANDS, FAILS), StressEvidence)
