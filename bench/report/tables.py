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
            view.label(each.target),
            view.workload(each.workload),
            view.metric(each.metric).title,
            with_interval(each.estimate) if each.estimate else absent(each.reason),
            view.metric(each.metric).unit if each.estimate else "",
            percent(each.estimate.level) if each.estimate else "",
            str(each.estimate.n) if each.estimate else "0",
            scatter_text(each.rounds),
        )
        for each in view.results.quantities
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
    deciding = [part.comparison for one in view.results.verdicts for part in one.parts]
    first = {_place(each): each for each in (*deciding, *view.twins())}
    seen = {(frozenset(place[:2]), *place[2:]) for place in first}
    for each in every:
        pair, rest = frozenset((each.subject, each.baseline)), _place(each)[2:]
        if (pair, *rest) not in seen:
            seen.add((pair, *rest))
            first[_place(each)] = each
    return tuple(first.values())[:MOST_COMPARISONS]


def _place(each: Comparison) -> tuple[str, str, str, str]:
    return each.subject, each.baseline, each.workload, each.metric


def every_comparison(view: View) -> ChartTable:
    """The ratios of the run; a void one says why it decides nothing."""
    rows = []
    for each in comparisons_shown(view):
        value, span, level, n = "–", absent(each.void), "", "0"
        if each.advantage:
            value, span = ratio(each.advantage, 1 + view.margin)
            level, n = percent(each.advantage.level), str(each.advantage.n)
        names = (view.label(each.subject), view.label(each.baseline))
        doubts = [each.void] if each.void else []
        doubts += view.warning_titles(each.doubts)
        what = (view.workload(each.workload), view.metric(each.metric).title)
        spread = (scatter_text(each.rounds), seen_text(each))
        said = "; ".join(doubts) or "none"
        rows.append((*names, *what, value, span, level, n, *spread, said))
    columns = ("subject", "baseline", "workload", "metric", "times better", "interval")
    spread = ("scatter of rounds", "could have told from equal")
    return ChartTable((*columns, "level", "rounds", *spread, "doubts"), tuple(rows))


def ablations(view: View) -> ChartTable | None:
    """One thing changed at a time: each ablation and floor against its contestant."""
    special = {
        each.id for role in (Role.ABLATION, Role.FLOOR) for each in view.of_role(role)
    }
    rows = []
    for each in view.results.comparisons:
        pair = {each.subject, each.baseline}
        # Two that are both changed differ in more than one thing.
        if special.isdisjoint(pair) or pair <= special:
            continue
        if each.advantage is None or each.void:
            continue
        value, span = ratio(each.advantage, 1 + view.margin)
        names = (view.label(each.subject), view.label(each.baseline))
        what = (view.workload(each.workload), view.metric(each.metric).title)
        rows.append((*names, *what, value, span))
    columns = ("set-up", "against", "workload", "metric", "times better", "interval")
    return ChartTable(columns, tuple(rows)) if rows else None


def machine_trace(view: View) -> ChartTable | None:
    """What the machine did meanwhile; None where no window was told of anything."""
    rows = tuple(
        (
            each.title,
            each.unit,
            _traced(each.typical, view.results.own_servers),
            _traced(each.worst, view.results.own_servers),
            f"{each.told:,} of {each.windows:,}",
        )
        for each in view.results.machine_trace
    )
    if not any(each.told for each in view.results.machine_trace):
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
    known = sum(each is not None for each in rounds)
    if len(logs) < 2 or len(logs) < known:
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
        rows = tuple(_probe_row(view, verdict, one) for one in verdict.outcomes)
        columns = ("framework", "passed", "sent", "came back", "seen", "what it took")
        return ChartTable(columns, rows)
    if verdict.findings:
        rows = tuple(_finding_row(view, one) for one in verdict.findings)
        return ChartTable(("set-up", "what", "found", "decides", "because"), rows)
    exhibits = view.results.exhibits
    if verdict.counts and exhibits is not None:
        return counted(view, exhibits, verdict.claim.counts)
    return None


def _finding_row(view: View, one: Evidence) -> tuple[str, ...]:
    decides = one.outcome.value if one.outcome else "nothing, it is shown beside it"
    return (
        view.label(one.subject) if one.subject else "every set-up",
        one.what,
        one.value,
        decides,
        sentence(one.because) if one.because else "–",
    )


def _probe_row(view: View, verdict: Verdict, one: ProbeOutcome) -> tuple[str, ...]:
    name = f"{view.label(one.framework)} {one.version}"
    name += f", {one.name}" if one.name else ""
    own = one.decides and one.framework in verdict.claim.subjects
    decides = own and one.probe == verdict.claim.probe
    return (
        name if decides else f"{name} (beside it)",
        PASSED[one.passed],
        sentence(one.sent),
        sentence(one.came_back),
        " ".join(map(sentence, one.evidence)) or "–",
        " ".join(map(sentence, one.needed)) or "Nothing beside the framework.",
    )


def counted(
    view: View, exhibits: ProbeResults, names: tuple[str, ...] | None = None
) -> ChartTable | None:
    """Every count, or those of some names: a row for each, a column for each framework; None where nothing was counted."""
    frameworks = list(dict.fromkeys(one.framework for one in exhibits.counts))
    rows = tuple(
        _count_row(exhibits, measure, frameworks)
        for measure in exhibits.measures
        if names is None or measure.name in names
    )
    columns = ("counted", *(view.label(one) for one in frameworks), "unit", "by")
    return ChartTable(columns, rows) if rows and frameworks else None


def _count_row(
    exhibits: ProbeResults, measure: ProbeMeasure, frameworks: list[str]
) -> tuple[str, ...]:
    cells = [
        _count_cell(exhibits.count(one, measure.name), measure) for one in frameworks
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
        (titles[one.measure], view.label(one.framework), one.detail)
        for one in exhibits.counts
        if one.detail and one.measure in titles
    )
    return ChartTable(("counted", "framework", "what"), rows) if rows else None
