"""
Tables for spreadsheets: results.csv, and one for each chart.

Long form, every digit of the results: one row for each quantity and each comparison.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from bench.model.estimate import Comparison, Estimate, Quantity
from bench.model.results import Curve, Results
from bench.model.verdict import Evidence
from bench.report.charts.chart import Chart
from bench.report.clean import clean_text
from bench.report.view import View


COLUMNS = (
    "kind",
    "subject",
    "baseline",
    "workload",
    "metric",
    "unit",  # of point, low, high and rounds; comparisons have "ratio"
    "point_in_unit",
    "low_in_unit",
    "high_in_unit",
    "level_fraction",
    "rounds_count",
    "smallest_detectable_ratio",
    "p_value",
    "reason",
    "rounds_in_unit",  # by round, separated by spaces; "-" is not measured
)


CURVE_COLUMNS = (
    *("target", "workload", "load", "level_fraction"),
    *("least_round_ms", "middle_ms", "most_round_ms", "requests_beyond_count"),
)


def results_csv(results: Results) -> str:
    """The numbers in long form, unrounded; an empty cell is not measured."""
    view = View(results)
    sources: list[Quantity | Comparison] = [*results.quantities, *results.comparisons]
    return _written(COLUMNS, (_row(view, each) for each in sources))


def chart_csv(view: View, chart: Chart) -> str:
    """What a chart draws, unrounded; the words of its table where it names no sources."""
    curves = [each for each in chart.sources if isinstance(each, Curve)]
    if curves:
        rows = (row for curve in curves for row in _curve_rows(curve))
        return _written(CURVE_COLUMNS, rows)
    others = [each for each in chart.sources if not isinstance(each, Curve)]
    if others:
        return _written(COLUMNS, (_row(view, each) for each in others))
    return _written(chart.table.columns, chart.table.rows)


def _written(columns: Iterable[object], rows: Iterable[tuple[object, ...]]) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_harmless(cell) for cell in row])
    return written.getvalue()


def _row(view: View, one: Quantity | Comparison | Evidence) -> tuple[object, ...]:
    if isinstance(one, Evidence):
        return (
            *("finding", one.subject, "", "", one.what, "ratio"),
            *_numbers(one.estimate),
            *("", "", one.because, ""),
        )
    if isinstance(one, Quantity):
        return (
            *("quantity", one.target, "", one.workload or "", one.metric),
            view.metric(one.metric).unit,
            *_numbers(one.estimate),
            *("", "", one.reason or ""),
            _rounds(one.rounds),
        )
    return (
        *("comparison", one.subject, one.baseline, one.workload, one.metric),
        "ratio",
        *_numbers(one.advantage),
        *(_cell(one.smallest_detectable), _cell(one.p_value), one.void or ""),
        _rounds(one.rounds),
    )


def _curve_rows(curve: Curve) -> Iterator[tuple[object, ...]]:
    for point in curve.points:
        yield (
            *(curve.target, curve.workload, curve.load, point.level),
            *(point.low_ms, point.middle_ms, point.high_ms, point.beyond),
        )


def _numbers(estimate: Estimate | None) -> tuple[object, ...]:
    if estimate is None:
        return ("",) * 5
    return estimate.point, estimate.low, estimate.high, estimate.level, estimate.n


def _rounds(rounds: tuple[float | None, ...]) -> str:
    return " ".join("-" if value is None else repr(value) for value in rounds)


def _cell(value: float | None) -> object:
    return "" if value is None else value


_FORMULA = tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = r"(-|-?\d+(\.\d+)?(e[+-]?\d+)?|-?inf)"
_NUMBERS = re.compile(f"{_NUMBER}( {_NUMBER})*")


def _harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula, marked as text; what a terminal would obey, shown."""
    if not isinstance(cell, str) or _NUMBERS.fullmatch(cell):
        return cell
    cell = clean_text(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
