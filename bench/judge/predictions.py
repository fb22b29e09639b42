"""
The rule for sentences that call a framework perfect or ideal for models.

Nobody may do clearly better: against each of the others, in predictions per
second and in the tail of cheap requests beside predictions, the framework is
at most the margin behind. Supported: all of every interval lies above
1 / (1 + margin). Refuted: one ratio is below it after Holm over all of them.
A non-inferiority test; S. Wellek, Testing Statistical Hypotheses of
Equivalence and Noninferiority, 2010.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analyse import reasons
from bench.analyse.predictions import MORE, SOONER
from bench.judge.court import Court, forced_because
from bench.judge.decide import can_decide, decide, overall
from bench.judge.line import shared_line
from bench.judge.words import inverted, percent, times
from bench.model.estimate import Comparison, Estimate
from bench.model.framework import Role
from bench.model.predictions import Predictions, Series, Serving
from bench.model.verdict import Claim, Finding, Outcome, Verdict


NOT_PLAYED = (
    "this run did not play the experiment; play it: "
    "bench run --profile predictions (standard and full play it too)"
)
TOO_SHORT = "this run has no round in which the experiment was played in full"

_WHAT = {
    MORE: "predictions per second",
    SOONER: "99th percentile of cheap requests beside predictions",
}


@dataclass(frozen=True, slots=True)
class _Pair:
    """One thing in which one framework must not be behind another."""

    subject: str  # the framework's title
    baseline: str
    target: str  # the subject's id
    metric: str
    comparison: Comparison | None


def judge_predictions(court: Court, claim: Claim) -> Verdict:
    """The verdict, and every set-up's numbers as its evidence."""
    found = court.analysis.predictions
    if found is None:
        return Verdict(claim, Outcome.NOT_TESTED, NOT_PLAYED, (), None, ())
    pairs = tuple(_pairs(court, claim, found))
    forced = forced_because(court.analysis)
    decided = tuple(_decided(pairs, claim.margin, forced))
    outcome = overall(one.outcome for one in decided if one.outcome)
    return Verdict(
        claim,
        outcome,
        _because(claim, decided, outcome, forced),
        (),
        forced if outcome is Outcome.INCONCLUSIVE else None,
        (),
        findings=(*decided, *_shown(court, found)),
    )


def _pairs(court: Court, claim: Claim, found: Predictions) -> Iterator[_Pair]:
    for metric in _WHAT:
        for subject in claim.subjects:
            for baseline in claim.baselines:
                ours, theirs = (
                    court.contestants.get(name) for name in (subject, baseline)
                )
                yield _Pair(
                    court.titles.get(subject, subject),
                    court.titles.get(baseline, baseline),
                    ours.id if ours else subject,
                    metric,
                    found.comparison(ours.id, theirs.id, metric)
                    if ours and theirs
                    else None,
                )


def _decided(
    pairs: tuple[_Pair, ...], margin: float, forced: str | None
) -> Iterator[Finding]:
    """Each pair as one of a family, none of which may be behind by more than the margin."""
    known = [pair.comparison for pair in pairs if pair.comparison]
    behind = 1 / (1 + margin) - 1
    outcomes = dict(
        zip(
            map(id, known),
            (outcome for outcome, _ in decide(known, behind)),
            strict=True,
        )
    )
    for pair in pairs:
        outcome = outcomes.get(id(pair.comparison), Outcome.NOT_TESTED)
        if forced and outcome is not Outcome.NOT_TESTED:
            outcome = Outcome.INCONCLUSIVE
        yield _finding(pair, outcome, margin, forced)


def _finding(
    pair: _Pair, outcome: Outcome, margin: float, forced: str | None
) -> Finding:
    estimate = pair.comparison.advantage if pair.comparison else None
    return Finding(
        subject=pair.target,
        what=f"{_WHAT[pair.metric]}, against {pair.baseline}",
        value=_value(pair.metric, estimate),
        outcome=outcome,
        because=_why(pair, outcome, margin, forced),
        estimate=estimate,
    )


def _value(metric: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return "not measured"
    # Of a time the reader wants to hear how many times as long it is.
    shown = inverted(estimate) if metric == SOONER else estimate
    kind = "as long" if metric == SOONER else "as many"
    return f"{_times(shown)} times {kind} ({_times_span(shown)})"


def _times(estimate: Estimate) -> str:
    return _ratio(estimate.point)


def _times_span(estimate: Estimate) -> str:
    return f"{_ratio(estimate.low)} to {_ratio(estimate.high)}"


def _ratio(value: float) -> str:
    return times(value) if value >= 10 else f"{value:.2f}"


def _why(pair: _Pair, outcome: Outcome, margin: float, forced: str | None) -> str:
    comparison = pair.comparison
    if comparison is None or comparison.advantage is None:
        return f"this run holds no pair of {pair.subject} and {pair.baseline}"
    verb = "makes" if pair.metric == MORE else "takes"
    said = f"{pair.subject} {verb} {_value(pair.metric, comparison.advantage)} {_told(pair)}"
    if forced is not None:
        return f"{said}: decides nothing, {forced}"
    if not can_decide(comparison):
        n = comparison.advantage.n
        return (
            f"{said}: {n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"
        )
    line = f"the margin of {percent(margin)}"
    return f"{said}: " + {
        Outcome.SUPPORTED: f"behind by less than {line}, or ahead",
        Outcome.REFUTED: f"behind by more than {line}",
    }.get(outcome, f"the interval holds {line}")


def _told(pair: _Pair) -> str:
    if pair.metric == MORE:
        return f"predictions per second as {pair.baseline}"
    return f"at the 99th percentile of cheap requests beside predictions as {pair.baseline}"


def _because(
    claim: Claim, decided: tuple[Finding, ...], outcome: Outcome, forced: str | None
) -> str:
    if outcome is Outcome.INCONCLUSIVE and forced is not None:
        return f"no verdict, {forced}"
    own = [one for one in decided if one.outcome is outcome]
    if not own:
        return TOO_SHORT
    line, fails = shared_line(claim), outcome is Outcome.REFUTED
    told = min(own, key=lambda one: line.order(one.estimate, fails))
    held = sum(one.outcome is Outcome.SUPPORTED for one in decided)
    return f"{told.because} ({held} of {len(decided)} comparisons hold)"


def _shown(court: Court, found: Predictions) -> Iterator[Finding]:
    """What each set-up showed; it decides nothing by itself."""
    roles = {target.id: target.role for target in court.plan.targets}
    for one in found.servings:
        pitfall = roles.get(one.target) is not Role.CONTESTANT
        yield Finding(
            one.target,
            "99th percentile of cheap requests: alone, and beside predictions",
            _alone_and_beside(one),
            None,
            "a set-up with one thing changed, shown for contrast" if pitfall else "",
            one.times.estimate,
        )
        yield Finding(
            one.target, "predictions per second", _number(one.capacity_rps, ""), None
        )


def _alone_and_beside(one: Serving) -> str:
    text = f"{_number(one.alone_ms, ' ms')}, and {_number(one.beside_ms, ' ms')}"
    ratio = one.times.estimate
    if ratio is None:
        return text
    return f"{text}: {_times(ratio)} times as long ({_times_span(ratio)})"


def _number(series: Series, unit: str) -> str:
    estimate = series.estimate
    if estimate is None:
        return "not measured"
    span = f"{_digits(estimate.low)} to {_digits(estimate.high)}"
    return f"{_digits(estimate.point)}{unit} ({span})"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}"
