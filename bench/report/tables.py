"""The tables that leave nothing out: every number, every ratio, every variant."""

from collections.abc import Sequence
from math import exp, isfinite, log

from bench.model.estimate import Comparison
from bench.model.framework import Role
from bench.model.probe import Count, ProbeMeasure, ProbeOutcome, ProbeResults
from bench.model.verdict import Evidence, Verdict
from bench.report.charts.chart import ChartTable
from bench.report.numbers import THIN, percent, ratio, with_interval
from bench.report.view import View, absent
from bench.report.words import sentence
from bench.stats import interval
from bench.wording.verdicts import counted as shown


MOST_COMPARISONS = 700
"""Rows of one table that a page holds; thirty contestants make thousands of pairs."""


def every_quantity(view: View) -> ChartTable:
    """All estimates of the run, none left out."""
    rows = tuple(
        (
            view.label(quantity.target),
            view.workload(quantity.workload),
            view.metric(quantity.metric).title,
            with_interval(quantity.estimate)
            if quantity.estimate
            else absent(quantity.reason),
            view.metric(quantity.metric).unit if quantity.estimate else "",
            percent(quantity.estimate.level) if quantity.estimate else "",
            str(quantity.estimate.n) if quantity.estimate else "0",
            scatter_text(quantity.rounds),
        )
        for quantity in view.results.quantities
    )
    columns = ("set-up", "workload", "metric", "estimate (interval)", "unit")
    return ChartTable((*columns, "level", "rounds", "scatter of rounds"), rows)


def comparisons_shown(view: View) -> tuple[Comparison, ...]:
    """
    All comparisons, or where they are too many for a page those that matter first.

    Those that decide a claim and those of the twin, then each pair once: the
    other direction is its inverse. results.csv always has all of them.
    """
    every = view.results.comparisons
    if len(every) <= MOST_COMPARISONS:
        return every
    deciding = [
        part.comparison for verdict in view.results.verdicts for part in verdict.parts
    ]
    first = {
        _place(comparison): comparison for comparison in (*deciding, *view.twins())
    }
    pairs_shown = {(frozenset(place[:2]), *place[2:]) for place in first}
    for comparison in every:
        pair, rest = (
            frozenset((comparison.subject, comparison.baseline)),
            _place(comparison)[2:],
        )
        if (pair, *rest) not in pairs_shown:
            pairs_shown.add((pair, *rest))
            first[_place(comparison)] = comparison
    return tuple(first.values())[:MOST_COMPARISONS]


def _place(comparison: Comparison) -> tuple[str, str, str, str]:
    return (
        comparison.subject,
        comparison.baseline,
        comparison.workload,
        comparison.metric,
    )


def every_comparison(view: View) -> ChartTable:
    """The ratios of the run; a void one says why it decides nothing."""
    rows = []
    for comparison in comparisons_shown(view):
        value, span, level, n = "–", absent(comparison.void), "", "0"
        if comparison.advantage:
            value, span = ratio(comparison.advantage, 1 + view.margin)
            level, n = percent(comparison.advantage.level), str(comparison.advantage.n)
        names = (view.label(comparison.subject), view.label(comparison.baseline))
        doubts = [comparison.void] if comparison.void else []
        doubts += view.warning_titles(comparison.doubts)
        what = (
            view.workload(comparison.workload),
            view.metric(comparison.metric).title,
        )
        spread = (scatter_text(comparison.rounds), seen_text(comparison))
        said = "; ".join(doubts) or "none"
        rows.append((*names, *what, value, span, level, n, *spread, said))
    columns = ("subject", "baseline", "workload", "metric", "times better", "interval")
    spread = ("scatter of rounds", "could have told from equal")
    return ChartTable((*columns, "level", "rounds", *spread, "doubts"), tuple(rows))


def ablations(view: View) -> ChartTable | None:
    """One thing changed at a time: each ablation and floor against its contestant."""
    special = {
        target.id
        for role in (Role.ABLATION, Role.FLOOR)
        for target in view.of_role(role)
    }
    rows = []
    for comparison in view.results.comparisons:
        pair = {comparison.subject, comparison.baseline}
        # Two that are both changed differ in more than one thing.
        if special.isdisjoint(pair) or pair <= special:
            continue
        if comparison.advantage is None or comparison.void:
            continue
        value, span = ratio(comparison.advantage, 1 + view.margin)
        names = (view.label(comparison.subject), view.label(comparison.baseline))
        what = (
            view.workload(comparison.workload),
            view.metric(comparison.metric).title,
        )
        rows.append((*names, *what, value, span))
    columns = ("set-up", "against", "workload", "metric", "times better", "interval")
    return ChartTable(columns, tuple(rows)) if rows else None


def machine_trace(view: View) -> ChartTable | None:
    """What the machine did meanwhile; None where no window was told of anything."""
    rows = tuple(
        (
            trace.title,
            trace.unit,
            _traced(trace.typical, view.results.own_servers),
            _traced(trace.worst, view.results.own_servers),
            f"{trace.told:,} of {trace.windows:,}",
        )
        for trace in view.results.machine_trace
    )
    if not any(trace.told for trace in view.results.machine_trace):
        return None
    return ChartTable(("what", "unit", "typical window", "worst", "windows told"), rows)


