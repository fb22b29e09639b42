"""The tables that leave nothing out: every number, every ratio, every variant."""

from bench.model.estimate import Comparison
from bench.model.framework import Role
from bench.report.charts.chart import ChartTable
from bench.report.numbers import percent, ratio, with_interval
from bench.report.scatter import scatter_text, seen_text
from bench.report.view import View, absent


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
