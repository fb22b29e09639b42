"""
Every number of a run as files for other programs.

* results.csv, and a table for each chart: long form, every digit of the
  results, one row for each quantity and each comparison
* rounds.parquet: every round of every quantity and comparison, for data frames
* percentiles/….hgrm: the page's curves as HdrHistogram's "HistogramLogProcessor"
  writes them (hdrhistogram.org); a percentile beyond which a round has no
  request is left out
* github-action-benchmark-….json (benchmark-action/github-action-benchmark): one
  list of {name, unit, value, range, extra} for `customBiggerIsBetter` and one
  for `customSmallerIsBetter`; a series is known by its name over runs
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from bench.model.estimate import Comparison, Estimate, Quantity
from bench.model.framework import Role, Target
from bench.model.results import Curve, Results
from bench.model.verdict import Evidence
from bench.report.charts.chart import Chart
from bench.report.clean import clean_text, one_line
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
    return _written(COLUMNS, (_row(view, source) for source in sources))


def chart_csv(view: View, chart: Chart) -> str:
    """What a chart draws, unrounded; the words of its table where it names no sources."""
    curves = [source for source in chart.sources if isinstance(source, Curve)]
    others = [source for source in chart.sources if not isinstance(source, Curve)]
    if curves:
        return _written(CURVE_COLUMNS, (row for c in curves for row in _curve_rows(c)))
    if others:
        return _written(COLUMNS, (_row(view, source) for source in others))
    return _written(chart.table.columns, chart.table.rows)


def _written(columns: Iterable[object], rows: Iterable[tuple[object, ...]]) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_harmless(cell) for cell in row])
    return written.getvalue()


def _row(view: View, source: Quantity | Comparison | Evidence) -> tuple[object, ...]:
    if isinstance(source, Evidence):
        return (
            *("finding", source.subject, "", "", source.what, "ratio"),
            *_numbers(source.estimate),
            *("", "", source.because, ""),
        )
    if isinstance(source, Quantity):
        return (
            *("quantity", source.target, "", source.workload or "", source.metric),
            view.metric(source.metric).unit,
            *_numbers(source.estimate),
            *("", "", source.reason or ""),
            _rounds(source.rounds),
        )
    return (
        *(
            "comparison",
            source.subject,
            source.baseline,
            source.workload,
            source.metric,
        ),
        "ratio",
        *_numbers(source.advantage),
        *(_cell(source.smallest_detectable), _cell(source.p_value), source.void or ""),
        _rounds(source.rounds),
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


_TEXT = DataType.large_string()
ROUND_COLUMNS = {
    "kind": _TEXT,  # quantity, comparison
    "subject": _TEXT,  # a target's id
    "baseline": _TEXT,  # missing: a quantity
    "workload": _TEXT,  # missing: of the target as a whole
    "metric": _TEXT,
    "unit": _TEXT,  # of value; comparisons have "ratio"
    "round": DataType.int32(),  # from 1, in the order of the rounds that were analysed
    "value": DataType.float64(),  # missing: not measured
}


def rounds_frame(results: Results) -> pd.DataFrame:
    """One row for each round of each number, in the columns of ROUND_COLUMNS; None: missing."""
    return pd.DataFrame(_round_rows(results), columns=list(ROUND_COLUMNS), dtype=object)


def rounds_parquet(results: Results) -> bytes:
    """The same as a file; the same results give the same bytes."""
    rows = rounds_frame(results)
    # Not DataFrame.to_parquet: it needs pyarrow, which is larger than all of pandas.
    table = Table.from_pydict(
        {name: Array(rows[name].tolist(), kind) for name, kind in ROUND_COLUMNS.items()}
    )
    written = io.BytesIO()
    write_parquet(table, written, compression="zstd(3)")
    return written.getvalue()


def _round_rows(results: Results) -> Iterator[tuple[object, ...]]:
    view = View(results)
    for quantity in results.quantities:
        unit = view.metric(quantity.metric).unit
        work = None if quantity.workload is None else clean_text(quantity.workload)
        head = (
            "quantity",
            clean_text(quantity.target),
            None,
            work,
            quantity.metric,
            unit,
        )
        for number, value in enumerate(quantity.rounds, 1):
            yield (*head, number, value)
    for pair in results.comparisons:
        said = (pair.subject, pair.baseline, pair.workload, pair.metric)
        names = tuple(map(clean_text, said))
        for number, value in enumerate(pair.rounds, 1):
            yield ("comparison", *names, "ratio", number, value)


PERCENTILES = "percentiles"
LONGEST_NAME = 200
"""Characters of what names a curve's file or a series; a file system takes 255 bytes."""
HEADER = "       Value     Percentile TotalCount 1/(1-Percentile)"


