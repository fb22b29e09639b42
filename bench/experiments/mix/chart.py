"""Charts of a mix: the parts of a request, and the kinds of the mix, each set-up beside the others."""

from collections.abc import Iterable, Sequence
from math import isfinite

from bench.experiments.mix.model import Mix, RequestPart
from bench.model.estimate import RoundSeries
from bench.report.charts.canvas import Canvas
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import (
    DotPanel,
    DotRow,
    draw_panel,
    look_tokens,
    table_rows,
)
from bench.report.charts.palette import Palette
from bench.report.view import View


PARTS = {
    RequestPart.ANSWER: "route and a small JSON answer",
    RequestPart.VALIDATION: "validation of a nested order",
    RequestPart.FIRST_QUERY: "session and first query",
    RequestPart.QUERY: "each further query",
    RequestPart.TEMPLATE: "a page from a template, in the place of JSON",
    RequestPart.WRITE: "five rows written in one transaction",
}
"""In the order of the page."""


def parts_chart(view: View, palette: Palette, found: Mix) -> Chart | None:
    """What each part costs in each set-up; None where no part was measured."""
    told = [part for part in PARTS if any(one.part is part for one in found.parts)]
    if not told:
        return None
    panels = [
        DotPanel(
            PARTS[part],
            "µs of processor time",
            _sorted(
                _row(view, one.target, one.cost_us)
                for one in found.parts
                if one.part is part
            ),
        )
        for part in told
    ]
    words = ChartText(
        finding="What a request is made of",
        sub="Server CPU time of each part of a request; less is better",
        caption="Each part is the difference between workloads of the same rounds. Mark: mean over rounds with its interval; small dots: single rounds. Each part has an axis of its own, from zero.",
    )
    return _panels("request-parts", palette, words, panels)


def kinds_chart(view: View, palette: Palette, found: Mix) -> Chart | None:
    """The median of each kind of request in the closed loop; None where there was no mix."""
    closed = [one for one in found.kinds if one.load.startswith("closed")]
    if not closed:
        return None
    panels = [
        DotPanel(
            view.workload(kind),
            "ms, median",
            _sorted(
                _row(view, one.target, one.p50_ms) for one in closed if one.kind == kind
            ),
        )
        for kind in dict.fromkeys(one.kind for one in closed)
    ]
    words = ChartText(
        finding="The mix, kind by kind",
        sub="Median response time of each kind of request, all kinds sent by the same clients; less is better",
        caption="In the closed loop, where every set-up is at its limit. Mark: mean over rounds with its interval; small dots: single rounds. Each kind has an axis of its own, from zero.",
    )
    return _panels("mix-kinds", palette, words, panels)


def _panels(
    name: str, palette: Palette, words: ChartText, panels: Sequence[DotPanel]
) -> Chart:
    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, sum(panel.height for panel in panels))
        top = 0.0
        for panel in panels:
            draw_panel(canvas, top, panel)
            top += panel.height
        return canvas

    rows = [
        (panel.title, *row) for panel in panels for row in table_rows(panel, panel.unit)
    ]
    columns = ("part", "set-up", "unit", "mean and interval", "rounds")
    return chart(name, palette, words, ChartTable(columns, tuple(rows)), draw)


def _sorted(rows: Iterable[DotRow]) -> tuple[DotRow, ...]:
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.estimate is None,
                row.estimate.point if row.estimate else 0.0,
            ),
        )
    )


def _row(view: View, target: str, series: RoundSeries) -> DotRow:
    line, text, shape = look_tokens(view, target)
    return DotRow(
        target,
        view.label(target),
        line,
        text,
        shape,
        series.estimate,
        tuple(
            value for value in series.rounds if value is not None and isfinite(value)
        ),
        "fewer than two rounds",
    )
