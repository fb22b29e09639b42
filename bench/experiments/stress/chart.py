"""
Response time against offered rate, and before, in and after a surge.

The first is flat for long and then goes up, where the capacity ends; the
second is told quarter second by quarter second.
"""

from collections.abc import Iterable, Sequence
from math import isclose, isfinite
from typing import NamedTuple

from bench.experiments.stress.model import Stress, Stressed
from bench.model.estimate import Estimate
from bench.model.trial import SLOT_S
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.ends import end_labels
from bench.report.charts.hdr import log_steps
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import number, percent, with_interval
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
    room = _room(view, canvas, found)
    every = [point for points in found.values() for point in points]
    values = [v for p in every for v in (p.p99.low, p.p99.point, p.p99.high)]
    rates = [point.offered.point for point in every]
    words = ("p99, ms (log scale)", "offered requests/s")
    scales = _axes(canvas, room, (rates, values), words, GUIDE_MS)
    for target, points in found.items():
        _line(view, canvas, (target, points), scales)
    _, up = scales
    ends = [(up.at(points[-1].p99.point), target) for target, points in found.items()]
    end_labels(view, canvas, ends, room, HEIGHT - FOOT + 4)


def _room(view: View, canvas: Canvas, targets: Iterable[str]) -> float:
    """For the names at the ends of the lines."""
    widest = max(text_width(view.label(each), 12.5, True) for each in targets)
    return min(widest, canvas.width / 4)


def _axes(
    canvas: Canvas,
    room: float,
    values: tuple[Sequence[float], Sequence[float]],
    words: tuple[str, str],
    guide_ms: float | None = None,
) -> tuple[Scale, Scale]:
    """Across from zero, and up on a log scale of milliseconds, drawn; the words name up and across."""
    bottom = HEIGHT - FOOT
    across = from_zero(list(values[0]), LEFT, canvas.width - room - 14)
    known = [v for v in values[1] if isfinite(v) and v > 0]
    low, high = min(known), max(known)
    up = Scale(low / 1.15, max(high, low * 1.2) * 1.15, bottom, HEAD, True)
    canvas.text(0, 13, words[0], Type(size=11.5, token="muted"))
    for tick, told in log_steps(up):
        canvas.line((LEFT, up.at(tick)), (across.right, up.at(tick)), Pen("grid"))
        style = Type(size=11.5, token="muted", align="right")
        canvas.text(LEFT - 6, up.at(tick) + 4, told, style)
    if guide_ms is not None and up.holds(guide_ms):
        y = up.at(guide_ms)
        canvas.line((LEFT, y), (across.right, y), Pen("axis", 1.0, "dashed"))
    middle = Type(size=11.5, token="muted", align="center")
    for tick, told in labelled_ticks(across, 11.5):
        canvas.text(across.at(tick), bottom + 16, told, middle)
    canvas.text((LEFT + across.right) / 2, bottom + 34, words[1], middle)
    return across, up


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


def surge_chart(
    view: View, palette: Palette, stress: Stress, workload: str
) -> Chart | None:
    """A line for each target; None where no response time was measured."""
    found = [
        one
        for one in stress.targets
        if one.workload == workload and any(ms is not None for ms in one.timeline_ms)
    ]
    if not found:
        return None

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEIGHT)
        _draw_surge(view, canvas, stress, found)
        return canvas

    peak = percent(round(stress.base_share * stress.surge.times, 4))
    words = ChartText(
        finding=_finding_surge(stress, found),
        sub=(
            f"{view.workload(workload)}: median response time in ms, "
            f"{peak} of its own capacity offered between the dashed lines, "
            f"{percent(stress.base_share)} before and after"
        ),
        caption=(
            "Each step is a quarter of a second, by when requests were due: the "
            "middle of the rounds. Lower is better; who comes down sooner is sooner "
            "through with what had piled up."
        ),
    )
    columns = ("set-up", "waiting at its end", "seconds until it was over", "rounds")
    rows = tuple(
        (
            view.label(one.target),
            *(
                with_interval(series.estimate) if series.estimate else "not measured"
                for series in (one.waiting, one.recovery_s)
            ),
            str(sum(value is not None for value in one.recovery_s.rounds)),
        )
        for one in found
    )
    return chart(f"surge-{workload}", palette, words, ChartTable(columns, rows), draw)


def _finding_surge(stress: Stress, found: list[Stressed]) -> str:
    """By when all were back, or how often somebody was not."""
    took = [v for one in found for v in one.recovery_s.rounds if v is not None]
    back = sum(one.recovered for one in found)
    if not took:
        return "Response time before, in and after a surge"
    if back < len(took):
        return (
            f"After the surge, response times came back in {back} of {len(took)} cases"
        )
    return f"After the surge, response times were back within {number(max(took), 2)} s, always"


def _draw_surge(
    view: View, canvas: Canvas, stress: Stress, found: list[Stressed]
) -> None:
    room = _room(view, canvas, [one.target for one in found])
    longest = max(len(one.timeline_ms) for one in found) * SLOT_S
    known = [ms for one in found for ms in one.timeline_ms if ms]
    words = ("median, ms (log scale)", "seconds of the visit")
    across, up = _axes(canvas, room, ([longest], known), words)
    bottom = HEIGHT - FOOT
    for moment_s in (stress.surge.from_s, stress.surge.until_s):
        x = across.at(moment_s)
        canvas.line((x, HEAD), (x, bottom), Pen("axis", 1.0, "dashed"))
    ends = []
    for one in found:
        places = [
            (across.at((position + 0.5) * SLOT_S), up.at(ms))
            for position, ms in enumerate(one.timeline_ms)
            if ms
        ]
        line = look_tokens(view, one.target)[0]
        if len(places) > 1:
            canvas.curve(places, Pen(line, 2.0, view.look(one.target).dash))
        ends.append((places[-1][1], one.target))
    end_labels(view, canvas, ends, room, bottom + 4)
