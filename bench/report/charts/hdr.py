"""Response times at one open load as percentile curves: how bad for how many."""

import itertools
from math import isfinite, log10

from bench.analyse.open_metrics import load_words, metric_name
from bench.model.load import Load
from bench.model.results import Curve, CurvePoint
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.ends import end_labels
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale
from bench.report.numbers import number, point
from bench.report.rankings import ranking_sentence
from bench.report.view import View


HEIGHT = 270.0
HEAD = 26.0
FOOT = 26.0
LEFT = 46.0
FEWEST_BEYOND = 10
"""Requests beyond a level; below it the curve is dotted: a few unlucky requests draw it."""
NAMED = {0.5: "50 %", 0.9: "90 %", 0.99: "99 %", 0.999: "99.9 %", 0.9999: "99.99 %"}


def hdr_chart(view: View, palette: Palette, workload: str, load: Load) -> Chart | None:
    """A curve with a band for each contestant; None where none was measured."""
    found = _curves(view, workload, load)
    if not found:
        return None

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEIGHT)
        _draw(view, canvas, found)
        return canvas

    words = ChartText(
        finding=_finding(view, workload, load),
        sub=f"{view.workload(workload)}: {load_words(load)}{_rate(view, workload, load)}",
        caption=(
            "Read: at 99 %, one of a hundred requests took longer. Lower is better. "
            "Band: least and most of the rounds. Dotted: fewer than "
            f"{FEWEST_BEYOND} requests of a round lie beyond."
        ),
    )
    table = tuple(row for curve in found for row in _rows(view, curve))
    columns = ("set-up", "percentile", "ms", "least round", "most", "requests beyond")
    name = f"hdr-{workload}-{load.name}"
    return chart(name, palette, words, ChartTable(columns, table), draw, found)


def _curves(view: View, workload: str, load: Load) -> list[Curve]:
    ids = [target.id for target in view.contestants]
    return [
        curve
        for one in ids
        for curve in view.results.curves
        if (curve.target, curve.workload, curve.load) == (one, workload, load.name)
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
            f"{each.level * 100:.6g}",
            _ms(each.middle_ms),
            _ms(each.low_ms),
            _ms(each.high_ms),
            f"{each.beyond:,}",
        )
        for each in curve.points
        if each.level in NAMED
    ]


def _ms(value: float) -> str:
    """Three significant digits: the buckets behind them are one per cent wide."""
    if value <= 0 or not isfinite(value):
        return number(value, 3)
    return number(value, max(0, 2 - int(log10(value) // 1)))


def _draw(view: View, canvas: Canvas, curves: list[Curve]) -> None:
    names = [view.label(curve.target) for curve in curves]
    widest = max(text_width(name, 12.5, True) for name in names)
    room = min(widest, canvas.width / 4)
    bottom = HEIGHT - FOOT
    across = Scale(1.0, _last(curves), LEFT, canvas.width - room - 14, True)
    every = [p for curve in curves for p in curve.points]
    low, high = min(p.low_ms for p in every), max(p.high_ms for p in every)
    up = Scale(low / 1.15, max(high, low * 1.2) * 1.15, bottom, HEAD, True)
    title = Type(size=11.5, token="muted")
    canvas.text(0, 13, "ms (log scale)", title)
    for tick, words in log_steps(up):
        y = up.at(tick)
        canvas.line((LEFT, y), (across.right, y), Pen("grid"))
        style = Type(size=11.5, token="muted", align="right")
        canvas.text(LEFT - 6, y + 4, words, style)
    for level, words in NAMED.items():
        if 1 / (1 - level) <= across.high * 1.001:
            under = Type(size=11.5, token="muted", align="center")
            canvas.text(across.at(1 / (1 - level)), bottom + 18, words, under)
    for curve in curves:
        _curve(view, canvas, curve, (across, up))
    ends = [(up.at(c.points[-1].middle_ms), c.target) for c in curves]
    end_labels(view, canvas, ends, room, HEIGHT - FOOT + 4)


def _last(curves: list[Curve]) -> float:
    return max(2.0, *(1 / (1 - curve.points[-1].level) for curve in curves))


def _curve(
    view: View, canvas: Canvas, curve: Curve, scales: tuple[Scale, Scale]
) -> None:
    across, up = scales
    line, _, shape = look_tokens(view, curve.target)
    framework = view.look(curve.target)

    def place(each: CurvePoint, value: float) -> tuple[float, float]:
        return across.at(1 / (1 - each.level)), up.at(value)

    upper = [place(each, each.high_ms) for each in curve.points]
    lower = [place(each, each.low_ms) for each in reversed(curve.points)]
    canvas.band([*upper, *lower], line)
    middle = [place(each, each.middle_ms) for each in curve.points]
    sure = sum(each.beyond >= FEWEST_BEYOND for each in curve.points)
    if sure > 1:
        canvas.curve(middle[:sure], Pen(line, 2.0, framework.dash))
    if sure < len(middle):
        canvas.curve(middle[max(sure - 1, 0) :], Pen(line, 1.4, "dotted"))
    for each, (x, y) in zip(curve.points, middle, strict=True):
        if each.level in NAMED and each.beyond >= FEWEST_BEYOND:
            canvas.mark(x, y, Mark(line, shape, size=7.0))


def log_steps(up: Scale) -> list[tuple[float, str]]:
    """Round values of the log axis, far enough apart to be read."""
    first, last = int(log10(up.low)) - 1, int(log10(up.high)) + 1
    chosen: list[float] = []
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        values = [f * 10.0**e for e in range(first, last + 1) for f in factors]
        ticks = [v for v in values if up.holds(v)]
        gaps = [up.at(a) - up.at(b) for a, b in itertools.pairwise(ticks)]
        if len(ticks) <= 7 and min(gaps, default=99.0) >= 18:
            chosen = ticks
    if not chosen:  # many decades: every so many of them
        every = range(first, last + 1, max(1, (last - first) // 5))
        chosen = [10.0**e for e in every if up.holds(10.0**e)]
    return [(tick, _step_words(tick)) for tick in chosen]


def _step_words(tick: float) -> str:
    if 0.01 <= tick < 100_000:
        return f"{tick:,.10g}"
    return f"{tick:.0e}".replace("e+0", "e").replace("e-0", "e−").replace("e+", "e")
