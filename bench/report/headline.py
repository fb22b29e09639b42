"""The number that a verdict hangs on, with its interval and what it is of."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.judge.line import line_of
from bench.judge.stress import lines
from bench.model.verdict import Finding, Outcome, Rule, Verdict
from bench.report.charts.forest import finding_name, part_name, part_words
from bench.report.numbers import percent, ratio
from bench.report.view import View
from bench.report.words import deciding_part, parted


@dataclass(frozen=True, slots=True)
class Headline:
    """One number of a card."""

    value: str  # "2.16×"
    interval: str  # "95 %: 2.11 to 2.21"
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
    interval = f"{percent(estimate.level)}: {span}"
    return Headline(value, interval, part_name(view, part), part_words(part))


def deciding_finding(view: View, verdict: Verdict) -> Finding | None:
    """
    The finding that a rule's verdict hangs on: its weakest, or the one that refutes hardest.

    None where it has no number. Two requests that met are a witness and have
    none: the number is how many were under way at once in the same set-up.
    """
    claim = verdict.claim
    decide = [each for each in verdict.findings if each.outcome]
    own = [each for each in decide if each.outcome is verdict.outcome] or decide
    if claim.rule is Rule.TURNS:
        subjects = {each.subject for each in own}
        own = [each for each in verdict.findings if each.subject in subjects]
    known = [each for each in own if each.estimate]
    line = line_of(claim)
    if line is None:
        return _of_questions(view, verdict, known)
    fails = verdict.outcome is Outcome.REFUTED
    return min(known, key=lambda one: line.order(one.estimate, fails), default=None)


def _of_questions(
    view: View, verdict: Verdict, known: Sequence[Finding]
) -> Finding | None:
    """
    Where each question has a line of its own: what came nearest to it, if all were stood.

    Else the first that was not, which is that of the least load, as in the sentence:
    no unit says which of a share and a time lies farther beyond.
    """
    claim, stress = verdict.claim, view.results.stress
    stood = Outcome.REFUTED if claim.rule is Rule.FAILS_STRESS else Outcome.SUPPORTED
    if verdict.outcome is not stood or stress is None:
        return next(iter(known), None)
    by_words = lines(stress, claim.margin)
    asked = [(by_words[one.what], one) for one in known if one.what in by_words]
    nearest = min(asked, key=lambda each: each[0].order(each[1].estimate), default=None)
    return nearest[1] if nearest else None


def _of_finding(view: View, verdict: Verdict) -> Headline | None:
    """In the words of the finding, so that no ratio is turned round against the sentence."""
    finding = deciding_finding(view, verdict)
    value, span = parted(finding.value) if finding else ("", "")
    if finding is None or finding.estimate is None or not span:
        return None
    how = finding.outcome.value if finding.outcome else _witnessed(verdict, finding)
    return Headline(
        value=value,
        interval=f"{percent(finding.estimate.level)}: {span}",
        of=finding_name(view, finding),
        # A run that may decide nothing decides nothing by one finding either.
        how=verdict.outcome.value if verdict.forced else how,
    )


def _witnessed(verdict: Verdict, beside: Finding) -> str:
    """What decides instead of a number that only stands beside it."""
    for each in verdict.findings:
        if each.subject == beside.subject and each.outcome:
            return f"{each.outcome.value} by a witness: {each.what}, {each.value}"
    return "it decides nothing"
