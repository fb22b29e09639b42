"""Charts of one metric or two of each set-up: dots with rounds, two states, busy generator."""

from collections.abc import Iterable, Sequence
from math import isfinite

from bench.model.estimate import Estimate, Quantity
from bench.report.charts.canvas import Pen
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.rows import Bar, Dot, Panel, Row, Rows, row_of
from bench.report.charts.scale import Axis, Guide, Zone
from bench.report.numbers import percent, point, with_interval
from bench.report.view import View, absent


MOST_BUSY = 12
"""Rows in the chart of the generator."""

type Pair = tuple[str, Estimate | None, Estimate | None]
"""A target in two states."""


def dots_chart(
    view: View,
    palette: Palette,
    name: str,
    words: ChartText,
    workloads: Sequence[str | None],
    metric: str,
    targets: Sequence[str] | None = None,
) -> Chart:
    """Panels of dots of a metric, one for each workload; in each these targets, or the contestants."""
    targets = targets or [target.id for target in view.contestants]
    unit = view.metric(metric).unit
    # A single panel stands under the page's own heading, but for the first chart.
    titled = len(workloads) > 1 or name == "answer"
    panels, rows = [], []
    for workload in workloads:
        title = _title(view, workload, metric)
        quantities = _in_order(view, targets, workload, metric)
        drawn = tuple(_dots(view, quantity) for quantity in quantities)
        panels.append(Panel(drawn, title=title if titled else "", corner=unit))
        rows += [_told(view, title, quantity) for quantity in quantities]
    columns = ("set-up", "of", f"{unit} (interval)", "rounds")
    table = ChartTable(columns, tuple(rows))
    sources = [view.quantity(t, work, metric) for work in workloads for t in targets]
    shape = Rows(tuple(panels), pitch=28.0, share=0.3, grid="rows")
    return chart(name, palette, words, table, shape, sources)


def _in_order(
    view: View, targets: Iterable[str], workload: str | None, metric: str
) -> list[Quantity]:
    """Best first, those that were not measured last."""
    sign = -1 if view.metric(metric).higher_is_better else 1
    return sorted(
        (
            view.quantity(target, workload, metric)
            or Quantity(target, workload, metric, None, ())
            for target in targets
        ),
        key=lambda quantity: (
            quantity.estimate is None,
            sign * quantity.estimate.point if quantity.estimate else 0,
            view.label(quantity.target),
        ),
    )


def _rounds(quantity: Quantity) -> tuple[float, ...]:
    return tuple(v for v in quantity.rounds if v is not None and isfinite(v))


def _missing(quantity: Quantity) -> str:
    """Why there is no estimate; single rounds are no substitute for one."""
    if quantity.estimate is not None:
        return ""
    reason = quantity.reason or ""
    return f"no interval: {reason}" if _rounds(quantity) else absent(reason)


def _dots(view: View, quantity: Quantity) -> Row:
    estimate = quantity.estimate
    more = {"rounds": _rounds(quantity), "missing": _missing(quantity)}
    return row_of(view, quantity.target, Dot.of(estimate), estimate, **more)


def _told(view: View, title: str, quantity: Quantity) -> tuple[str, ...]:
    estimate = quantity.estimate
    said = with_interval(estimate) if estimate else _missing(quantity)
    rounds = estimate.n if estimate else len(_rounds(quantity))
    return view.label(quantity.target), title, said, str(rounds)


def _title(view: View, workload: str | None, metric: str) -> str:
    if not workload:
        return view.metric(metric).title
    # A claim that asks about it without the database layer says that there is one.
    layered = {
        layered_workload
        for v in view.results.verdicts
        for layered_workload in v.claim.without_layer
    }
    layer = " (ORM)" if workload in layered else ""
    return f"{view.workload(workload)}{layer}"


def reading(view: View, metric: str) -> str:
    """How to read such a chart, in words."""
    chosen = view.metric(metric)
    better = "more" if chosen.higher_is_better else "less"
    unit = f", {chosen.unit}" if chosen.unit else ""
    return (
        f"{chosen.title}{unit}: {better} is better. Large mark and whisker: estimate "
        f"and {level_of(view, metric)} interval (no whisker: narrower than the mark). Small dots: rounds."
    )


def level_of(view: View, metric: str) -> str:
    """The level of its intervals, as printed."""
    estimates = [
        quantity.estimate
        for quantity in view.results.quantities
        if quantity.metric == metric and quantity.estimate
    ]
    levels = sorted({percent(estimate.level) for estimate in estimates})
    return " or ".join(levels) or "95\u00a0%"


def in_order(view: View, pairs: Iterable[Pair]) -> list[Pair]:
    """The least of the second state first; what has none last."""

    def last(pair: Pair) -> float:
        estimate = pair[2] or pair[1]
        return estimate.point if estimate else float("inf")

    return sorted(pairs, key=lambda pair: (last(pair), view.label(pair[0])))


def two_states(view: View, pairs: Iterable[Pair], unit: str) -> Rows:
    """Each target's states on one line, from zero: hollow the first, filled the second, whose figure is printed."""
    rows = []
    for target, first, second in pairs:
        hollow = (Dot(first.point, hollow=True),) if first else ()
        dots = (*Dot.of(second), *hollow)
        rows.append(row_of(view, target, dots, second or first))
    return Rows((Panel(tuple(rows), Axis(unit)),))


