"""The answer: requests per second on the workloads that the short answer names."""

from collections.abc import Sequence
from dataclasses import replace

from bench.report.charts.canvas import Canvas
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import DotPanel, draw_panel, rows_of, table_rows
from bench.report.charts.palette import Palette
from bench.report.numbers import percent
from bench.report.view import View


def dots_chart(
    view: View,
    palette: Palette,
    name: str,
    words: ChartText,
    cells: tuple[tuple[str | None, str], ...],
    targets: Sequence[str] | None = None,
) -> Chart:
    """Panels of dots, one for each (workload, metric); in each these targets, or the contestants."""
    targets = targets or [target.id for target in view.contestants]
    panels = [
        DotPanel(
            title=_title(view, workload, metric),
            unit=view.metric(metric).unit,
            rows=rows_of(view, targets, workload, metric),
        )
        for workload, metric in cells
    ]

    # A single panel stands under the page's own heading, but for the first chart.
    titled = len(panels) > 1 or name == "answer"
    drawn = panels if titled else [replace(panel, title="") for panel in panels]

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, sum(panel.height for panel in panels))
        top = 0.0
        for panel in drawn:
            draw_panel(canvas, top, panel)
            top += panel.height
        return canvas

    rows = [row for panel in panels for row in table_rows(panel, panel.title)]
    units = {panel.unit for panel in panels}
    columns = ("set-up", "of", f"{', '.join(sorted(units))} (interval)", "rounds")
    sources = [view.quantity(one, *cell) for cell in cells for one in targets]
    return chart(name, palette, words, ChartTable(columns, tuple(rows)), draw, sources)


def _title(view: View, workload: str | None, metric: str) -> str:
    if not workload:
        return view.metric(metric).title
    # A claim that asks about it without the database layer says that there is one.
    layered = {one for v in view.results.verdicts for one in v.claim.without_layer}
    layer = " (ORM)" if workload in layered else ""
    return f"{view.workload(workload)}{layer}"


def reading(view: View, metric: str) -> str:
    """How to read such a chart, in words."""
    chosen = view.metric(metric)
    better = "more" if chosen.higher_is_better else "less"
    unit = f", {chosen.unit}" if chosen.unit else ""
    return (
        f"{chosen.title}{unit}: {better} is better. Large mark and whisker: estimate "
        f"and {level_of(view, metric)} interval (no whisker: narrower than the mark). Small dots: rounds."
    )


def level_of(view: View, metric: str) -> str:
    """The level of its intervals, as printed."""
    estimates = [
        each.estimate
        for each in view.results.quantities
        if each.metric == metric and each.estimate
    ]
    levels = sorted({percent(each.level) for each in estimates})
    return " or ".join(levels) or "95\u00a0%"
