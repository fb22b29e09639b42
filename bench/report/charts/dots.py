"""Dots with whiskers and rounds: the panel that several charts are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.palette import tokens
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import ends, point, with_interval
from bench.report.view import View, absent


ROW = 28.0
HEAD = 22.0
FOOT = 24.0
LABEL = 13.0
VALUE = Type(size=13.5, bold=True, align="right")
SPREAD = Type(size=11.5, token="muted")


@dataclass(frozen=True, slots=True)
class DotRow:
    """One target in a panel."""

    target: str
    label: str
    line: str  # colour token
    text: str  # colour token of its label
    shape: str
    estimate: Estimate | None
    rounds: tuple[float, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DotPanel:
    """Some targets under one title, in one unit."""

    title: str
    unit: str
    rows: tuple[DotRow, ...]

    @property
    def height(self) -> float:
        """Pixels that it takes."""
        return HEAD + ROW * len(self.rows) + FOOT


def rows_of(
    view: View, targets: Sequence[str], workload: str | None, metric: str
) -> tuple[DotRow, ...]:
    """The rows of a panel, best first, those that were not measured last."""
    rows = [_row(view, target, workload, metric) for target in targets]
    sign = -1 if view.metric(metric).higher_is_better else 1
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.estimate is None,
                sign * row.estimate.point if row.estimate else 0,
                row.label,
            ),
        )
    )


def look_tokens(view: View, target: str) -> tuple[str, str, str]:
    """Line colour, text colour and marker of a target."""
    framework = view.framework_of(target)
    frameworks = view.results.frameworks
    position = None if framework is None else frameworks.index(framework)
    return (*tokens(position), view.look(target).marker)


def table_rows(panel: DotPanel, *first: str) -> tuple[tuple[str, ...], ...]:
    """The panel's numbers as rows of a table."""
    return tuple(
        (
            row.label,
            *first,
            with_interval(row.estimate) if row.estimate else missing(row),
            str(row.estimate.n if row.estimate else len(row.rounds)),
        )
        for row in panel.rows
    )


def missing(row: DotRow) -> str:
    """Why a row has no estimate; its single rounds are no substitute for one."""
    return f"no interval: {row.reason}" if row.rounds else absent(row.reason)


def draw_panel(canvas: Canvas, top: float, panel: DotPanel) -> None:
    """Draw it across the whole canvas, its upper edge at `top`."""
    labels, values, spreads = _columns(panel, canvas.width)
    scale = from_zero(
        [value for row in panel.rows for value in _extent(row)],
        labels + 10,
        canvas.width - values - spreads - 22,
    )
    unit = text_width(panel.unit, SPREAD.size)
    heading = fitted(panel.title, canvas.width - unit - 16, LABEL, bold=True)
    canvas.text(0, top + 13, heading, Type(size=LABEL, bold=True))
    canvas.text(
        canvas.width,
        top + 13,
        panel.unit,
        Type(size=SPREAD.size, token="muted", align="right"),
    )
    bottom = top + HEAD + ROW * len(panel.rows)
    canvas.line((scale.left, top + HEAD + 2), (scale.left, bottom), Pen("axis"))
    if any(row.estimate or row.rounds for row in panel.rows):
        _axis(canvas, scale, bottom)
    for position, row in enumerate(panel.rows):
        y = top + HEAD + ROW * position + 13
        name = fitted(row.label, labels, LABEL, bold=True)
        style = Type(size=LABEL, bold=True, token=row.text, align="right")
        canvas.text(labels, y + 4.5, name, style)
        _draw_row(canvas, y, row, scale)
        if row.estimate is not None:
            edge = canvas.width - spreads - 6
            if values:
                canvas.text(edge, y + 4.5, point(row.estimate), VALUE)
            if spreads:
                canvas.text(edge + 6, y + 4.5, ends(row.estimate), SPREAD)


def _axis(canvas: Canvas, scale: Scale, y: float) -> None:
    """Every panel has an axis of its own, so that it is not read on another one's."""
    canvas.line((scale.left, y), (scale.right, y), Pen("axis"))
    for tick, words in labelled_ticks(scale, SPREAD.size):
        x = scale.at(tick)
        canvas.line((x, y), (x, y + 3), Pen("axis"))
        canvas.text(x, y + 14, words, Type(SPREAD.size, token="muted", align="center"))


def whisker(
    canvas: Canvas, edges: tuple[float, float], y: float, pen: Pen, mark: float = 8.0
) -> None:
    """An interval, if it is wider than the mark: else it would only deform it."""
    if edges[1] - edges[0] <= mark + 3:
        return
    canvas.line((edges[0], y), (edges[1], y), pen)
    for x in edges:
        canvas.line((x, y - 4.5), (x, y + 4.5), Pen(pen.token, pen.width))


def _draw_row(canvas: Canvas, y: float, row: DotRow, scale: Scale) -> None:
    if row.estimate is None:
        words = fitted(missing(row), canvas.width - scale.left - 8, 11.5)
        canvas.text(scale.left + 6, y + 4, words, Type(size=11.5, token="muted"))
        canvas.dots([scale.at(value) for value in row.rounds], y + 11, row.line)
        return
    x = scale.at(row.estimate.point)
    canvas.line((scale.left, y), (scale.right, y), Pen("grid"))
    edges = (scale.at(row.estimate.low), scale.at(row.estimate.high))
    whisker(canvas, edges, y, Pen(row.line, 2.2))
    canvas.mark(x, y, Mark(row.line, row.shape, 9.0))
    canvas.dots([scale.at(value) for value in row.rounds], y + 11, row.line)


def _row(view: View, target: str, workload: str | None, metric: str) -> DotRow:
    quantity = view.quantity(target, workload, metric)
    line, text, shape = look_tokens(view, target)
    rounds = () if quantity is None else quantity.rounds
    return DotRow(
        target=target,
        label=view.label(target),
        line=line,
        text=text,
        shape=shape,
        estimate=None if quantity is None else quantity.estimate,
        rounds=tuple(each for each in rounds if each is not None and isfinite(each)),
        reason=(quantity.reason if quantity else None) or "",
    )


def _extent(row: DotRow) -> list[float]:
    if row.estimate is None:
        return list(row.rounds)
    return [row.estimate.point, row.estimate.high, *row.rounds]


def fitting(
    width: float, labels: float, values: float, spreads: float
) -> tuple[float, float]:
    """Room for values and intervals; where the plot would vanish, the table has them."""
    if width - labels - values - spreads >= 90:
        return values, spreads
    return (values, 0.0) if width - labels - values >= 60 else (0.0, 0.0)


def _columns(panel: DotPanel, width: float) -> tuple[float, float, float]:
    """Widths of the labels, the values and what stands beside them."""
    estimates = [row.estimate for row in panel.rows if row.estimate]
    labels = max((text_width(row.label, LABEL, True) for row in panel.rows), default=0)
    values = max((text_width(point(e), VALUE.size, True) for e in estimates), default=0)
    spreads = max((text_width(ends(e), SPREAD.size) for e in estimates), default=0)
    return min(labels, width * 0.3), *fitting(width, labels, values, spreads)
