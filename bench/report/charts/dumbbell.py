"""Two states of each set-up on one line, from zero: hollow the first, filled the second."""

from collections.abc import Sequence

from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import ends, point
from bench.report.view import View


ROW = 30.0
HEAD = 8.0
FOOT = 38.0
type Ends = tuple[Target, Estimate | None, Estimate | None]


def in_order(view: View, rows: Sequence[Ends]) -> list[Ends]:
    """The least of the second state first; what has none last."""
    return sorted(rows, key=lambda row: (_last(row), view.label(row[0].id)))


def dumbbells(
    view: View,
    palette: Palette,
    named: tuple[str, str],
    rows: list[Ends],
    said: tuple[ChartText, ChartTable],
) -> Chart:
    """The chart of that name and unit; at least one row must hold an estimate."""
    name, unit = named

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(rows) + FOOT)
        _draw(view, canvas, rows, unit)
        return canvas

    words, table = said
    return chart(name, palette, words, table, draw)


def _last(row: Ends) -> float:
    estimate = row[2] or row[1]
    return estimate.point if estimate else float("inf")


def _draw(view: View, canvas: Canvas, rows: list[Ends], unit: str) -> None:
    room = label_width([view.label(target.id) for target, _, _ in rows], canvas.width)
    known = [each for _, *both in rows for each in both if each]
    values = max(text_width(point(each), 13.5, True) for each in known)
    spreads = max(text_width(ends(each), 11.5) for each in known)
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
            canvas.text(edge + 6, y + 4.5, ends(shown), beside)


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
        edges = (scale.at(load.low), scale.at(load.high))
        whisker(canvas, edges, y, Pen(line, 2.2))
        canvas.mark(scale.at(load.point), y, Mark(line, shape))
    if rest:
        canvas.mark(scale.at(rest.point), y, Mark(line, shape, hollow=True))
