"""
Response time against offered rate, and before, in and after a surge.

The first is flat for long and then goes up, where the capacity ends; the
second is told quarter second by quarter second.
"""

from math import isclose
from typing import NamedTuple

from bench.experiments.stress.model import Stress, Stressed
from bench.model.estimate import Estimate
from bench.model.trial import SLOT_S
from bench.report.charts.canvas import Pen
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Lines, Plot, Series, Spot
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.scale import Axis, Guide
from bench.report.numbers import number, percent, with_interval
from bench.report.view import View


DASHED = Pen("axis", 1.0, "dashed")
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
    curves = {
        stressed.target: points
        for stressed in stress.targets
        if stressed.workload == workload and (points := points_of(stressed))
    }
    if not curves:
        return None

    series = tuple(_series(view, *curve) for curve in curves.items())
    shape = Lines(
        (Plot(series, Axis("offered requests/s")),),
        Axis("p99, ms (log scale)", kind="log"),
        guide=Guide(GUIDE_MS, DASHED),
    )
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
        for target, points in curves.items()
        for point in points
    )
    return chart(f"hockey-{workload}", palette, words, ChartTable(columns, rows), shape)


def points_of(stressed: Stressed) -> list[CurvePoint]:
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
        for step in stressed.steps
        if step.offered_rps.estimate and step.p99_ms.estimate
    ]


def _finding(stress: Stress, workload: str) -> str:
    own = [stressed for stressed in stress.targets if stressed.workload == workload]
    highest = max((s.share for stressed in own for s in stressed.steps), default=0.0)
    kept = [
        100 * s.kept.estimate.point
        for stressed in own
        for s in stressed.steps
        if isclose(s.share, highest) and s.kept.estimate
    ]
    if not kept:
        return "Response time as the offered rate rises"
    low, high = f"{min(kept):.0f}", f"{max(kept):.0f}"
    span = f"{low} % to {high} %" if low != high else f"{low} %"
    return f"Offered {percent(highest)} of its own capacity, each still answers {span} of it"


def _series(view: View, target: str, points: list[CurvePoint]) -> Series:
    spots = tuple(
        Spot(p.offered.point, p.p99.point, p.p99.low, p.p99.high, hollow=not p.reached)
        for p in points
    )
    line = tuple((point.offered.point, point.p99.point) for point in points)
    return Series(look_of(view, target), view.label(target), spots, line)


def surge_chart(
    view: View, palette: Palette, stress: Stress, workload: str
) -> Chart | None:
    """A line for each target; None where no response time was measured."""
    surged = [
        stressed
        for stressed in stress.targets
        if stressed.workload == workload
        and any(ms is not None for ms in stressed.timeline_ms)
    ]
    if not surged:
        return None

    surge = (stress.surge.from_s, stress.surge.until_s)
    plot = Plot(
        tuple(_timeline(view, stressed) for stressed in surged),
        Axis("seconds of the visit", holds=(_longest_s(surged),)),
        guides=tuple(Guide(moment_s, DASHED) for moment_s in surge),
    )
    shape = Lines((plot,), Axis("median, ms (log scale)", kind="log"))
    peak = percent(round(stress.base_share * stress.surge.times, 4))
    words = ChartText(
        finding=_finding_surge(stress, surged),
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
            view.label(stressed.target),
            *(
                with_interval(series.estimate) if series.estimate else "not measured"
                for series in (stressed.waiting, stressed.recovery_s)
            ),
            str(sum(value is not None for value in stressed.recovery_s.rounds)),
        )
        for stressed in surged
    )
    return chart(f"surge-{workload}", palette, words, ChartTable(columns, rows), shape)


def _finding_surge(stress: Stress, surged: list[Stressed]) -> str:
    """By when all were back, or how often somebody was not."""
    took = [
        v for stressed in surged for v in stressed.recovery_s.rounds if v is not None
    ]
    back = sum(stressed.recovered for stressed in surged)
    if not took:
        return "Response time before, in and after a surge"
    if back < len(took):
        return (
            f"After the surge, response times came back in {back} of {len(took)} cases"
        )
    return f"After the surge, response times were back within {number(max(took), 2)} s, always"


def _longest_s(surged: list[Stressed]) -> float:
    return max(len(stressed.timeline_ms) for stressed in surged) * SLOT_S


def _timeline(view: View, stressed: Stressed) -> Series:
    line = tuple(
        ((position + 0.5) * SLOT_S, ms)
        for position, ms in enumerate(stressed.timeline_ms)
        if ms
    )
    return Series(
        look_of(view, stressed.target), view.label(stressed.target), line=line
    )
