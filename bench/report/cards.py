"""The claims one by one, as the page and the summary print them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.model.plural import plural
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupResult,
    GroupState,
    MetricRow,
    Outcome,
    Part,
    Verdict,
)
from bench.report.charts.chart import Chart, ChartTable
from bench.report.charts.forest import (
    finding_name,
    findings_chart,
    forest_chart,
    part_name,
    part_words,
)
from bench.report.charts.palette import Palette
from bench.report.numbers import percent, ratio
from bench.report.tables import evidence
from bench.report.view import View, lower_first
from bench.report.words import TESTED
from bench.wording.experiments import words_of
from bench.wording.names import Names
from bench.wording.numbers import joined
from bench.wording.orders import (
    fails_by_tie,
    largest,
    largest_lead,
    of_group,
    who_is_ahead,
)
from bench.wording.verdicts import group_detail, strictly


@dataclass(frozen=True, slots=True)
class Headline:
    """The number that a verdict hangs on."""

    value: str  # with its interval: "2.16× (2.11 to 2.21)"
    interval: str  # "95 % interval"
    of: str  # what was compared
    how: str  # its outcome


@dataclass(frozen=True, slots=True)
class GroupMark:
    """One group of a claim: a sign and a colour class beside its name."""

    title: str
    detail: str  # its numbers, "" where it has none of its own
    note: str  # of an order: who is ahead where it fails, in a few words
    state: str  # "holds": the text of the sign
    sign: str
    css: str


@dataclass(frozen=True, slots=True)
class MetricLine:
    """The same claim by another metric, with an outcome of its own."""

    metric: str
    outcome: Outcome
    because: str
    groups: tuple[GroupMark, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One claim and its verdict, with what is said of them beside their own words; nothing in it is judged anew."""

    verdict: Verdict
    on: str  # the framework that it is about; "" where it names none
    by: str | None  # the metric, where one quote is judged by several
    groups: tuple[GroupMark, ...]  # none where there is one group
    strict: str | None  # what the stricter reading gives, where it differs
    rows: tuple[MetricLine, ...]  # the same by other metrics
    number: Headline | None  # that decides
    line: str | None  # None: there is none, or each question has its own
    others: str  # what other margins would have said
    more: str | None  # how many more rounds might decide
    chart: Chart | None
    evidence: ChartTable | None  # of a probe or of counts

    @property
    def claim(self) -> Claim:
        """What was judged."""
        return self.verdict.claim

    @property
    def tested(self) -> bool:
        """Whether this run could say anything of it."""
        return self.verdict.outcome in TESTED

    @property
    def by_trials(self) -> bool:
        """Whether windows decided, compared one by one; else a probe, a count or a rule."""
        return not (self.claim.probe or self.claim.counts or self.claim.rule)


STATES = {
    GroupState.HOLDS: ("holds", "✓", "yes"),
    GroupState.FAILS: ("does not hold", "✕", "no"),
    GroupState.OPEN: ("open", "?", "open"),
    GroupState.NOT_MEASURED: ("not measured", "–", "unknown"),
}
EQUAL = ("equal", "=", "tie")
"""Of a group that fails because nobody is ahead."""
RANKING = "the ranking"
"""What a claim on several frameworks is about."""


def card(view: View, palette: Palette | None, verdict: Verdict) -> Card:
    """The card of a verdict; without a palette, without its chart."""
    claim = verdict.claim
    rounds = [part.more_rounds for part in verdict.parts if part.more_rounds]
    open_still = verdict.outcome is Outcome.INCONCLUSIVE
    return Card(
        verdict,
        on=_on(view, claim),
        by=_by(view, verdict),
        groups=_dots(view, claim, verdict.groups, verdict.parts, verdict.findings),
        strict=strictly(verdict),
        rows=tuple(_metric_line(view, claim, row) for row in verdict.rows),
        number=headline(view, verdict),
        line=_line(claim),
        others="; ".join(
            f"{outcome.value} at {percent(margin)}"
            for margin, outcome in verdict.at_other_margins
        ),
        more=_more(max(rounds)) if rounds and open_still else None,
        chart=_chart(view, palette, verdict) if palette else None,
        evidence=evidence(view, verdict),
    )


