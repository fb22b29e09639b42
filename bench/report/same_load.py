"""The section on response times at the same load: curves, and one table of all loads."""

from bench.analyse.open_metrics import LEVELS, load_words, metric_name
from bench.model.load import Basis, Load
from bench.report.charts.chart import Chart, ChartTable
from bench.report.charts.hdr import hdr_chart
from bench.report.charts.palette import Palette
from bench.report.numbers import point, with_interval
from bench.report.view import View, absent


NONE = (
    "Not measured: this run’s profile ({profile}) holds closed loops only; "
    "the standard profile has open loops."
)


def same_load_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """One chart for each workload and load that is one rate for all."""
    found = [
        hdr_chart(view, palette, note.name, load)
        for note in view.results.workloads
        for load in view.results.open_loads
        if load.basis is not Basis.OWN
    ]
    return tuple(each for each in found if each is not None)


def same_load_missing(view: View) -> tuple[str, ...]:
    """Why there is nothing, where there is nothing."""
    if not view.results.open_loads:
        return (NONE.format(profile=view.results.profile.name),)
    return () if view.results.curves else ("Not measured: no open window counts.",)


def same_load_table(view: View) -> ChartTable | None:
    """Every contestant at every open load; None without open loads."""
    rows = tuple(
        _row(view, target.id, note.name, load)
        for note in view.results.workloads
        for load in view.results.open_loads
        for target in view.contestants
        if view.quantity(target.id, note.name, metric_name("rate", load.name))
    )
    if not rows:
        return None
    columns = ("workload", "load", "set-up", "requests/s", "p50, ms", "p90, ms")
    tail = (
        "p99, ms",
        "p99.9, ms",
        "p99 from the actual send, ms",
        "sent late",
        "CPU per request, µs",
    )
    return ChartTable((*columns, *tail), rows)


def _row(view: View, target: str, workload: str, load: Load) -> tuple[str, ...]:
    names = (view.workload(workload), load_words(load), view.label(target))
    rate = _cell(view, (target, workload), "rate", load, short=True)
    quantiles = [_cell(view, (target, workload), name, load) for name in LEVELS]
    service = _cell(view, (target, workload), "service_p99", load)
    late = _cell(view, (target, workload), "late", load, short=True, unit="\u00a0%")
    cpu = _cell(view, (target, workload), "cpu", load)
    return (*names, rate, *quantiles, service, late, cpu)


def _cell(
    view: View,
    cell: tuple[str, str],
    what: str,
    load: Load,
    short: bool = False,
    unit: str = "",
) -> str:
    quantity = view.quantity(*cell, metric_name(what, load.name))
    if quantity is None or quantity.estimate is None:
        return absent(quantity.reason if quantity else None)
    said = point(quantity.estimate) if short else with_interval(quantity.estimate)
    return f"{said}{unit}"
