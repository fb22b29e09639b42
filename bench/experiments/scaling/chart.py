"""Throughput as clients rise: points with every round, and the fitted law where it fits."""

from collections.abc import Sequence
from math import isfinite

from bench.experiments.scaling.model import Scaling, Scalings
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Lines, Plot, Series, Spot
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.scale import Axis, Tick
from bench.report.numbers import number, percent, with_interval
from bench.report.view import View, absent
from bench.wording.numbers import joined


def scaling_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """A chart for each workload, the contestants in it."""
    scalings: Scalings | None = view.results.found["scalings"]
    if scalings is None:
        return ()
    works = dict.fromkeys(scaling.workload for scaling in scalings.clients)
    return tuple(_chart(view, palette, name, _lines(view, name)) for name in works)


def _lines(view: View, workload: str) -> list[Scaling]:
    scalings: Scalings | None = view.results.found["scalings"]
    lines = [
        scaling
        for scaling in (scalings.clients if scalings else ())
        if scaling.workload == workload
    ]
    return sorted(lines, key=lambda scaling: view.label(scaling.target).lower())


def _chart(
    view: View, palette: Palette, workload: str, lines: Sequence[Scaling]
) -> Chart:
    levels = sorted({point.clients for scaling in lines for point in scaling.points})
    across = Axis(
        "clients (log scale)",
        kind="log",
        between=(levels[0], max(levels[-1], 2 * levels[0])),
        ticks=tuple(Tick(level, str(level)) for level in levels),
    )
    plot = Plot(tuple(_series(view, scaling) for scaling in lines), across)
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
    rows = tuple(
        row
        for scaling in lines
        for row in (*_rows(view, scaling), *_law(view, scaling))
    )
    shape = Lines((plot,), Axis("requests/s"))
    return chart(
        f"scaling-{workload}", palette, words, ChartTable(columns, rows), shape
    )


def _finding(view: View, lines: Sequence[Scaling]) -> str:
    kept = [
        f"{view.label(scaling.target)} {percent(round(share.point, 2))}"
        for scaling in lines
        if (share := scaling.least.share if scaling.least else None)
        and isfinite(share.point)
    ]
    most = max(
        (scaling.points[-1].clients for scaling in lines if scaling.points), default=0
    )
    if not kept:
        return f"How much is left at {most} clients was not measured"
    return f"Of its best, at {most} clients there is left: {joined(kept)}"


def _rows(view: View, scaling: Scaling) -> list[tuple[str, ...]]:
    return [
        (
            view.label(scaling.target),
            str(point.clients),
            with_interval(point.rate_rps) if point.rate_rps else absent(None),
            str(point.rate_rps.n if point.rate_rps else 0),
            point.excluded or "yes",
        )
        for point in scaling.points
    ]


def _law(view: View, scaling: Scaling) -> list[tuple[str, ...]]:
    """The three terms of the law, so that they can be read where no curve is drawn."""
    name = view.label(scaling.target)
    if scaling.fit is None:
        return [(name, "law", f"no fit: {scaling.no_fit}", "0", "no")]
    fit = scaling.fit
    terms = (
        ("alone (lambda)", fit.alone_rps),
        ("contention (sigma)", fit.contention),
        ("retrograde (kappa)", fit.retrograde),
    )
    peak = "none" if fit.peak_clients is None else f"{fit.peak_clients:.0f}"
    remark = scaling.no_fit or f"misses the points by {percent(round(fit.misfit, 3))}"
    return [
        *((name, words, with_interval(e), str(e.n), "no") for words, e in terms),
        (name, "peak of the law", peak, str(fit.alone_rps.n), remark),
    ]


def _series(view: View, scaling: Scaling) -> Series:
    curve = scaling.fit.curve if scaling.fit is not None else ()
    laws = [(p.clients, p.rate_rps) for p in curve]
    return Series(
        look_of(view, scaling.target),
        view.label(scaling.target),
        spots=tuple(
            Spot(p.clients, p.rate_rps.point, hollow=p.excluded is not None, size=7.5)
            for p in scaling.points
            if p.rate_rps is not None and isfinite(p.rate_rps.point)
        ),
        line=tuple((clients, law.point) for clients, law in laws),
        band=tuple((clients, law.low, law.high) for clients, law in laws),
        rounds=tuple(
            (point.clients, value)
            for point in scaling.points
            for value in point.rounds
            if value is not None and isfinite(value)
        ),
        width=1.8,
    )


def workers_table(view: View) -> ChartTable | None:
    """What more workers brought; None where none were started."""
    scalings: Scalings | None = view.results.found["scalings"]
    if scalings is None or not scalings.workers:
        return None
    rows = tuple(
        (
            view.label(gain.target),
            view.workload(gain.workload),
            str(gain.workers),
            with_interval(gain.gain) if gain.gain else absent(gain.reason),
            " ".join("–" if v is None else number(v, 2) for v in gain.rounds),
            str(gain.gain.n if gain.gain else 0),
        )
        for gain in scalings.workers
    )
    columns = ("set-up", "workload", "workers", "share of the ideal gain", "each round")
    return ChartTable((*columns, "rounds"), rows)