def latency_chart(view: View, palette: Palette, workload: str) -> Chart:
    """Hollow mark at the median, filled at the 99th percentile, each with its interval."""
    unit = view.metric("p50").unit
    ids, both = [target.id for target in view.contestants], ("p50", "p99")
    medians, tails = (
        [_estimate(view, target, workload, m) for target in ids] for m in both
    )
    pairs = in_order(view, zip(ids, medians, tails, strict=True))
    rows = []
    for target, median, tail in pairs:
        dots = (*Dot.of(tail), *Dot.of(median, hollow=True))
        said = " · ".join(
            point(estimate) if estimate else "–" for estimate in (median, tail)
        )
        rows.append(row_of(view, target, dots, None, value=said if dots else ""))
    words = ChartText(
        finding=view.workload(workload),
        sub=f"Response time in {unit}, less is better",
        caption="Hollow mark: median (p50). Filled mark: 99th percentile (p99). Whiskers: intervals.",
    )
    columns = ("set-up", f"p50, {unit}", f"p99, {unit}", "level", "rounds")
    table = ChartTable(columns, tuple(_both(view, workload, pair) for pair in pairs))
    shape = Rows((Panel(tuple(rows), corner=f"p50 · p99, {unit}"),))
    sources = [
        view.quantity(target, workload, metric)
        for target, _, _ in pairs
        for metric in both
    ]
    return chart(f"latency-{workload}", palette, words, table, shape, sources)


def _estimate(
    view: View, target: str, workload: str | None, metric: str
) -> Estimate | None:
    quantity = view.quantity(target, workload, metric)
    return quantity.estimate if quantity else None


def _cell(
    view: View,
    target: str,
    workload: str | None,
    metric: str,
    estimate: Estimate | None,
) -> str:
    """The estimate, or why this quantity has none."""
    if estimate is not None:
        return with_interval(estimate)
    quantity = view.quantity(target, workload, metric)
    return absent(quantity.reason if quantity else None)


def _both(view: View, workload: str, pair: Pair) -> tuple[str, ...]:
    target, median, tail = pair
    estimated = tail or median
    cells = [
        _cell(view, target, workload, metric, estimate)
        for metric, estimate in (("p50", median), ("p99", tail))
    ]
    level = percent(estimated.level) if estimated else "–"
    return view.label(target), *cells, level, str(estimated.n if estimated else 0)


def memory_chart(view: View, palette: Palette) -> Chart | None:
    """Hollow at rest, filled under load at its hungriest workload; None if memory was not measured."""
    names = [None, *(note.name for note in view.results.workloads)]
    pairs = []
    for target in (contestant.id for contestant in view.contestants):
        loaded = [_estimate(view, target, name, "memory") for name in names]
        measured = [estimate for estimate in loaded if estimate]
        most = max(measured, key=lambda estimate: estimate.point, default=None)
        pairs.append((target, _estimate(view, target, None, "idle_memory"), most))
    if not any(rest or load for _, rest, load in pairs):
        return None
    pairs = in_order(view, pairs)
    unit = view.metric("memory").unit
    words = ChartText(
        finding="Memory at rest and under load",
        sub=f"{unit} of the whole server, at its hungriest workload; less is better",
        caption="Hollow mark: at rest. Filled mark: under load, with its interval. Axis from zero.",
    )
    columns = ("set-up", f"at rest, {unit}", f"under load, {unit}")
    table = tuple(
        (
            view.label(target),
            *(_cell(view, target, None, "idle_memory", estimate) for estimate in both),
        )
        for target, *both in pairs
    )
    sources = [
        view.quantity(target, name, metric)
        for target, _, _ in pairs
        for name in names
        for metric in ("idle_memory", "memory")
    ]
    shape = two_states(view, pairs, unit)
    return chart("memory", palette, words, ChartTable(columns, table), shape, sources)


def generator_chart(view: View, palette: Palette) -> Chart | None:
    """Was the generator the limit? Its CPU share at the busiest workload of each target; None if nobody watched it."""
    busiest = _busiest(view)
    if not busiest:
        return None
    # As the run's own check states it; None where it states none.
    check = view.check("generator")
    limit = check.limit_value if check else None
    limit_words = "This run states no limit."
    guides: tuple[Guide, ...] = ()
    zones: tuple[Zone, ...] = ()
    if limit is not None:
        limit_words = f"Above {percent(limit / 100)} no throughput verdict is given."
        words = f"limit {percent(limit / 100)}"
        guides = (Guide(limit, Pen("ink", 1.4), words),)
        zones = (Zone(limit, None, "warn-soft"),)
    rows, table = [], []
    for target, workload, estimate in busiest:
        bars = (Bar(0.0, estimate.point, look_of(view, target).line),)
        value = f"{point(estimate)}\u00a0%"
        rows.append(row_of(view, target, (), None, bars=bars, value=value))
        cells = (view.workload(workload), with_interval(estimate), str(estimate.n))
        table.append((view.label(target), *cells))
    axis = Axis("% of one core", holds=(100.0, limit or 0.0))
    return chart(
        "generator",
        palette,
        ChartText(
            finding="How busy the load generator was",
            sub="Share of one core that the generator used, at its busiest workload",
            caption=f"A generator near its own limit measures itself. {limit_words}",
        ),
        ChartTable(("set-up", "at", "% of a core (interval)", "rounds"), tuple(table)),
        Rows((Panel(tuple(rows), axis, guides=guides, zones=zones),)),
        [
            view.quantity(target, note.name, "generator")
            for target, _, _ in busiest
            for note in view.results.workloads
        ],
    )


def _busiest(view: View) -> list[tuple[str, str, Estimate]]:
    """Of each target the workload that took most of the generator, the greatest first."""
    busiest = []
    for target in (entered.id for entered in view.results.targets):
        shares = [
            (target, note.name, estimate)
            for note in view.results.workloads
            if (estimate := _estimate(view, target, note.name, "generator"))
        ]
        if shares:
            busiest.append(max(shares, key=lambda share: share[2].point))
    busiest.sort(key=lambda share: (-share[2].point, view.label(share[0])))
    return busiest[:MOST_BUSY]
