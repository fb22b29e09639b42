"""What more clients and more worker processes brought."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate, Series
from bench.model.experiment import ExperimentModel


class ScalingEvidence(StrEnum):
    """What a finding is of."""

    KEPT_OF_BEST = "kept-of-best"  # share of throughput
    WORKERS = "workers"  # share of as many times that of one
    PEAK_CLIENTS = "peak-clients"


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """Throughput at one number of clients."""

    clients: int
    rate_rps: Estimate | None
    rounds: Series
    excluded: str | None = None  # why it decides nothing and shapes no curve


@dataclass(frozen=True, slots=True)
class CurvePlace:
    """The fitted curve at one number of clients, with the interval of the fits."""

    clients: float
    rate_rps: Estimate


@dataclass(frozen=True, slots=True)
class ScalingFit:
    """The universal scalability law, fitted in each round, over the rounds (bench.stats.usl)."""

    alone_rps: Estimate  # lambda: what one client would get by itself
    contention: Estimate  # sigma: the share that takes turns
    retrograde: Estimate  # kappa: what each pair of clients costs
    # Number of clients at the peak; only where the retrograde term's interval
    # excludes zero.
    peak_clients: float | None
    misfit: float  # root mean square of the relative residuals
    curve: tuple[CurvePlace, ...]  # empty: it does not fit


@dataclass(frozen=True, slots=True)
class Kept:
    """Throughput at the most clients over that at a smaller number, paired by round."""

    clients: int  # the smaller number
    share: Estimate | None
    rounds: Series


@dataclass(frozen=True, slots=True)
class Scaling:
    """One target on one workload as clients rise."""

    target: str
    workload: str
    points: tuple[ScalingPoint, ...]  # clients rise
    kept: tuple[Kept, ...]  # one for each smaller number; none where the last is void
    fit: ScalingFit | None
    no_fit: str | None  # why there is none, or why its curve is not drawn

    @property
    def least(self) -> Kept | None:
        """What is kept of the best: against the number of clients where most is lost."""
        measured = [kept for kept in self.kept if kept.share is not None]
        return min(
            measured,
            key=lambda kept: kept.share.point if kept.share else 0.0,
            default=None,
        )


@dataclass(frozen=True, slots=True)
class WorkerGain:
    """Throughput with several worker processes over that with one, as a share of the ideal."""

    target: str  # the target whose workers are counted
    workload: str
    workers: int
    gain: Estimate | None  # 1 is as many times as there are workers
    rounds: Series
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Scalings:
    """Both experiments; what was not played is empty."""

    clients: tuple[Scaling, ...] = ()
    workers: tuple[WorkerGain, ...] = ()
    no_workers: str | None = None  # why there is none


MODEL = ExperimentModel({"scalings": Scalings | None}, ("scaling",), ScalingEvidence)
