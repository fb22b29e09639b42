"""
The rule for sentences that call a framework perfect for models.

Nobody may do clearly better: against each of the others, in predictions per
second and in the tail of cheap requests beside predictions, the framework is
at most the margin behind. A non-inferiority test; S. Wellek, Testing
Statistical Hypotheses of Equivalence and Noninferiority, 2010.
"""

from collections.abc import Iterator
from itertools import product

from bench.analyse.comparisons import paired
from bench.experiments.predictions.analyse import MORE, SOONER
from bench.experiments.predictions.model import Predictions, PredictionsEvidence
from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question, of_ratio
from bench.judge.rules import Questions
from bench.model.verdict import Claim, Evidence, GroupKind, Lacking, Untested


_METRICS = {
    PredictionsEvidence.PREDICTIONS: MORE,
    PredictionsEvidence.BESIDE_P99: SOONER,
}


def predictions(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether nobody does clearly better, and every set-up's numbers as its evidence."""
    experiment: Predictions | None = context.analysis.found["predictions"]
    if experiment is None:
        return Inquiry(untested=Untested(Lacking.EXPERIMENT))
    line = 1 / (1 + margin)
    rows: list[Question | Evidence] = []
    for asked, metric in _METRICS.items():
        for pair in product(claim.subjects, claim.baselines):
            ours, theirs = (context.id_of(name) for name in pair)
            comparison = experiment.comparison(ours, theirs, metric)
            comparison = comparison or paired(ours, theirs, "", metric, (), 0.95)
            finding = Evidence(
                ours,
                estimate=comparison.advantage,
                asked=asked,
                against=theirs,
                line=line,
            )
            rows.append(of_ratio(asked.value, comparison, line - 1, finding))
    groups = tuple(Group(GroupKind.PART, asked.value) for asked in _METRICS)
    return Inquiry(groups, (*rows, *_shown(experiment)))


def _shown(experiment: Predictions) -> Iterator[Evidence]:
    """What each set-up showed; it decides nothing by itself."""
    for serving in experiment.servings:
        yield Evidence(
            serving.target,
            estimate=serving.times.estimate,
            asked=PredictionsEvidence.CHEAP_P99,
        )
        yield Evidence(
            serving.target,
            estimate=serving.capacity_rps.estimate,
            asked=PredictionsEvidence.PREDICTIONS_RATE,
        )


QUESTIONS = Questions({"predictions": predictions})
