"""results.csv: one row for each quantity and each comparison, for spreadsheets."""

import csv
import io
from collections.abc import Iterator

from bench.model.estimate import Estimate
from bench.model.results import Results
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


def results_csv(results: Results) -> str:
    """The numbers in long form, unrounded; an empty cell is not measured."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in _rows(results):
        table.writerow([_harmless(cell) for cell in row])
    return written.getvalue()


def _rows(results: Results) -> Iterator[tuple[object, ...]]:
    view = View(results)
    for one in results.quantities:
        yield (
            *("quantity", one.target, "", one.workload or "", one.metric),
            view.metric(one.metric).unit,
            *_numbers(one.estimate),
            *("", "", one.reason or ""),
            _rounds(one.rounds),
        )
    for pair in results.comparisons:
        yield (
            *("comparison", pair.subject, pair.baseline, pair.workload, pair.metric),
            "ratio",
            *_numbers(pair.advantage),
            *(_cell(pair.smallest_detectable), _cell(pair.p_value), pair.void or ""),
            _rounds(pair.rounds),
        )


def _numbers(estimate: Estimate | None) -> tuple[object, ...]:
    if estimate is None:
        return ("",) * 5
    return estimate.point, estimate.low, estimate.high, estimate.level, estimate.n


def _rounds(rounds: tuple[float | None, ...]) -> str:
    return " ".join("-" if value is None else repr(value) for value in rounds)


def _cell(value: float | None) -> object:
    return "" if value is None else value


def _harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula, marked as text."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{cell}"
    return cell
