"""A/A: a target against itself, every round a point; what remains is noise."""

from math import isfinite

from bench.model.estimate import Comparison
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.rows import Dot, Panel, Row, Rows
from bench.report.charts.scale import Axis, Guide, Zone
from bench.report.numbers import number, percent
from bench.report.view import View, absent, lower_first


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
    shape = _shape(view, pairs, margin)
    return chart("twin", palette, words, ChartTable(columns, rows), shape, pairs)


def _shape(view: View, pairs: list[Comparison], margin: float) -> Rows:
    """Symmetric, at least twice the margin, and wide enough for every round."""
    rows, reach = [], [2 * margin]
    for pair in pairs:
        dots: tuple[Dot, ...] = ()
        if (advantage := pair.advantage) is not None:
            low, high = _percent(advantage.low), _percent(advantage.high)
            dots = (Dot(_percent(advantage.point), low, high),)
            reach += [abs(low), abs(high)] if isfinite(high) else []
        rounds = tuple(
            _percent(v) for v in pair.rounds if v is not None and isfinite(v)
        )
        reach += [abs(value) for value in rounds]
        look = look_of(view, pair.subject)
        rows.append(Row(_name(view, pair), look, dots, rounds=rounds, missing=""))
    most = min(max(reach), 400.0) * 1.05
    panel = Panel(
        tuple(rows),
        Axis(
            "difference in %, above 0: the second entry did better",
            between=(-most, most),
            signed=True,
        ),
        guides=(Guide(0.0, words="no difference"),),
        zones=(Zone(-margin, margin),),
    )
    return Rows((panel,), names="above", lines=1)


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
