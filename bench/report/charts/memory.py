"""Memory at rest and under load: a dumbbell for each set-up, from zero."""

from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.chart import Chart, Table, Words, chart
from bench.report.charts.dots import look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import plus_minus, point, with_interval
from bench.report.view import View, absent


ROW = 30.0
HEAD = 8.0
FOOT = 38.0
type Ends = tuple[Target, Estimate | None, Estimate | None]


def memory_chart(view: View, palette: Palette) -> Chart | None:
    """Hollow at rest, filled under load; None if memory was not measured."""
    rows = [_ends(view, target) for target in view.contestants]
    if not any(rest or load for _, rest, load in rows):
        return None
    rows.sort(key=lambda row: (_last(row), view.label(row[0].id)))
    unit = view.metric("memory").unit

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(rows) + FOOT)
        _draw(view, canvas, rows, unit)
        return canvas

    words = Words(
        finding="Memory at rest and under load",
        sub=f"{unit} of the whole server, at its hungriest workload; less is better",
        caption="Hollow mark: at rest. Filled mark: under load, with its interval. Axis from zero.",
    )
    columns = ("set-up", f"at rest, {unit}", f"under load, {unit}")
    table = tuple(
        (view.label(target.id), _cell(view, target, rest), _cell(view, target, load))
        for target, rest, load in rows
    )
    names = [None, *(note.name for note in view.results.workloads)]
    sources = [
        view.quantity(target.id, name, metric)
        for target, _, _ in rows
        for name in names
        for metric in ("idle_memory", "memory")
    ]
    return chart("memory", palette, words, Table(columns, table), draw, sources)


def _cell(view: View, target: Target, estimate: Estimate | None) -> str:
    if estimate is not None:
        return with_interval(estimate)
    quantity = view.quantity(target.id, None, "idle_memory")
    return absent(quantity.reason if quantity else None)


def _ends(view: View, target: Target) -> Ends:
    at_rest = view.quantity(target.id, None, "idle_memory")
    names = [None, *(note.name for note in view.results.workloads)]
    loaded = [view.quantity(target.id, name, "memory") for name in names]
    known = [each.estimate for each in loaded if each and each.estimate]
    most = max(known, key=lambda estimate: estimate.point, default=None)
    return target, at_rest.estimate if at_rest else None, most


def _last(row: Ends) -> float:
    estimate = row[2] or row[1]
    return estimate.point if estimate else float("inf")


def _draw(view: View, canvas: Canvas, rows: list[Ends], unit: str) -> None:
    room = label_width([view.label(target.id) for target, _, _ in rows], canvas.width)
    known = [each for _, *ends in rows for each in ends if each]
    values = max(text_width(point(each), 13.5, True) for each in known)
    spreads = max(text_width(plus_minus(each), 11.5) for each in known)
    highest = [value for each in known for value in (each.point, each.high)]
    scale = from_zero(highest, room + 14, canvas.width - values - spreads - 22)
    bottom = HEAD + ROW * len(rows)
    small = Type(size=11.5, token="muted", align="center")
    for tick, words in labelled_ticks(scale, 11.5):
        canvas.line((scale.at(tick), HEAD), (scale.at(tick), bottom), Pen("grid"))
        canvas.text(scale.at(tick), bottom + 14, words, small)
    foot = Type(size=11.5, token="muted", align="right")
    canvas.text(canvas.width, bottom + 30, unit, foot)
    for position, row in enumerate(rows):
        y = HEAD + ROW * position + ROW / 2
        text = look_tokens(view, row[0].id)[1]
        label(canvas, room, y + 4.5, (view.label(row[0].id), text))
        _dumbbell(view, canvas, y, row, scale)
        shown = row[2] or row[1]
        if shown is not None:
            edge = canvas.width - spreads - 6
            value = Type(size=13.5, bold=True, align="right")
            canvas.text(edge, y + 4.5, point(shown), value)
            beside = Type(size=11.5, token="muted")
            canvas.text(edge + 6, y + 4.5, plus_minus(shown), beside)


def _dumbbell(view: View, canvas: Canvas, y: float, row: Ends, scale: Scale) -> None:
    target, rest, load = row
    line, _, shape = look_tokens(view, target.id)
    if rest is None and load is None:
        words = fitted("not measured", canvas.width - scale.left, 11.5)
        canvas.text(scale.left, y + 4, words, Type(size=11.5, token="muted"))
        return
    if rest and load:
        canvas.line(
            (scale.at(rest.point), y), (scale.at(load.point), y), Pen(line, 1.4)
        )
    if load:
        ends = (scale.at(load.low), scale.at(load.high))
        whisker(canvas, ends, y, Pen(line, 2.2))
        canvas.mark(scale.at(load.point), y, Mark(line, shape))
    if rest:
        canvas.mark(scale.at(rest.point), y, Mark(line, shape, hollow=True))
