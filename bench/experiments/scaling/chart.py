"""Throughput as clients rise: points with every round, and the fitted law where it fits."""

from collections.abc import Sequence
from math import isfinite

from bench.experiments.scaling.model import Scaling, ScalingPoint, Scalings
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.ends import end_labels
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, labelled_ticks
from bench.report.numbers import number, percent, with_interval
from bench.report.view import View, absent
from bench.wording.numbers import joined


HEIGHT = 290.0
HEAD = 26.0
FOOT = 40.0


def scaling_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """A chart for each workload, the contestants in it."""
    found: Scalings | None = view.results.found["scalings"]
    if found is None:
        return ()
    works = dict.fromkeys(one.workload for one in found.clients)
    return tuple(_chart(view, palette, name, _lines(view, name)) for name in works)


def _lines(view: View, workload: str) -> list[Scaling]:
    found: Scalings | None = view.results.found["scalings"]
    lines = [
        one for one in (found.clients if found else ()) if one.workload == workload
    ]
    return sorted(lines, key=lambda one: view.label(one.target).lower())


def _chart(
    view: View, palette: Palette, workload: str, lines: Sequence[Scaling]
) -> Chart:
    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEIGHT)
        _draw(view, canvas, lines)
        return canvas

    words = ChartText(
        finding=_finding(view, lines),
        sub=f"{view.workload(workload)}: requests per second as clients rise",
        caption=(
            "Marks: the middle of the rounds; small dots: every round. Higher is "
            "better. Line and band: the universal scalability law fitted in each "
            "round, with its interval, where it fits. Hollow: decides nothing."
        ),
    )
    columns = ("set-up", "clients", "requests/s", "rounds", "decides")
    rows = tuple(row for one in lines for row in (*_rows(view, one), *_law(view, one)))
    return chart(f"scaling-{workload}", palette, words, ChartTable(columns, rows), draw)


def _finding(view: View, lines: Sequence[Scaling]) -> str:
    kept = [
        f"{view.label(one.target)} {percent(round(share.point, 2))}"
        for one in lines
        if (share := one.least.share if one.least else None) and isfinite(share.point)
    ]
    most = max((one.points[-1].clients for one in lines if one.points), default=0)
    if not kept:
        return f"How much is left at {most} clients was not measured"
    return f"Of its best, at {most} clients there is left: {joined(kept)}"


def _rows(view: View, one: Scaling) -> list[tuple[str, ...]]:
    return [
        (
            view.label(one.target),
            str(point.clients),
            with_interval(point.rate_rps) if point.rate_rps else absent(None),
            str(point.rate_rps.n if point.rate_rps else 0),
            point.excluded or "yes",
        )
        for point in one.points
    ]


def _law(view: View, one: Scaling) -> list[tuple[str, ...]]:
    """The three terms of the law, so that they can be read where no curve is drawn."""
    name = view.label(one.target)
    if one.fit is None:
        return [(name, "law", f"no fit: {one.no_fit}", "0", "no")]
    fit = one.fit
    terms = (
        ("alone (lambda)", fit.alone_rps),
        ("contention (sigma)", fit.contention),
        ("retrograde (kappa)", fit.retrograde),
    )
    peak = "none" if fit.peak_clients is None else f"{fit.peak_clients:.0f}"
    told = one.no_fit or f"misses the points by {percent(round(fit.misfit, 3))}"
    return [
        *((name, words, with_interval(e), str(e.n), "no") for words, e in terms),
        (name, "peak of the law", peak, str(fit.alone_rps.n), told),
    ]


