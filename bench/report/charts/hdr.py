"""Response times at one open load as percentile curves: how bad for how many."""

from math import isfinite, log10

from bench.analyse.open_metrics import load_words, metric_name
from bench.model.load import Load
from bench.model.results import Curve
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Lines, Plot, Series, Spot
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.scale import Axis, Tick
from bench.report.numbers import number, point
from bench.report.rankings import ranking_sentence
from bench.report.view import View


FEWEST_BEYOND = 10
"""Requests beyond a level; below it the curve is dotted: a few unlucky requests draw it."""
NAMED = {0.5: "50 %", 0.9: "90 %", 0.99: "99 %", 0.999: "99.9 %", 0.9999: "99.99 %"}


def hdr_chart(view: View, palette: Palette, workload: str, load: Load) -> Chart | None:
    """A curve with a band for each contestant; None where none was measured."""
    curves = _curves(view, workload, load)
    if not curves:
        return None

    words = ChartText(
        finding=_finding(view, workload, load),
        sub=f"{view.workload(workload)}: {load_words(load)}{_rate(view, workload, load)}",
        caption=(
            "Read: at 99 %, one of a hundred requests took longer. Lower is better. "
            "Band: least and most of the rounds. Dotted: fewer than "
            f"{FEWEST_BEYOND} requests of a round lie beyond."
        ),
    )
    table = tuple(row for curve in curves for row in _rows(view, curve))
    columns = ("set-up", "percentile", "ms", "least round", "most", "requests beyond")
    name = f"hdr-{workload}-{load.name}"
    shape = _shape(view, curves)
    return chart(name, palette, words, ChartTable(columns, table), shape, curves)


def _curves(view: View, workload: str, load: Load) -> list[Curve]:
    ids = [target.id for target in view.contestants]
    return [
        curve
        for target in ids
        for curve in view.results.curves
        if (curve.target, curve.workload, curve.load) == (target, workload, load.name)
    ]


def _finding(view: View, workload: str, load: Load) -> str:
    said = ranking_sentence(view, workload, metric_name("p99", load.name))
    return said.removesuffix(".")


def _rate(view: View, workload: str, load: Load) -> str:
    """The rate, where it is one for all."""
    for target in view.contestants:
        rate = view.quantity(target.id, workload, metric_name("rate", load.name))
        if rate and rate.estimate:
            return f", {point(rate.estimate)} requests/s"
    return ""


def _rows(view: View, curve: Curve) -> list[tuple[str, ...]]:
    return [
        (
            view.label(curve.target),
            f"{curve_point.level * 100:.6g}",
            _ms(curve_point.middle_ms),
            _ms(curve_point.low_ms),
            _ms(curve_point.high_ms),
            f"{curve_point.beyond:,}",
        )
        for curve_point in curve.points
        if curve_point.level in NAMED
    ]


def _ms(value: float) -> str:
    """Three significant digits: the buckets behind them are one per cent wide."""
    if value <= 0 or not isfinite(value):
        return number(value, 3)
    return number(value, max(0, 2 - int(log10(value) // 1)))


def _shape(view: View, curves: list[Curve]) -> Lines:
    last = max(2.0, *(_one_in(curve.points[-1].level) for curve in curves))
    ticks = [Tick(_one_in(level), words) for level, words in NAMED.items()]
    shown = tuple(tick for tick in ticks if tick.at <= last * 1.001)
    across = Axis(kind="log", between=(1.0, last), ticks=shown)
    series = tuple(_series(view, curve) for curve in curves)
    return Lines((Plot(series, across),), Axis("ms (log scale)", kind="log"), 218.0)


def _series(view: View, curve: Curve) -> Series:
    middle = [
        (_one_in(curve_point.level), curve_point.middle_ms)
        for curve_point in curve.points
    ]
    sure = sum(curve_point.beyond >= FEWEST_BEYOND for curve_point in curve.points)
    return Series(
        look_of(view, curve.target),
        view.label(curve.target),
        spots=tuple(
            Spot(_one_in(curve_point.level), curve_point.middle_ms, size=7.0)
            for curve_point in curve.points
            if curve_point.level in NAMED and curve_point.beyond >= FEWEST_BEYOND
        ),
        line=tuple(middle[:sure]),
        tail=tuple(middle[max(sure - 1, 0) :]) if sure < len(middle) else (),
        band=tuple((_one_in(p.level), p.low_ms, p.high_ms) for p in curve.points),
    )


def _one_in(level: float) -> float:
    """Of how many requests one takes longer."""
    return 1 / (1 - level)
