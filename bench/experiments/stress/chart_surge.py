"""Response time before, in and after a surge, quarter second by quarter second."""

from bench.experiments.stress.chart import FOOT, HEAD, HEIGHT, LEFT
from bench.experiments.stress.model import Stress, Stressed
from bench.model.trial import SLOT_S
from bench.report.charts.canvas import Canvas, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.ends import end_labels
from bench.report.charts.hdr import log_steps
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import number, percent, with_interval
from bench.report.view import View


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
        _draw(view, canvas, stress, found)
        return canvas

    peak = percent(round(stress.base_share * stress.surge.times, 4))
    words = ChartText(
        finding=_finding(stress, found),
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


def _finding(stress: Stress, found: list[Stressed]) -> str:
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


def _draw(view: View, canvas: Canvas, stress: Stress, found: list[Stressed]) -> None:
    names = [view.label(one.target) for one in found]
    room = min(max(text_width(n, 12.5, True) for n in names), canvas.width / 4)
    bottom = HEIGHT - FOOT
    longest = max(len(one.timeline_ms) for one in found) * SLOT_S
    across = from_zero([longest], LEFT, canvas.width - room - 14)
    known = [ms for one in found for ms in one.timeline_ms if ms]
    low, high = min(known), max(known)
    up = Scale(low / 1.15, max(high, low * 1.2) * 1.15, bottom, HEAD, True)
    canvas.text(0, 13, "median, ms (log scale)", Type(size=11.5, token="muted"))
    for tick, words in log_steps(up):
        canvas.line((LEFT, up.at(tick)), (across.right, up.at(tick)), Pen("grid"))
        style = Type(size=11.5, token="muted", align="right")
        canvas.text(LEFT - 6, up.at(tick) + 4, words, style)
    middle = Type(size=11.5, token="muted", align="center")
    for tick, words in labelled_ticks(across, 11.5):
        canvas.text(across.at(tick), bottom + 16, words, middle)
    canvas.text((LEFT + across.right) / 2, bottom + 34, "seconds of the visit", middle)
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
