"""Cheap requests beside predictions, as an experiment found them."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Comparison, RoundSeries, Series
from bench.model.experiment import ExperimentModel


class PredictionsEvidence(StrEnum):
    """What a finding is of."""

    PREDICTIONS = "predictions"  # ratio per second
    BESIDE_P99 = "beside-p99"  # of cheap requests beside them, the other's over ours
    CHEAP_P99 = "cheap-p99"  # beside predictions over alone
    PREDICTIONS_RATE = "predictions-rate"  # per second


@dataclass(frozen=True, slots=True)
class Serving:
    """One set-up that serves cheap requests and predictions."""

    target: str
    capacity_rps: RoundSeries  # predictions alone, closed loop
    alone_ms: RoundSeries  # 99th percentile of cheap requests, nothing beside them
    beside_ms: RoundSeries  # the same, predictions beside them
    times: RoundSeries  # beside over alone, paired by round
    prediction_ms: RoundSeries  # median of the predictions beside them


@dataclass(frozen=True, slots=True)
class Predictions:
    """
    The experiment: every set-up, and the contestants compared.

    Comparisons are of the metrics "predictions" (per second, closed loop) and
    "beside_p99" (of cheap requests beside predictions), in every order.
    """

    cheap: str  # the workload
    heavy: str
    cheap_rps: float
    heavy_rps: Series  # what was asked for beside them, one for all
    share: float  # of what the slowest contestant answered
    level: float
    servings: tuple[Serving, ...]
    comparisons: tuple[Comparison, ...]

    def serving(self, target: str) -> Serving | None:
        """What was found of a target, if it took part."""
        return next(
            (serving for serving in self.servings if serving.target == target), None
        )

    def comparison(self, subject: str, baseline: str, metric: str) -> Comparison | None:
        """The comparison of two target ids in this direction, if both took part."""
        wanted = (subject, baseline, metric)
        for comparison in self.comparisons:
            if (comparison.subject, comparison.baseline, comparison.metric) == wanted:
                return comparison
        return None


MODEL = ExperimentModel(
    {"predictions": Predictions | None}, ("predictions",), PredictionsEvidence
)