def _traced(value: float | None, own_servers: bool) -> str:
    """Three significant digits are more than such a number carries."""
    if value is None:
        who = "this kernel does not tell" if own_servers else "nobody tells"
        return f"not measured: {who}"
    return f"{value:,.0f}" if value >= 100 or value == 0 else f"{value:.3g}"


NO_NUMBER = "–"


def scatter_text(rounds: Sequence[float | None]) -> str:
    """
    The standard deviation between rounds as per cent, a dash where there is none.

    Taken on logs, as the intervals are; of a series that holds a zero there is none.
    """
    logs = [log(r) for r in rounds if r is not None and r > 0 and isfinite(r)]
    measured = sum(r is not None for r in rounds)
    if len(logs) < 2 or len(logs) < measured:
        return NO_NUMBER
    return _two_digits(exp(interval.scatter(logs)) - 1)


def seen_text(pair: Comparison) -> str:
    """The smallest difference that these rounds find four times in five, as per cent."""
    if pair.smallest_detectable is None or not isfinite(pair.smallest_detectable):
        return NO_NUMBER
    return _two_digits(pair.smallest_detectable - 1)


def _two_digits(share: float) -> str:
    """Two significant digits; a run of identical rounds is not "0 %"."""
    percent = 100 * share
    if percent < 0.01:
        return f"<0.01{THIN}%"
    places = 2 if percent < 0.1 else 1 if percent < 10 else 0
    return f"{percent:,.{places}f}{THIN}%"


PASSED = {True: "yes", False: "no", None: "could not be played"}


def evidence(view: View, verdict: Verdict) -> ChartTable | None:
    """The evidence of a verdict that is not given by trials, or None."""
    if verdict.outcomes:
        rows = tuple(_probe_row(view, verdict, outcome) for outcome in verdict.outcomes)
        columns = ("framework", "passed", "sent", "came back", "seen", "what it took")
        return ChartTable(columns, rows)
    if verdict.findings:
        rows = tuple(_finding_row(view, finding) for finding in verdict.findings)
        return ChartTable(("set-up", "what", "found", "decides", "because"), rows)
    exhibits = view.results.exhibits
    if verdict.counts and exhibits is not None:
        return counted(view, exhibits, verdict.claim.counts)
    return None


def _finding_row(view: View, finding: Evidence) -> tuple[str, ...]:
    decides = (
        finding.outcome.value if finding.outcome else "nothing, it is shown beside it"
    )
    return (
        view.label(finding.subject) if finding.subject else "every set-up",
        finding.what,
        finding.value,
        decides,
        sentence(finding.because) if finding.because else "–",
    )


def _probe_row(view: View, verdict: Verdict, outcome: ProbeOutcome) -> tuple[str, ...]:
    name = f"{view.label(outcome.framework)} {outcome.version}"
    name += f", {outcome.name}" if outcome.name else ""
    own = outcome.decides and outcome.framework in verdict.claim.subjects
    decides = own and outcome.probe == verdict.claim.probe
    return (
        name if decides else f"{name} (beside it)",
        PASSED[outcome.passed],
        sentence(outcome.sent),
        sentence(outcome.came_back),
        " ".join(map(sentence, outcome.evidence)) or "–",
        " ".join(map(sentence, outcome.needed)) or "Nothing beside the framework.",
    )


def counted(
    view: View, exhibits: ProbeResults, names: tuple[str, ...] | None = None
) -> ChartTable | None:
    """Every count, or those of some names: a row for each, a column for each framework; None where nothing was counted."""
    frameworks = list(
        dict.fromkeys(framework.framework for framework in exhibits.counts)
    )
    rows = tuple(
        _count_row(exhibits, measure, frameworks)
        for measure in exhibits.measures
        if names is None or measure.name in names
    )
    columns = (
        "counted",
        *(view.label(framework) for framework in frameworks),
        "unit",
        "by",
    )
    return ChartTable(columns, rows) if rows and frameworks else None


def _count_row(
    exhibits: ProbeResults, measure: ProbeMeasure, frameworks: list[str]
) -> tuple[str, ...]:
    cells = [
        _count_cell(exhibits.count(framework, measure.name), measure)
        for framework in frameworks
    ]
    unit = "" if measure.unit in {"bytes", "ms"} else measure.unit
    return (measure.title, *cells, unit, measure.tool)


def _count_cell(count: Count | None, measure: ProbeMeasure) -> str:
    if count is None:
        return "not counted"
    return shown(count, measure) if count.value is not None else count.detail


def behind(view: View, exhibits: ProbeResults) -> ChartTable | None:
    """The names behind each count: packages and files."""
    titles = {measure.name: measure.title for measure in exhibits.measures}
    rows = tuple(
        (titles[count.measure], view.label(count.framework), count.detail)
        for count in exhibits.counts
        if count.detail and count.measure in titles
    )
    return ChartTable(("counted", "framework", "what"), rows) if rows else None
