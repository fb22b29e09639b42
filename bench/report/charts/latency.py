"""Response time of one workload: the median and the 99th percentile."""

from math import isfinite

from bench.model.estimate import Estimate
from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import percent, point, with_interval
from bench.report.view import View, absent


ROW = 32.0
HEAD = 26.0
FOOT = 24.0
type Pair = tuple[str, Estimate | None, Estimate | None]


def latency_chart(view: View, palette: Palette, workload: str) -> Chart:
    """Hollow mark at the median, filled at the 99th percentile, each with its interval."""
    rows = _pairs(view, workload)
    unit = view.metric("p50").unit

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(rows) + FOOT)
        _draw(view, canvas, rows, f"p50 · p99, {unit}")
        return canvas

    words = ChartText(
        finding=view.workload(workload),
        sub=f"Response time in {unit}, less is better",
        caption="Hollow mark: median (p50). Filled mark: 99th percentile (p99). Whiskers: intervals.",
    )
    columns = ("set-up", f"p50, {unit}", f"p99, {unit}", "level", "rounds")
    table = tuple(_row(view, workload, row) for row in rows)
    sources = [
        view.quantity(target, workload, metric)
        for target, _, _ in rows
        for metric in ("p50", "p99")
    ]
    name = f"latency-{workload}"
    return chart(name, palette, words, ChartTable(columns, table), draw, sources)


def _pairs(view: View, workload: str) -> list[Pair]:
    pairs: list[Pair] = []
    for target in view.contestants:
        median = view.quantity(target.id, workload, "p50")
        tail = view.quantity(target.id, workload, "p99")
        estimates = [each.estimate if each else None for each in (median, tail)]
        pairs.append((target.id, estimates[0], estimates[1]))
    return sorted(pairs, key=lambda pair: (_worst(pair), view.label(pair[0])))


def _worst(pair: Pair) -> float:
    estimate = pair[2] or pair[1]
    return estimate.point if estimate else float("inf")


def _row(view: View, workload: str, row: Pair) -> tuple[str, ...]:
    target, median, tail = row
    known = tail or median
    cells = []
    for metric, estimate in (("p50", median), ("p99", tail)):
        quantity = view.quantity(target, workload, metric)
        reason = absent(quantity.reason if quantity else None)
        cells.append(with_interval(estimate) if estimate else reason)
    level = percent(known.level) if known else "–"
    return view.label(target), *cells, level, str(known.n if known else 0)


def _draw(view: View, canvas: Canvas, rows: list[Pair], head: str) -> None:
    room = label_width([view.label(target) for target, _, _ in rows], canvas.width)
    values = max(text_width(_values(pair), 12.5, True) for pair in rows)
    printed = values <= canvas.width * 0.45
    if not printed:  # figures of a dozen digits: leave the room to the marks
        values, head = 0.0, f"{head}: figures in the table"
    known = [each for _, *both in rows for each in both if each]
    highest = [v for e in known for v in (e.point, e.high) if isfinite(v)]
    scale = from_zero(highest, room + 14, canvas.width - values - 18)
    small = Type(size=11.5, token="muted", align="right")
    canvas.text(canvas.width, 14, head, small)
    bottom = HEAD + ROW * len(rows)
    for tick, words in labelled_ticks(scale, 11.5):
        canvas.line((scale.at(tick), HEAD - 2), (scale.at(tick), bottom), Pen("grid"))
        under = Type(size=11.5, token="muted", align="center")
        canvas.text(scale.at(tick), bottom + 14, words, under)
    for position, pair in enumerate(rows):
        y = HEAD + ROW * position + ROW / 2
        label(
            canvas, room, y + 4.5, (view.label(pair[0]), look_tokens(view, pair[0])[1])
        )
        _pair(view, canvas, y, pair, scale)
        if printed and (pair[1] or pair[2]):
            value = Type(size=12.5, bold=True, align="right")
            canvas.text(canvas.width, y + 4.5, _values(pair), value)


def _pair(view: View, canvas: Canvas, y: float, pair: Pair, scale: Scale) -> None:
    target, median, tail = pair
    line, _, shape = look_tokens(view, target)
    if median is None and tail is None:
        canvas.text(scale.left, y + 4, "not measured", Type(size=11.5, token="muted"))
        return
    if median and tail:
        canvas.line((scale.at(median.point), y), (scale.at(tail.point), y), Pen("axis"))
    for estimate, hollow in ((tail, False), (median, True)):
        if estimate is not None:
            ends = (scale.at(estimate.low), scale.at(estimate.high))
            whisker(canvas, ends, y, Pen(line, 2.0))
            canvas.mark(scale.at(estimate.point), y, Mark(line, shape, hollow=hollow))


def _values(pair: Pair) -> str:
    return " · ".join(point(each) if each else "–" for each in pair[1:])
