"""rounds.parquet: every round of every quantity and comparison, for data frames."""

import io
from collections.abc import Iterator

import pandas as pd

from bench.model.results import Results
from bench.report.clean import clean_text
from bench.report.view import View


COLUMNS = {
    "kind": "string",  # quantity, comparison
    "subject": "string",  # a target's id
    "baseline": "string",  # missing: a quantity
    "workload": "string",  # missing: of the target as a whole
    "metric": "string",
    "unit": "string",  # of value; comparisons have "ratio"
    "round": "int32",  # from 1, in the order of the rounds that were analysed
    "value": "float64",  # missing: not measured
}


def rounds_parquet(results: Results) -> bytes:
    """One row for each round of each number; the same results give the same bytes."""
    rows = pd.DataFrame(_rows(results), columns=list(COLUMNS)).astype(COLUMNS)
    written = io.BytesIO()
    rows.to_parquet(written, engine="pyarrow", compression="zstd", index=False)
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
