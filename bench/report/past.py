"""
The history on trend.html: the runs of this machine up to this one.

A function of what is kept: later runs change nothing on the page of an earlier
one. Nothing pairs the runs of different days, so nothing is judged.
"""

from collections.abc import Callable, Sequence
from itertools import product

from bench.model.estimate import Estimate
from bench.model.history import INSTRUCTIONS, HistoryRow, KeptRun, Point
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Plot, Spot, beside_newest, over_time
from bench.report.charts.palette import Palette, look_of
from bench.report.clean import clean
from bench.report.view import View
from bench.wording.reasons import decides_nothing


FIGURES = {
    "throughput": "throughput beside its bare server",
    "cpu": "CPU time per request beside its bare server",
    INSTRUCTIONS: "instructions per request, inverted",
}
COLUMNS = ("run", "version", "beside the newest", "interval", "rounds", "note")

type NoiseOf = Callable[[str], float | None]
type Track = list[tuple[HistoryRow, Point]]
"""The figures of one framework, oldest first."""


def past(
    view: View, colours: Palette, kept: Sequence[KeptRun], noise: NoiseOf
) -> tuple[Chart, ...]:
    """One chart for each metric and workload; none where the history does not hold this run, or nothing before it under the same conditions."""
    own = next((run for run in kept if run.id == view.results.run_id), None)
    if own is None:
        return ()
    until = [
        clean(run)
        for run in kept
        if (run.created_at, run.id) <= (own.created_at, own.id)
    ]
    # A version that goes on as itself has the charts above: each framework once.
    targets = {p.line: p.target for p in own.points if p.line != p.target}
    rows = [row for run in until for row in run.rows()]
    charts = []
    for metric, note in product(FIGURES, view.results.workloads):
        tracks: dict[str, Track] = {line: [] for line in sorted(targets)}
        for row in rows:
            point = row.points.get(metric)
            if (
                point is not None
                and row.workload == note.name
                and point.line in targets
                and point.conditions in own.conditions
            ):
                tracks[point.line].append((row, point))
        drawn = {
            targets[line]: track
            for line, track in tracks.items()
            if len(track) > 1 and any(_decides(*each) for each in track)
        }
        if drawn:
            band = None if metric == INSTRUCTIONS else noise(metric)
            charts.append(_chart(view, colours, (metric, note.name), drawn, band))
    return tuple(charts)


def _decides(row: HistoryRow, point: Point) -> bool:
    silent = row.run.decides_nothing is not None or point.void is not None
    return not silent and point.value is not None and point.value > 0


def _chart(
    view: View,
    colours: Palette,
    what: tuple[str, str],
    tracks: dict[str, Track],
    band: float | None,
) -> Chart:
    metric, workload = what
    reach = (
        f" Grey band: the noise of this run, {100 * (band - 1):.1f}\u00a0%."
        if band
        else ""
    )
    words = ChartText(
        finding=f"{view.workload(workload)}: {FIGURES[metric]}",
        sub="newest run = 100\u00a0%, higher is better",
        caption="Mark and bar: a run and its interval. Hollow: a run that may not "
        f"decide.{reach}",
    )
    plots, table = [], []
    for target, track in tracks.items():
        framework = view.framework_of(target)
        title = framework.title if framework else target
        newest = [p.value for row, p in track if _decides(row, p) and p.value][-1]
        besides = [_beside(point, newest) for _, point in track]
        plots.append(_plot(view, (target, title), track, besides))
        table += [
            _row(title, row, point, beside)
            for (row, point), beside in zip(track, besides, strict=True)
        ]
    return chart(
        f"history-{metric}-{workload}",
        colours,
        words,
        ChartTable(COLUMNS, tuple(table)),
        beside_newest(plots, band),
    )


def _plot(
    view: View, named: tuple[str, str], track: Track, besides: list[Estimate | None]
) -> Plot:
    """A mark for each run, dated at both ends."""
    target, title = named
    spots = []
    for place, ((row, point), beside) in enumerate(zip(track, besides, strict=True)):
        dated = place in {0, len(track) - 1}
        name = (row.run.created_at[:10],) if dated else ()
        hollow = not _decides(row, point)
        spots.append(Spot.of(place, beside, hollow=hollow, name=name))
    look = look_of(view, target)
    return over_time((title, look.text), look, spots)


def _beside(point: Point, newest: float) -> Estimate | None:
    """The figure over the newest one, above 1 better."""
    if point.value is None or point.value <= 0:
        return None
    if point.low is None or point.high is None:
        # A count: fewer are better.
        over = newest / point.value
        return Estimate(over, over, over, 1.0, 1)
    ends = (point.value / newest, point.low / newest, point.high / newest)
    return Estimate(*ends, point.level or 0.0, point.n or 0)


def _row(
    title: str, row: HistoryRow, point: Point, beside: Estimate | None
) -> tuple[str, ...]:
    figures = ("–", "–")
    if beside is not None:
        whole = f"{100 * beside.low:.1f} to {100 * beside.high:.1f}"
        figures = (
            f"{100 * beside.point:.1f}\u00a0%",
            "exact" if point.n is None else whole,
        )
    return (
        f"{title} {row.run.id}",
        row.run.version(row.target) or "–",
        *figures,
        "–" if point.n is None else str(point.n),
        decides_nothing(row.run) or point.void or "",
    )
