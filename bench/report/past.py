"""
The history on trend.html: the runs of this machine up to this one.

A function of what is kept: later runs change nothing on the page of an earlier
one. A change of level is named as a reason to re-run; nothing is judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, log

from bench.judge.change_points import ChangePoint, Entry, Series, changes, series_of
from bench.model.history import INSTRUCTIONS, KeptRun
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.history import HistoryDot, Track, draw
from bench.report.charts.palette import Palette
from bench.report.clean import clean
from bench.report.history import REASON, differs, finding, happened, limits
from bench.report.view import View, joined


FIGURES = {
    "throughput": "throughput beside its bare server",
    "cpu": "CPU time per request beside its bare server",
    INSTRUCTIONS: "instructions per request, inverted",
}
COLUMNS = ("run", "version", "beside the newest level", "interval", "rounds", "note")

type NoiseOf = Callable[[str], float | None]


@dataclass(frozen=True, slots=True)
class PastRuns:
    """The section: its heading, how far it can be trusted, what changed, and the charts."""

    finding: str
    limits: str
    advice: tuple[str, ...]
    charts: tuple[Chart, ...]


def past(
    view: View, colours: Palette, kept: Sequence[KeptRun], noise: NoiseOf
) -> PastRuns | None:
    """None where the history does not hold this run, or nothing before it under the same conditions."""
    run_id = view.results.run_id
    own = next((run for run in kept if run.id == run_id), None)
    if own is None:
        return None
    until = [
        clean(run)
        for run in kept
        if (run.created_at, run.id) <= (own.created_at, own.id)
    ]
    series = [one for one in series_of(until) if one.conditions in own.conditions]
    runs = {entry.run.id for one in series for entry in one.entries}
    if len(runs) < 2:
        return None
    found = changes(series)
    titles = _titles(view, own)
    return PastRuns(
        finding=finding(len(runs), series, found),
        limits=limits(series),
        advice=tuple(
            f"{happened(one, titles.get(one.series.line))}. {differs(one)} {REASON}"
            for one in found
        ),
        charts=tuple(_charts(view, colours, (series, found), own, noise)),
    )


def _titles(view: View, own: KeptRun) -> dict[str, str]:
    """By line, the name that readers see; a line that this run does not hold keeps its own."""
    titles = {}
    for point in own.points:
        framework = view.framework_of(point.target)
        name = framework.title if framework else point.line
        made_of = own.target(point.target)
        version = (
            f" {made_of.version}" if made_of and point.line == point.target else ""
        )
        titles[point.line] = f"{name}{version}"
    return titles


def _charts(
    view: View,
    colours: Palette,
    what: tuple[Sequence[Series], Sequence[ChangePoint]],
    own: KeptRun,
    noise: NoiseOf,
) -> list[Chart]:
    """One for each metric and workload; the lines that this run holds, each framework once."""
    series, found = what
    targets = {p.line: p.target for p in own.points if p.line != p.target}
    workloads = [note.name for note in view.results.workloads]
    drawn = []
    for metric, workload in product(FIGURES, workloads):
        lines = [
            one
            for one in series
            if (one.metric, one.workload) == (metric, workload)
            and one.line in targets
            and len(one.entries) > 1
            and one.counted
        ]
        if lines:
            band = None if metric == INSTRUCTIONS else noise(metric)
            mine = {id(one) for one in lines}
            changed = [each for each in found if id(each.series) in mine]
            drawn.append(_chart(view, colours, (lines, changed), targets, band))
    return drawn


def _chart(
    view: View,
    colours: Palette,
    what: tuple[Sequence[Series], Sequence[ChangePoint]],
    targets: dict[str, str],
    band: float | None,
) -> Chart:
    lines, changed = what
    metric, workload = lines[0].metric, lines[0].workload
    titles = {one.line: _title(view, targets[one.line]) for one in lines}
    said = [happened(each, titles[each.series.line]) for each in changed]
    reach = (
        f" Grey band: the noise of this run, {100 * (band - 1):.1f}\u00a0%."
        if band
        else ""
    )
    words = ChartText(
        finding=joined(said) or "No change of level",
        sub=f"{view.workload(workload)}: {FIGURES[metric]}, newest level = 100\u00a0%, higher is better",
        caption="Mark and bar: a run and its interval. Hollow: a run that may not "
        f"decide. Dashed: a change of level.{reach}",
    )
    tracks = []
    for one in lines:
        token, text_token, shape = look_tokens(view, targets[one.line])
        dots = tuple(_dots(one, changed))
        tracks.append(Track(titles[one.line], token, text_token, shape, dots))
    rows = tuple(
        _row(titles[one.line], entry, dot)
        for one, track in zip(lines, tracks, strict=True)
        for entry, dot in zip(one.entries, track.dots, strict=True)
    )
    name = f"history-{metric}-{workload}"
    return chart(
        name,
        colours,
        words,
        ChartTable(COLUMNS, rows),
        lambda width: draw(colours, width, tracks, band),
    )


def _title(view: View, target: str) -> str:
    framework = view.framework_of(target)
    return framework.title if framework else target


def _dots(series: Series, changed: Sequence[ChangePoint]) -> list[HistoryDot]:
    begins = [each.since.run.id for each in changed if each.series is series]
    level = _newest_level(series, begins)
    return [
        HistoryDot(
            date=entry.run.created_at[:10],
            beside=_beside(entry, level),
            decides=entry.value is not None,
            begins=entry.run.id in begins,
        )
        for entry in series.entries
    ]


def _newest_level(series: Series, begins: Sequence[str]) -> float:
    """The geometric mean since the last change of level."""
    counted = list(series.counted)
    starts = [i for i, (entry, _) in enumerate(counted) if entry.run.id in begins]
    logs = [log(value) for _, value in counted[max(starts, default=0) :]]
    return exp(sum(logs) / len(logs))


def _beside(entry: Entry, level: float) -> tuple[float, float, float] | None:
    point = entry.point
    if point.value is None or point.value <= 0:
        return None
    if point.low is None or point.high is None:
        # A count: fewer are better.
        over = level / point.value
        return over, over, over
    return point.value / level, point.low / level, point.high / level


def _row(title: str, entry: Entry, dot: HistoryDot) -> tuple[str, ...]:
    made_of = entry.run.target(entry.point.target)
    note = entry.run.decides_nothing or entry.point.void or ""
    figures = ("–", "–")
    if dot.beside is not None:
        point, low, high = (100 * each for each in dot.beside)
        whole = f"{low:.1f} to {high:.1f}" if entry.point.n is not None else "exact"
        figures = (f"{point:.1f}\u00a0%", whole)
    return (
        f"{title} {entry.run.id}",
        made_of.version if made_of else "–",
        *figures,
        "–" if entry.point.n is None else str(entry.point.n),
        note,
    )
