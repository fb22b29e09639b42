"""Memory at rest and under load: a dumbbell for each set-up, from zero."""

from dataclasses import replace

from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.report.charts.chart import Chart, ChartTable, ChartText
from bench.report.charts.dumbbell import Ends, dumbbells, in_order
from bench.report.charts.palette import Palette
from bench.report.numbers import with_interval
from bench.report.view import View, absent


def memory_chart(view: View, palette: Palette) -> Chart | None:
    """Hollow at rest, filled under load; None if memory was not measured."""
    rows = in_order(view, [_ends(view, target) for target in view.contestants])
    if not any(rest or load for _, rest, load in rows):
        return None
    unit = view.metric("memory").unit
    words = ChartText(
        finding="Memory at rest and under load",
        sub=f"{unit} of the whole server, at its hungriest workload; less is better",
        caption="Hollow mark: at rest. Filled mark: under load, with its interval. Axis from zero.",
    )
    columns = ("set-up", f"at rest, {unit}", f"under load, {unit}")
    table = tuple(
        (view.label(target.id), _cell(view, target, rest), _cell(view, target, load))
        for target, rest, load in rows
    )
    drawn = dumbbells(
        view, palette, ("memory", unit), rows, (words, ChartTable(columns, table))
    )
    names = [None, *(note.name for note in view.results.workloads)]
    sources = (
        view.quantity(target.id, name, metric)
        for target, _, _ in rows
        for name in names
        for metric in ("idle_memory", "memory")
    )
    return replace(drawn, sources=tuple(each for each in sources if each))


def _cell(view: View, target: Target, estimate: Estimate | None) -> str:
    if estimate is not None:
        return with_interval(estimate)
    quantity = view.quantity(target.id, None, "idle_memory")
    return absent(quantity.reason if quantity else None)


def _ends(view: View, target: Target) -> Ends:
    at_rest = view.quantity(target.id, None, "idle_memory")
    names = [None, *(note.name for note in view.results.workloads)]
    loaded = [view.quantity(target.id, name, "memory") for name in names]
    known = [each.estimate for each in loaded if each and each.estimate]
    most = max(known, key=lambda estimate: estimate.point, default=None)
    return target, at_rest.estimate if at_rest else None, most