def _dots(
    view: View,
    claim: Claim,
    groups: Sequence[GroupResult],
    parts: Sequence[Part],
    findings: Sequence[Evidence] = (),
) -> tuple[GroupMark, ...]:
    """Of several groups, where the claim holds and fails; none where there is one."""
    names = Names(view.results)
    if len(groups) < 2:
        return ()
    marks = []
    most = largest_lead(groups, parts)
    for group in groups:
        own = of_group(parts, group)
        fails = group.state is GroupState.FAILS
        marks.append(
            GroupMark(
                names.title(group),
                group_detail(names, claim, group, parts, findings),
                _note(names, claim, group, own, group.key == most),
                *(EQUAL if fails and fails_by_tie(own) else STATES[group.state]),
            )
        )
    return tuple(marks)


def _note(
    names: Names, claim: Claim, group: GroupResult, own: Sequence[Part], most: bool
) -> str:
    """How far ahead where the lead is largest, who is ahead where it fails; "" elsewhere."""
    if own and group.state is GroupState.FAILS:
        return who_is_ahead(names, claim, own)
    return largest(names, claim, own) if most else ""


def _metric_line(view: View, claim: Claim, row: MetricRow) -> MetricLine:
    return MetricLine(
        lower_first(view.metric(row.metric).title),
        row.decision.outcome,
        row.because,
        _dots(view, claim, row.decision.groups, row.parts),
    )


def _chart(view: View, palette: Palette, verdict: Verdict) -> Chart | None:
    if verdict.parts:
        return forest_chart(view, palette, verdict)
    return findings_chart(view, palette, verdict)


def _line(claim: Claim) -> str | None:
    """Where the line stands, in the words of the rule; None where there is none, or each question has its own."""
    margin, kept = percent(claim.margin), percent(1 - claim.margin)
    if claim.probe or claim.counts:
        return None
    if claim.rule is None:
        return f"{margin} above no difference."
    line = words_of(claim.rule).line
    return line and line.format(margin=margin, kept=kept, above=1 + claim.margin)


def _on(view: View, claim: Claim) -> str:
    """So that no row of a list is taken to be about somebody else."""
    if len(claim.subjects) > 1 and claim.metric:
        return RANKING
    on = joined([view.label(subject) for subject in claim.subjects])
    if len(claim.baselines) == 1 and claim.metric:
        return f"{on}, beside {view.label(claim.baselines[0])}"
    return on


def _by(view: View, verdict: Verdict) -> str | None:
    quotes = [other.claim.quote for other in view.results.verdicts]
    if quotes.count(verdict.claim.quote) < 2:
        return None
    if verdict.claim.probe or verdict.claim.counts:
        return "by a probe" if verdict.claim.probe else "by a count"
    return f"by {lower_first(view.metric(verdict.claim.metric).title)}"


def _more(rounds: int) -> str:
    return f"About {plural(rounds, 'more round')} would decide it."


def headline(view: View, verdict: Verdict) -> Headline | None:
    """What the verdict hangs on; None where no number decides."""
    if verdict.claim.rule is not None:
        return _of_finding(view, verdict)
    at = verdict.decided_by
    part = verdict.parts[at] if verdict.parts and at is not None else None
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
    deciding = verdict.findings[verdict.decided_by]
    same = (
        finding for finding in verdict.findings if finding.subject == deciding.subject
    )
    return next((finding for finding in (deciding, *same) if finding.estimate), None)


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
    for finding in verdict.findings:
        if finding.subject == beside.subject and finding.outcome:
            return (
                f"{finding.outcome.value} by a witness: {finding.what}, {finding.value}"
            )
    return "it decides nothing"
