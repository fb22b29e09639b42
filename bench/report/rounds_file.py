"""rounds.parquet: every round of every quantity and comparison, for data frames."""

import io
from collections.abc import Iterator

import pandas as pd
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from bench.model.results import Results
from bench.report.clean import clean_text
from bench.report.view import View


_TEXT = DataType.large_string()
COLUMNS = {
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
    """One row for each round of each number, in the columns of COLUMNS; None: missing."""
    return pd.DataFrame(_rows(results), columns=list(COLUMNS), dtype=object)


def rounds_parquet(results: Results) -> bytes:
    """The same as a file; the same results give the same bytes."""
    rows = rounds_frame(results)
    # Not DataFrame.to_parquet: it needs pyarrow, which is larger than all of pandas.
    table = Table.from_pydict(
        {name: Array(rows[name].tolist(), kind) for name, kind in COLUMNS.items()}
    )
    written = io.BytesIO()
    write_parquet(table, written, compression="zstd(3)")
    return written.getvalue()


def _rows(results: Results) -> Iterator[tuple[object, ...]]:
    view = View(results)
    for one in results.quantities:
        unit = view.metric(one.metric).unit
        work = None if one.workload is None else clean_text(one.workload)
        head = ("quantity", clean_text(one.target), None, work, one.metric, unit)
        for number, value in enumerate(one.rounds, 1):
            yield (*head, number, value)
    for pair in results.comparisons:
        said = (pair.subject, pair.baseline, pair.workload, pair.metric)
        names = tuple(map(clean_text, said))
        for number, value in enumerate(pair.rounds, 1):
            yield ("comparison", *names, "ratio", number, value)
