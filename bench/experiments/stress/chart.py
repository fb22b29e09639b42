"""Response time against offered rate: flat for long, then up, where the capacity ends."""

from math import isclose, isfinite
from typing import NamedTuple

from bench.experiments.stress.model import Stress, Stressed
from bench.model.estimate import Estimate
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.ends import end_labels
from bench.report.charts.hdr import log_steps
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import percent, with_interval
from bench.report.view import View


HEIGHT = 270.0
HEAD = 26.0
FOOT = 44.0
LEFT = 46.0
GUIDE_MS = 100.0
"""About where a person begins to notice that something waits."""
REACHED = 0.99
"""Of the offered rate; below it the mark is hollow."""


class CurvePoint(NamedTuple):
    """One target at one rate."""

    share: float
    offered: Estimate
    p99: Estimate
    reached: bool


def hockey_chart(
    view: View, palette: Palette, stress: Stress, workload: str
) -> Chart | None:
    """A line with marks for each target; None where no response time was measured."""
    found = {
        one.target: points
        for one in stress.targets
        if one.workload == workload and (points := points_of(one))
    }
    if not found:
        return None

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEIGHT)
        _draw(view, canvas, found)
        return canvas

    words = ChartText(
        finding=_finding(stress, workload),
        sub=f"{view.workload(workload)}: 99th percentile response time in ms as the offered rate rises",
        caption=(
            "Each mark is one share of its own capacity, whiskers are intervals over "
            f"rounds. Hollow: less than {percent(REACHED)} of what was offered was "
            "answered meanwhile, so the figure grows with the length of the window. "
            "Lower is better; further right is a larger capacity."
        ),
    )
    columns = ("set-up", "share", "offered, requests/s", "p99, ms", "reached", "rounds")
    rows = tuple(
        (
            view.label(target),
            percent(point.share),
            with_interval(point.offered),
            with_interval(point.p99),
            "yes" if point.reached else "no",
            str(point.p99.n),
        )
        for target, points in found.items()
        for point in points
    )
    return chart(f"hockey-{workload}", palette, words, ChartTable(columns, rows), draw)


def points_of(one: Stressed) -> list[CurvePoint]:
    """The steps of which rate and response time are known, by rising share."""
    return [
        CurvePoint(
            step.share,
            step.offered_rps.estimate,
            step.p99_ms.estimate,
            step.achieved_rps.estimate is not None
            and step.achieved_rps.estimate.point
            >= REACHED * step.offered_rps.estimate.point,
        )
        for step in one.steps
        if step.offered_rps.estimate and step.p99_ms.estimate
    ]


def _finding(stress: Stress, workload: str) -> str:
    own = [one for one in stress.targets if one.workload == workload]
    highest = max((s.share for one in own for s in one.steps), default=0.0)
    kept = [
        100 * s.kept.estimate.point
        for one in own
        for s in one.steps
        if isclose(s.share, highest) and s.kept.estimate
    ]
    if not kept:
        return "Response time as the offered rate rises"
    low, high = f"{min(kept):.0f}", f"{max(kept):.0f}"
    span = f"{low} % to {high} %" if low != high else f"{low} %"
    return f"Offered {percent(highest)} of its own capacity, each still answers {span} of it"


def _draw(view: View, canvas: Canvas, found: dict[str, list[CurvePoint]]) -> None:
    names = [view.label(target) for target in found]
    room = min(max(text_width(n, 12.5, True) for n in names), canvas.width / 4)
    bottom = HEIGHT - FOOT
    every = [point for points in found.values() for point in points]
    across = from_zero([p.offered.point for p in every], LEFT, canvas.width - room - 14)
    values = [v for p in every for v in (p.p99.low, p.p99.point, p.p99.high)]
    known = [v for v in values if isfinite(v) and v > 0]
    low, high = min(known), max(known)
    up = Scale(low / 1.15, max(high, low * 1.2) * 1.15, bottom, HEAD, True)
    title = Type(size=11.5, token="muted")
    canvas.text(0, 13, "p99, ms (log scale)", title)
    for tick, words in log_steps(up):
        canvas.line((LEFT, up.at(tick)), (across.right, up.at(tick)), Pen("grid"))
        style = Type(size=11.5, token="muted", align="right")
        canvas.text(LEFT - 6, up.at(tick) + 4, words, style)
    if up.holds(GUIDE_MS):
        y = up.at(GUIDE_MS)
        canvas.line((LEFT, y), (across.right, y), Pen("axis", 1.0, "dashed"))
    for tick, words in labelled_ticks(across, 11.5):
        under = Type(size=11.5, token="muted", align="center")
        canvas.text(across.at(tick), bottom + 16, words, under)
    middle = Type(size=11.5, token="muted", align="center")
    canvas.text((LEFT + across.right) / 2, bottom + 34, "offered requests/s", middle)
    for target, points in found.items():
        _line(view, canvas, (target, points), (across, up))
    ends = [(up.at(points[-1].p99.point), target) for target, points in found.items()]
    end_labels(view, canvas, ends, room, bottom + 4)


def _line(
    view: View,
    canvas: Canvas,
    series: tuple[str, list[CurvePoint]],
    scales: tuple[Scale, Scale],
) -> None:
    target, points = series
    across, up = scales
    line, _, shape = look_tokens(view, target)
    places = [(across.at(p.offered.point), up.at(p.p99.point)) for p in points]
    if len(places) > 1:
        canvas.curve(places, Pen(line, 2.0, view.look(target).dash))
    for point, (x, y) in zip(points, places, strict=True):
        ends = (up.at(point.p99.low), up.at(point.p99.high))
        if ends[0] - ends[1] > 10:
            canvas.line((x, ends[0]), (x, ends[1]), Pen(line, 1.6))
        canvas.mark(x, y, Mark(line, shape, hollow=not point.reached))
