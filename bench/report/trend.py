"""
trend.html: the versions of each framework that one run measured side by side.

A pure function of Results, as report.html is, and in its style, and of what the
history keeps of this machine up to this run, where there is one: later runs
change nothing on the page of an earlier one. Nothing pairs the runs of
different days, so nothing of the history is judged.
"""

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

from bench.model.estimate import Estimate
from bench.model.history import INSTRUCTIONS, HistoryRow, KeptRun, Point
from bench.model.plural import plural
from bench.model.results import Results
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Plot, Spot, beside_newest, over_time
from bench.report.charts.palette import Palette, look_of, palette
from bench.report.clean import clean
from bench.report.page import rendered
from bench.report.trend_charts import METRICS, failed, title, trend_charts
from bench.report.versions import (
    Family,
    also_differ,
    asked_for,
    families,
    only_beneath,
    question,
)
from bench.report.view import View
from bench.report.write import replace_file
from bench.store.untrusted_input import refuse_links
from bench.wording.numbers import joined
from bench.wording.reasons import decides_nothing


def write_trend(
    results: Results, folder: Path, kept: Sequence[KeptRun] = ()
) -> Path | None:
    """Write trend.html beside the report; None, and none is left, where no framework has two versions."""
    refuse_links(folder)
    path = folder / "trend.html"
    page = trend_html(results, kept)
    if page is None:
        path.unlink(missing_ok=True)
        return None
    return replace_file(path, page)


def trend_html(results: Results, kept: Sequence[KeptRun] = ()) -> str | None:
    """The page, with the history of its machine if `kept` has one; None where no framework was measured at two versions."""
    view = View(clean(results))
    version_families = families(view)
    if not version_families:
        return None
    colours = palette(view.results.frameworks)
    return rendered(
        "trend.html.j2",
        colours,
        run=view.results,
        question=question(version_families),
        only_beneath=only_beneath(version_families),
        packages_asked=bool(asked_for(version_families)),
        also_differ=also_differ(view, version_families),
        stands_on=_stands_on(view, version_families),
        finding=_finding(view, version_families),
        charts=trend_charts(view, colours, version_families),
        refused=_refused(view, version_families),
        packages=_packages(view, version_families),
        past=past(view, colours, kept, view.results.control_reach.get),
    )


def _stands_on(view: View, version_families: list[Family]) -> str:
    """What the releases have of the packages that others were asked for with, and whose it is where they differ."""
    packages = []
    for package in asked_for(version_families):
        titles: dict[str, list[str]] = {}
        for newest in (family.heads[-1] for family in version_families):
            if package in newest.packages and not newest.asked:
                release = newest.packages[package]
                titles.setdefault(release, []).append(title(view, newest))
        for release, whose in titles.items():
            beneath = f" beneath {joined(whose)}" if len(titles) > 1 else ""
            packages.append(f"{package} {release}{beneath}")
    return joined(packages)


def _refused(view: View, version_families: list[Family]) -> list[str]:
    """What could not be prepared, and which releases failed on what; each with its first reason."""
    failures = view.results.failures
    refusals = [
        f"{failure.target} was not measured: {failure.message}"
        for failure in failures
        if failure.round == 0
    ]
    for target, workload in product(
        (
            version.target.id
            for family in version_families
            for version in family.versions
        ),
        (None, *(note.name for note in view.results.workloads)),
    ):
        own = failed(view, target, workload)
        if own:
            count = len({failure.round for failure in own})
            where = f" on “{view.workload(workload)}”" if workload else ""
            refusals.append(
                f"{target} failed{where} in {count} of {plural(view.results.rounds_done, 'round')}: {own[0].message}"
            )
    return refusals


def _finding(view: View, version_families: list[Family]) -> str:
    if any(metric not in view.results.control_reach for metric in METRICS):
        return "This run cannot tell a step from noise"
    count = len(view.results.steps)
    if count:
        return f"{plural(count, 'step')} beyond the noise"
    if only_beneath(version_families):
        return "No difference is larger than the noise"
    return "No step between two versions is larger than the noise"


def _packages(view: View, version_families: list[Family]) -> list[ChartTable]:
    """What is installed beside each version, where it is not the same for all of a framework."""
    tables = []
    for family in version_families:
        installed = [
            receipt.packages
            if (receipt := view.results.receipts.get(version.target.id))
            else {}
            for version in family.versions
        ]
        names = sorted(
            {name for packages in installed for name in packages}, key=str.lower
        )
        rows = tuple(
            (name, *cells)
            for name in names
            if len({*(cells := [packages.get(name, "–") for packages in installed])})
            > 1
        )
        columns = (
            title(view, family.versions[0]),
            *(version.name for version in family.versions),
        )
        tables.append(ChartTable(columns, rows))
    return tables


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
            if len(track) > 1 and any(_decides(*pair) for pair in track)
        }
        if drawn:
            band = None if metric == INSTRUCTIONS else noise(metric)
            charts.append(_kept_chart(view, colours, metric, note.name, drawn, band))
    return tuple(charts)


def _decides(row: HistoryRow, point: Point) -> bool:
    silent = row.run.decides_nothing is not None or point.void is not None
    return not silent and point.value is not None and point.value > 0


def _kept_chart(
    view: View,
    colours: Palette,
    metric: str,
    workload: str,
    tracks: dict[str, Track],
    band: float | None,
) -> Chart:
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
        plots.append(_kept_plot(view, target, title, track, besides))
        table += [
            _kept_row(title, row, point, beside)
            for (row, point), beside in zip(track, besides, strict=True)
        ]
    return chart(
        f"history-{metric}-{workload}",
        colours,
        words,
        ChartTable(COLUMNS, tuple(table)),
        beside_newest(plots, band),
    )


def _kept_plot(
    view: View,
    target: str,
    title: str,
    track: Track,
    besides: list[Estimate | None],
) -> Plot:
    """A mark for each run, dated at both ends."""
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


def _kept_row(
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