def _draw(view: View, canvas: Canvas, lines: Sequence[Scaling]) -> None:
    names = [view.label(one.target) for one in lines]
    room = min(max(text_width(name, 12.5, True) for name in names), canvas.width / 4)
    bottom = HEIGHT - FOOT
    up = _up(lines, bottom)
    ticks = labelled_ticks(_flat(up), 11.5)
    left = max(text_width(words, 11.5) for _, words in ticks) + 10
    levels = sorted({point.clients for one in lines for point in one.points})
    across = Scale(
        levels[0],
        max(levels[-1], 2 * levels[0]),
        left + 6,
        canvas.width - room - 16,
        True,
    )
    canvas.text(0, 13, "requests/s", Type(size=11.5, token="muted"))
    for tick, words in ticks:
        y = up.at(tick)
        canvas.line((left, y), (across.right, y), Pen("grid"))
        style = Type(size=11.5, token="muted", align="right")
        canvas.text(left - 5, y + 4, words, style)
    _clients(canvas, across, levels, bottom)
    for one in lines:
        _line(view, canvas, one, (across, up))
    ends = [(up.at(_last(one)), one.target) for one in lines]
    end_labels(view, canvas, ends, room, bottom + 4)


def _flat(up: Scale) -> Scale:
    """The same axis laid flat, with a line's height where a label's width is asked for."""
    return Scale(up.low, up.high, 0.0, (up.left - up.right) * 2.2)


def _up(lines: Sequence[Scaling], bottom: float) -> Scale:
    values = [v for one in lines for point in one.points for v in _values(point)]
    top = max((v for v in values if isfinite(v)), default=1.0)
    return Scale(0.0, top * 1.04 if top > 0 else 1.0, bottom, HEAD)


def _values(point: ScalingPoint) -> list[float]:
    known = [value for value in point.rounds if value is not None]
    return [*known, point.rate_rps.point] if point.rate_rps else known


def _clients(canvas: Canvas, across: Scale, levels: list[int], bottom: float) -> None:
    taken = float("-inf")
    for level in levels:
        x, words = across.at(level), str(level)
        half = text_width(words, 11.5) / 2
        if x - half > taken + 6:
            style = Type(size=11.5, token="muted", align="center")
            canvas.text(x, bottom + 16, words, style)
            taken = x + half
    canvas.text(
        across.right,
        bottom + 33,
        "clients (log scale)",
        Type(size=11.5, token="muted", align="right"),
    )


def _line(
    view: View, canvas: Canvas, one: Scaling, scales: tuple[Scale, Scale]
) -> None:
    across, up = scales
    token, _, shape = look_tokens(view, one.target)
    if one.fit is not None and one.fit.curve:
        curve = one.fit.curve
        upper = [(across.at(p.clients), up.at(p.rate_rps.high)) for p in curve]
        lower = [(across.at(p.clients), up.at(p.rate_rps.low)) for p in curve]
        canvas.band([*upper, *reversed(lower)], token)
        middle = [(across.at(p.clients), up.at(p.rate_rps.point)) for p in curve]
        canvas.curve(middle, Pen(token, 1.8, view.look(one.target).dash))
    for point in one.points:
        x = across.at(point.clients)
        for value in point.rounds:
            if value is not None and isfinite(value):
                canvas.dots([x], up.at(value), token)
        if point.rate_rps is not None and isfinite(point.rate_rps.point):
            hollow = point.excluded is not None
            mark = Mark(token, shape, size=7.5, hollow=hollow)
            canvas.mark(x, up.at(point.rate_rps.point), mark)


def _last(one: Scaling) -> float:
    known = [p.rate_rps.point for p in one.points if p.rate_rps]
    return known[-1] if known and isfinite(known[-1]) else 0.0


def workers_table(view: View) -> ChartTable | None:
    """What more workers brought; None where none were started."""
    found: Scalings | None = view.results.found["scalings"]
    if found is None or not found.workers:
        return None
    rows = tuple(
        (
            view.label(each.target),
            view.workload(each.workload),
            str(each.workers),
            with_interval(each.gain) if each.gain else absent(each.reason),
            " ".join("–" if v is None else number(v, 2) for v in each.rounds),
            str(each.gain.n if each.gain else 0),
        )
        for each in found.workers
    )
    columns = ("set-up", "workload", "workers", "share of the ideal gain", "each round")
    return ChartTable((*columns, "rounds"), rows)
