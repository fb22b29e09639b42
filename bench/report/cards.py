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
from bench.report.charts.forest import findings_chart, forest_chart
from bench.report.charts.palette import Palette
from bench.report.headline import headline
from bench.report.numbers import percent
from bench.report.probe_results import evidence
from bench.report.view import View, lower_first
from bench.report.words import css_class, sentence, sign
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
class Card:
    """One claim with its verdict in words; nothing in it is judged anew."""

    id: str
    quote: str
    also: tuple[tuple[str, str | None], ...]  # further words; where, if elsewhere
    on: str  # the framework that it is about; "" where it names none
    by: str | None  # the metric, where one quote is judged by several
    where: str
    outcome: str
    css: str
    sign: str
    because: str
    short: str  # for the table
    groups: tuple[
        "GroupMark", ...
    ]  # where it holds and fails; none where there is one group
    strict: str | None  # what the stricter reading gives, where it differs
    scope: str | None  # what the verdict is limited to
    rows: tuple["MetricLine", ...]  # the same by other metrics
    reading: str
    value: str | None  # of what decides: "2.16×", "0.56 times"
    interval: str | None  # "95 %: 2.11 to 2.21"
    of: str | None  # what was compared
    how: str | None  # its outcome, with its label
    line: str | None  # None: there is none, or each question has its own
    others: str  # what other margins would have said
    more: str | None  # how many more rounds might decide
    caveats: tuple[str, ...]
    tested: bool
    chart: Chart | None
    evidence: ChartTable | None  # of a probe or of counts
    probed: bool
    by_rule: bool  # over an experiment's findings
    order: bool  # a ranking, judged comparison by comparison
    by_trials: bool  # False: a probe, a count or a rule decided


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
    outcome: str
    css: str
    sign: str
    because: str
    groups: tuple[GroupMark, ...]


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
    number = headline(view, verdict)
    rounds = [each.more_rounds for each in verdict.parts if each.more_rounds]
    open_still = verdict.outcome is Outcome.INCONCLUSIVE
    return Card(
        id=claim.id,
        quote=claim.quote,
        also=_also(claim),
        on=_on(view, claim),
        by=_by(view, verdict),
        where=claim.where,
        outcome=verdict.outcome.value,
        css=css_class(verdict.outcome),
        sign=sign(verdict.outcome),
        because=sentence(verdict.because),
        short=sentence(verdict.short or verdict.because),
        groups=_dots(view, claim, verdict.groups, verdict.parts, verdict.findings),
        strict=strictly(verdict),
        scope=claim.scope or None,
        rows=tuple(_metric_line(view, claim, row) for row in verdict.rows),
        reading=sentence(claim.reading),
        value=number.value if number else None,
        interval=number.interval if number else None,
        of=number.of if number else None,
        how=number.how if number else None,
        line=_line(claim),
        others="; ".join(
            f"{outcome.value} at {percent(margin)}"
            for margin, outcome in verdict.at_other_margins
        ),
        more=_more(max(rounds)) if rounds and open_still else None,
        caveats=tuple(sentence(each) for each in claim.caveats),
        tested=verdict.outcome not in (Outcome.NOT_TESTED, Outcome.NOT_MEASURABLE),
        chart=_chart(view, palette, verdict) if palette else None,
        evidence=evidence(view, verdict),
        probed=claim.probe is not None,
        order=bool(verdict.parts),
        by_trials=not (claim.probe or claim.counts or claim.rule),
        by_rule=claim.rule is not None,
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
    found = []
    most = largest_lead(groups, parts)
    for group in groups:
        own = of_group(parts, group)
        fails = group.state is GroupState.FAILS
        found.append(
            GroupMark(
                names.title(group),
                group_detail(names, claim, group, parts, findings),
                _note(names, claim, group, own, group.key == most),
                *(EQUAL if fails and fails_by_tie(own) else STATES[group.state]),
            )
        )
    return tuple(found)


def _note(
    names: Names, claim: Claim, group: GroupResult, own: Sequence[Part], most: bool
) -> str:
    """How far ahead where the lead is largest, who is ahead where it fails; "" elsewhere."""
    if own and group.state is GroupState.FAILS:
        return who_is_ahead(names, claim, own)
    return largest(names, claim, own) if most else ""


def _metric_line(view: View, claim: Claim, row: MetricRow) -> MetricLine:
    outcome = row.decision.outcome
    return MetricLine(
        metric=lower_first(view.metric(row.metric).title),
        outcome=outcome.value,
        css=css_class(outcome),
        sign=sign(outcome),
        because=sentence(row.because),
        groups=_dots(view, claim, row.decision.groups, row.parts),
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


def _also(claim: Claim) -> tuple[tuple[str, str | None], ...]:
    return tuple(
        (each.quote, None if each.where == claim.where else each.where)
        for each in claim.also
    )


def _on(view: View, claim: Claim) -> str:
    """So that no row of a list is taken to be about somebody else."""
    if len(claim.subjects) > 1 and claim.metric:
        return RANKING
    on = joined([view.label(each) for each in claim.subjects])
    if len(claim.baselines) == 1 and claim.metric:
        return f"{on}, beside {view.label(claim.baselines[0])}"
    return on


def _by(view: View, verdict: Verdict) -> str | None:
    quotes = [each.claim.quote for each in view.results.verdicts]
    if quotes.count(verdict.claim.quote) < 2:
        return None
    if verdict.claim.probe or verdict.claim.counts:
        return "by a probe" if verdict.claim.probe else "by a count"
    return f"by {lower_first(view.metric(verdict.claim.metric).title)}"


def _more(rounds: int) -> str:
    return f"About {plural(rounds, 'more round')} would decide it."
