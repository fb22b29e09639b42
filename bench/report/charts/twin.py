"""A/A: a target against itself, every round a point; what remains is noise."""

from math import isfinite

from bench.model.estimate import Comparison
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, linear_ticks
from bench.report.numbers import number, percent
from bench.report.view import View, absent, lower_first


HEAD = 20.0
ROW = 44.0
STRIP = 24.0
FOOT = 38.0
METRICS = ("throughput", "cpu")
"""The two that verdicts rest on; the others are in the table of every number."""


def twin_chart(view: View, palette: Palette) -> Chart | None:
    """One row for each workload and metric of the twin; None without a twin."""
    pairs = [
        pair
        for pair in view.twins()
        if pair.metric in METRICS and (pair.advantage or any(pair.rounds))
    ]
    if not pairs:
        return None
    margin = view.margin * 100

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(pairs) + FOOT)
        scale = _scale(pairs, margin, width)
        _ground(canvas, scale, margin)
        for position, pair in enumerate(pairs):
            _pair(view, canvas, scale, HEAD + ROW * position, pair)
        return canvas

    words = ChartText(
        finding="The same set-up entered twice",
        sub="Difference between two entries of one target, in percent",
        caption=(
            "Nothing but noise can tell the two apart. Small dots: single rounds. "
            f"Band: the margin of {number(margin, 1).removesuffix('.0')}\u00a0% "
            "that a lead must exceed."
        ),
    )
    columns = ("compared", "difference", "interval", "level", "rounds")
    rows = tuple(_row(view, pair) for pair in pairs)
    return chart("twin", palette, words, ChartTable(columns, rows), draw, pairs)


def _row(view: View, pair: Comparison) -> tuple[str, ...]:
    estimate = pair.advantage
    name = _name(view, pair)
    if estimate is None:
        return name, absent(pair.void or "too few rounds"), "–", "–", "0"
    low, high = (_percent(value) for value in (estimate.low, estimate.high))
    return (
        name,
        f"{number(_percent(estimate.point), 1)}\u00a0%",
        f"{number(low, 1)} to {number(high, 1)}\u00a0%",
        percent(estimate.level),
        str(estimate.n),
    )


def _name(view: View, pair: Comparison) -> str:
    metric = lower_first(view.metric(pair.metric).title)
    label = view.label(pair.baseline)
    return f"{label}, {view.workload(pair.workload)}: {metric}"


def _percent(ratio: float) -> float:
    return (ratio - 1) * 100


def _rounds(pair: Comparison) -> list[float]:
    known = [each for each in pair.rounds if each is not None and isfinite(each)]
    return [_percent(each) for each in known]


def _scale(pairs: list[Comparison], margin: float, width: float) -> Scale:
    """Symmetric, at least twice the margin, and wide enough for every round."""
    reach = [2 * margin]
    for pair in pairs:
        reach += [abs(value) for value in _rounds(pair)]
        if pair.advantage is not None and isfinite(pair.advantage.high):
            bounds = (pair.advantage.low, pair.advantage.high)
            reach += [abs(_percent(bound)) for bound in bounds]
    most = min(max(reach), 400.0) * 1.05
    return Scale(-most, most, 8, width - 8)


def _ground(canvas: Canvas, scale: Scale, margin: float) -> None:
    bottom = canvas.height - FOOT + 4
    left, right = scale.at(-margin), scale.at(margin)
    zero = scale.at(0)
    rows = range(round((canvas.height - HEAD - FOOT) / ROW))
    for top in (HEAD + ROW * row + 15 for row in rows):
        canvas.box((left, top), (right - left, STRIP), "open-soft")
        canvas.line((zero, top), (zero, top + STRIP), Pen("axis"))
    small = Type(size=11.5, token="muted", align="center")
    canvas.text(zero, HEAD - 8, "no difference", small)
    for tick in linear_ticks(scale):
        if 14 <= scale.at(tick) <= canvas.width - 18:
            sign = "+" if tick > 0 else "\u2212" if tick < 0 else ""
            canvas.line(
                (scale.at(tick), bottom), (scale.at(tick), bottom + 4), Pen("axis")
            )
            canvas.text(scale.at(tick), bottom + 15, f"{sign}{abs(tick):g}", small)
    words = "difference in %, above 0: the second entry did better"
    canvas.text(canvas.width / 2, bottom + 30, words, small)


def _pair(
    view: View, canvas: Canvas, scale: Scale, top: float, pair: Comparison
) -> None:
    name = fitted(_name(view, pair), canvas.width - 6, 12.5)
    canvas.text(0, top + 11, name, Type(size=12.5))
    y = top + 24
    line, _, shape = look_tokens(view, pair.subject)
    estimate = pair.advantage
    if estimate is not None:
        ends = (scale.at(_percent(estimate.low)), scale.at(_percent(estimate.high)))
        whisker(canvas, ends, y, Pen(line, 2.2))
        canvas.mark(scale.at(_percent(estimate.point)), y, Mark(line, shape))
    canvas.dots([scale.at(value) for value in _rounds(pair)], y + 10, line)
