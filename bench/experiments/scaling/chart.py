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
    levels = sorted({point.clients for one in lines for point in one.points})
    across = Axis(
        "clients (log scale)",
        kind="log",
        between=(levels[0], max(levels[-1], 2 * levels[0])),
        ticks=tuple(Tick(level, str(level)) for level in levels),
    )
    plot = Plot(tuple(_series(view, one) for one in lines), across)
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
    shape = Lines((plot,), Axis("requests/s"))
    return chart(
        f"scaling-{workload}", palette, words, ChartTable(columns, rows), shape
    )


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


def _series(view: View, one: Scaling) -> Series:
    curve = one.fit.curve if one.fit is not None else ()
    laws = [(p.clients, p.rate_rps) for p in curve]
    return Series(
        look_of(view, one.target),
        view.label(one.target),
        spots=tuple(
            Spot(p.clients, p.rate_rps.point, hollow=p.excluded is not None, size=7.5)
            for p in one.points
            if p.rate_rps is not None and isfinite(p.rate_rps.point)
        ),
        line=tuple((clients, law.point) for clients, law in laws),
        band=tuple((clients, law.low, law.high) for clients, law in laws),
        rounds=tuple(
            (point.clients, value)
            for point in one.points
            for value in point.rounds
            if value is not None and isfinite(value)
        ),
        width=1.8,
    )


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
