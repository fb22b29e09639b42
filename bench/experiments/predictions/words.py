"""The sentences of verdicts on cheap requests beside a model."""

from bench.experiments.predictions.model import PredictionsEvidence, Serving
from bench.model.estimate import Estimate, RoundSeries
from bench.model.verdict import Evidence, Outcome, Verdict
from bench.wording import numbers
from bench.wording.experiments import (
    NOT_MEASURED,
    NOTHING,
    ExperimentWords,
    RuleWords,
    Texts,
    say,
)
from bench.wording.names import Names
from bench.wording.reasons import excluded
from bench.wording.verdicts import deciding, tally, yes_and_no


def _times(estimate: Estimate, unit: str) -> str:
    return estimate.spelled(lambda x: numbers.times(x) if x >= 10 else f"{x:.2f}", unit)


def _as_many(names: Names, finding: Evidence) -> str:
    estimate = finding.estimate
    if estimate is None:
        return NOT_MEASURED
    # Of a time the reader wants to hear how many times as long it is.
    longer = finding.asked == PredictionsEvidence.BESIDE_P99
    if longer:
        return _times(estimate.inverse, " times as long")
    return _times(estimate, " times as many")


def _not_behind(names: Names, finding: Evidence) -> str:
    subject, baseline = (
        names.framework(target) for target in (finding.subject, finding.against or "")
    )
    if finding.estimate is None or finding.line is None:
        return f"this run holds no pair of {subject} and {baseline}"
    if finding.asked == PredictionsEvidence.BESIDE_P99:
        verb, compared = (
            "takes",
            f"at the 99th percentile of cheap requests beside predictions as {baseline}",
        )
    else:
        verb, compared = "makes", f"predictions per second as {baseline}"
    said = f"{subject} {verb} {_as_many(names, finding)} {compared}"
    if finding.excluded is not None:
        return f"{said}: {excluded(finding.excluded)}"
    line = f"the margin of {numbers.percent(1 / finding.line - 1)}"
    if finding.estimate.low > finding.line:
        return f"{said}: behind by less than {line}, or ahead"
    if finding.estimate.high < finding.line:
        return f"{said}: behind by more than {line}"
    return f"{said}: the interval holds {line}"


def _serving(names: Names, finding: Evidence) -> Serving | None:
    predictions = names.results.found["predictions"]
    return predictions.serving(finding.subject) if predictions else None


def _alone_and_beside(names: Names, finding: Evidence) -> str:
    serving = _serving(names, finding)
    if serving is None:
        return NOT_MEASURED
    text = (
        f"{_series(serving.alone_ms, ' ms')}, and {_series(serving.beside_ms, ' ms')}"
    )
    if finding.estimate is None:
        return text
    return f"{text}: {_times(finding.estimate, ' times as long')}"


def _predictions_rate(names: Names, finding: Evidence) -> str:
    serving = _serving(names, finding)
    return _series(serving.capacity_rps, "") if serving else NOT_MEASURED


def _series(series: RoundSeries, unit: str) -> str:
    estimate = series.estimate
    if estimate is None:
        return NOT_MEASURED
    return estimate.spelled(lambda x: f"{x:.0f}" if x >= 20 else f"{x:.1f}", unit)


def _pitfall(names: Names, finding: Evidence) -> str:
    target = names.target(finding.subject)
    changed = target is not None and target.role.value != "contestant"
    return "a set-up with one thing changed, shown for contrast" if changed else ""


def _because(names: Names, verdict: Verdict) -> str:
    finding = deciding(verdict)
    if finding is None:
        return "this run has no round in which the experiment was played in full"
    text = f"{finding.because}{tally(verdict, 'comparisons')}"
    depends = verdict.outcome is Outcome.DEPENDS
    return f"{yes_and_no(names, verdict.groups)}: {text}" if depends else text


def _short(names: Names, verdict: Verdict) -> str:
    if verdict.decided_by is None:
        return verdict.because
    return verdict.findings[verdict.decided_by].because


_FINDINGS: dict[str, Texts] = {
    PredictionsEvidence.PREDICTIONS: Texts(
        lambda names, f: (
            f"predictions per second, against {names.framework(f.against or '')}"
        ),
        _as_many,
        _not_behind,
    ),
    PredictionsEvidence.BESIDE_P99: Texts(
        lambda names, f: (
            "99th percentile of cheap requests beside predictions, "
            f"against {names.framework(f.against or '')}"
        ),
        _as_many,
        _not_behind,
    ),
    PredictionsEvidence.CHEAP_P99: Texts(
        say("99th percentile of cheap requests: alone, and beside predictions"),
        _alone_and_beside,
        _pitfall,
    ),
    PredictionsEvidence.PREDICTIONS_RATE: Texts(
        say("predictions per second"), _predictions_rate, NOTHING
    ),
}


WORDS = ExperimentWords(
    findings=_FINDINGS,
    rules={
        "predictions": RuleWords(
            "Is {subject} as good as any at serving a model?",
            "**Yes**: none of the others did clearly better.",
            "**No**: another one did clearly better.",
            _because, _short, "may depend on rate or tail",
            line="At most {margin} behind, in each comparison.",
            axis="times better",
            profile="predictions",
            did_not="served no predictions",
        )
    },
    groups={
        "predictions": ("predictions per second", "in predictions per second"),
        "beside-p99": (
            "cheap requests beside predictions",
            "in the tail of cheap requests beside predictions",
        ),
    },
)  # fmt: skip
