"""Charts of a mix: the parts of a request, and the kinds of the mix, each set-up beside the others."""

from collections.abc import Mapping

from bench.experiments.mix.model import Mix, RequestPart
from bench.model.estimate import RoundSeries
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette
from bench.report.charts.rows import Dot, Panel, Row, Rows, row_of
from bench.report.numbers import with_interval
from bench.report.view import View, absent


PARTS = {
    RequestPart.ANSWER: "route and a small JSON answer",
    RequestPart.VALIDATION: "validation of a nested order",
    RequestPart.FIRST_QUERY: "session and first query",
    RequestPart.QUERY: "each further query",
    RequestPart.TEMPLATE: "a page from a template, in the place of JSON",
    RequestPart.WRITE: "five rows written in one transaction",
}
"""In the order of the page."""

TOO_FEW = "fewer than two rounds, or another program used the processors"

type Panels = Mapping[str, Mapping[str, RoundSeries]]
"""By title and target."""


def parts_chart(view: View, palette: Palette, mix: Mix) -> Chart | None:
    """What each part costs in each set-up; None where no part was measured."""
    panels = {
        title: {cost.target: cost.cost_us for cost in mix.parts if cost.part is part}
        for part, title in PARTS.items()
    }
    words = ChartText(
        finding="What a request is made of",
        sub="Server CPU time of each part of a request, µs; less is better",
        caption="Each part is the difference between workloads of the same rounds. Mark: mean over rounds with its interval; small dots: single rounds. Each part has an axis of its own, from zero.",
    )
    return _chart(view, palette, "request-parts", words, panels, "µs")


def kinds_chart(view: View, palette: Palette, mix: Mix) -> Chart | None:
    """The median of each kind of request in the closed loop; None where there was no mix."""
    closed = [latency for latency in mix.kinds if latency.load.startswith("closed")]
    panels = {
        view.workload(kind): {
            latency.target: latency.p50_ms for latency in closed if latency.kind == kind
        }
        for kind in dict.fromkeys(latency.kind for latency in closed)
    }
    words = ChartText(
        finding="The mix, kind by kind",
        sub="Median response time of each kind of request, ms, all kinds sent by the same clients; less is better",
        caption="In the closed loop, where every set-up is at its limit. Mark: mean over rounds with its interval; small dots: single rounds. Each kind has an axis of its own, from zero.",
    )
    return _chart(view, palette, "mix-kinds", words, panels, "ms")


def _chart(
    view: View,
    palette: Palette,
    name: str,
    words: ChartText,
    panels: Panels,
    unit: str,
) -> Chart | None:
    ordered = {title: _in_order(own) for title, own in panels.items() if own}
    if not ordered:
        return None
    table = ChartTable(
        ("part", "set-up", f"{unit} (interval)", "rounds"),
        tuple(
            (title, view.label(target), *_cells(series))
            for title, own in ordered.items()
            for target, series in own.items()
        ),
    )
    shape = Rows(
        tuple(
            Panel(
                tuple(_row(view, target, series) for target, series in own.items()),
                title=title,
                corner=unit,
            )
            for title, own in ordered.items()
        ),
        pitch=28.0,
        share=0.3,
        grid="rows",
    )
    return chart(name, palette, words, table, shape)


def _in_order(own: Mapping[str, RoundSeries]) -> dict[str, RoundSeries]:
    """The least first, those without an estimate last."""

    def place(target: str) -> float:
        estimate = own[target].estimate
        return estimate.point if estimate else float("inf")

    return {target: own[target] for target in sorted(own, key=place)}


def _row(view: View, target: str, series: RoundSeries) -> Row:
    rounds = tuple(value for value in series.rounds if value is not None)
    return row_of(
        view,
        target,
        Dot.of(series.estimate),
        series.estimate,
        rounds=rounds,
        missing="" if series.estimate else absent(TOO_FEW),
    )


def _cells(series: RoundSeries) -> tuple[str, str]:
    estimate = series.estimate
    if estimate is None:
        return absent(TOO_FEW), "0"
    return with_interval(estimate), str(estimate.n)