def percentile_files(results: Results) -> Mapping[str, str]:
    """Every curve by its path below the report's folder; empty without open loops."""
    return {
        f"{PERCENTILES}/{curve_file(curve)}": hgrm(curve, results.run_id)
        for curve in results.curves
    }


def curve_file(curve: Curve) -> str:
    """Load, workload and target, fit for every file system."""
    name = f"{curve.load}-{curve.workload}-{curve.target}".lower()
    return re.sub(r"[^a-z0-9.+-]+", "_", name)[:LONGEST_NAME] + ".hgrm"


def hgrm(curve: Curve, run_id: str) -> str:
    """One curve; comments begin with #, as plotters expect."""
    # A name may come from elsewhere; a line break in it would be a row.
    about = one_line(
        f"{curve.target}, {curve.workload}, {curve.load}, run {run_id}", 500
    )
    total = curve.points[0].beyond if curve.points else 0
    lines = [
        f"#[{about}]",
        f"#[milliseconds from the intended send; geometric mean over {curve.rounds} rounds of each round's own percentile]",
        HEADER,
        "",
    ]
    lines += [
        f"{point.middle_ms:12.6f} {point.level:.12f} {total - point.beyond:10d} {1 / (1 - point.level):14.2f}"
        for point in curve.points
    ]
    lines.append(f"#[Total count of the round with fewest = {total:12d}]")
    return "\n".join(lines) + "\n"


GITHUB_ACTION_BENCHMARK = "github-action-benchmark"
FORMATS = (GITHUB_ACTION_BENCHMARK,)
BIGGER, SMALLER = "customBiggerIsBetter", "customSmallerIsBetter"


def github_action_benchmark(results: Results) -> Mapping[str, str]:
    """
    Both lists as JSON, by the name of the tool that reads them.

    A target is named without its version, so that the series goes on over
    versions, unless a run holds several versions of it.
    """
    metrics = {metric.name: metric for metric in results.metrics}
    names = _export_names([t for t in results.targets if t.role is not Role.TWIN])
    lists: dict[str, list[Mapping[str, object]]] = {BIGGER: [], SMALLER: []}
    for quantity in results.quantities:
        metric, name = metrics.get(quantity.metric), names.get(quantity.target)
        if metric is not None and name is not None and quantity.estimate is not None:
            tool = BIGGER if metric.higher_is_better else SMALLER
            what = ": ".join(filter(None, (name, quantity.workload, metric.title)))
            entry = _entry(quantity.estimate, what, metric.unit, results.run_id)
            lists[tool].append(entry)
    return {tool: json.dumps(rows, indent=1) + "\n" for tool, rows in lists.items()}


def _export_names(targets: list[Target]) -> dict[str, str]:
    plain = [f"{target.framework}/{target.deployment}" for target in targets]
    return {
        target.id: name if plain.count(name) == 1 else target.id
        for target, name in zip(targets, plain, strict=True)
    }


def _entry(estimate: Estimate, what: str, unit: str, run: str) -> Mapping[str, object]:
    half = max(estimate.high - estimate.point, estimate.point - estimate.low)
    return {
        "name": one_line(what, LONGEST_NAME),
        "unit": unit,
        "value": estimate.point,
        "range": f"± {half:.3g}",
        "extra": f"{100 * estimate.level:.4g} % interval {estimate.low:.6g} to {estimate.high:.6g}, {estimate.n} rounds, run {one_line(run, LONGEST_NAME)}",
    }
