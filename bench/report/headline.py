"""The number that a verdict hangs on, with its interval and what it is of."""

from dataclasses import dataclass

from bench.model.verdict import Evidence, Verdict
from bench.report.charts.forest import finding_name, part_name, part_words
from bench.report.numbers import percent, ratio
from bench.report.view import View
from bench.report.words import deciding_part


@dataclass(frozen=True, slots=True)
class Headline:
    """One number of a card."""

    value: str  # with its interval: "2.16× (2.11 to 2.21)"
    interval: str  # "95 % interval"
    of: str  # what was compared
    how: str  # its outcome


def headline(view: View, verdict: Verdict) -> Headline | None:
    """What the verdict hangs on; None where no number decides."""
    if verdict.claim.rule is not None:
        return _of_finding(view, verdict)
    part = deciding_part(verdict)
    estimate = part.comparison.advantage if part else None
    if part is None or estimate is None:
        return None
    value, span = ratio(estimate, 1 + verdict.claim.margin)
    return Headline(
        f"{value} ({span})",
        f"{percent(estimate.level)} interval",
        part_name(view, part),
        part_words(part),
    )


def deciding_finding(verdict: Verdict) -> Evidence | None:
    """
    The finding that a rule's verdict hangs on; None where it has no number.

    Two requests that met are a witness and have none: the number is how many
    were under way at once in the same set-up.
    """
    if verdict.decided_by is None or not verdict.findings:
        return None
    found = verdict.findings[verdict.decided_by]
    if found.estimate is not None:
        return found
    beside = [each for each in verdict.findings if each.subject == found.subject]
    return next((each for each in beside if each.estimate), None)


def _of_finding(view: View, verdict: Verdict) -> Headline | None:
    """In the words of the finding, so that no ratio is turned round against the sentence."""
    finding = deciding_finding(verdict)
    if finding is None or finding.estimate is None:
        return None
    how = finding.outcome.value if finding.outcome else _witnessed(verdict, finding)
    return Headline(
        value=finding.value,
        interval=f"{percent(finding.estimate.level)} interval",
        of=finding_name(view, finding),
        # A run that may decide nothing decides nothing by one finding either.
        how=verdict.outcome.value if verdict.forced else how,
    )


def _witnessed(verdict: Verdict, beside: Evidence) -> str:
    """What decides instead of a number that only stands beside it."""
    for each in verdict.findings:
        if each.subject == beside.subject and each.outcome:
            return f"{each.outcome.value} by a witness: {each.what}, {each.value}"
    return "it decides nothing"
