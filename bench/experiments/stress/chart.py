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
    found = {
        one.target: points
        for one in stress.targets
        if one.workload == workload and (points := points_of(one))
    }
    if not found:
        return None

    series = tuple(_series(view, *each) for each in found.items())
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
        for target, points in found.items()
        for point in points
    )
    return chart(f"hockey-{workload}", palette, words, ChartTable(columns, rows), shape)


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


def _series(view: View, target: str, points: list[CurvePoint]) -> Series:
    spots = tuple(
        Spot(p.offered.point, p.p99.point, p.p99.low, p.p99.high, hollow=not p.reached)
        for p in points
    )
    line = tuple((each.offered.point, each.p99.point) for each in points)
    return Series(look_of(view, target), view.label(target), spots, line)


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

    surge = (stress.surge.from_s, stress.surge.until_s)
    plot = Plot(
        tuple(_timeline(view, one) for one in found),
        Axis("seconds of the visit", holds=(_longest_s(found),)),
        guides=tuple(Guide(moment_s, DASHED) for moment_s in surge),
    )
    shape = Lines((plot,), Axis("median, ms (log scale)", kind="log"))
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
    return chart(f"surge-{workload}", palette, words, ChartTable(columns, rows), shape)


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


def _longest_s(found: list[Stressed]) -> float:
    return max(len(one.timeline_ms) for one in found) * SLOT_S


def _timeline(view: View, one: Stressed) -> Series:
    line = tuple(
        ((position + 0.5) * SLOT_S, ms)
        for position, ms in enumerate(one.timeline_ms)
        if ms
    )
    return Series(look_of(view, one.target), view.label(one.target), line=line)
