"""The files of a report, written so that a reader never sees half of one."""

import os
from pathlib import Path

from bench.model.results import Results
from bench.report.csv_file import chart_csv, results_csv
from bench.report.json_file import results_json
from bench.report.page import report_page
from bench.report.rounds_file import rounds_parquet
from bench.report.summary import summary_md


CHARTS = "charts"
"""The folder of the charts' own tables."""


def write_report(
    results: Results, folder: Path, index: str | None = None
) -> list[Path]:
    """
    Write report.html and everything beside it; the same results give the same bytes.

    `index` is where the list of all runs is, seen from the page.
    """
    page = report_page(results, index)
    files: dict[str, str | bytes] = {
        "results.json": results_json(results),
        "results.csv": results_csv(results),
        "rounds.parquet": rounds_parquet(results),
        "SHA256SUMS": _checksums(results),
        "summary.md": summary_md(results),
        "report.html": page.html,
    }
    files |= {
        f"{CHARTS}/{each.id}.csv": chart_csv(page.view, each) for each in page.charts
    }
    written = [replace_file(folder / name, content) for name, content in files.items()]
    # An earlier page of this run may have had charts that this one has not.
    for old in set((folder / CHARTS).glob("*.csv")) - set(written):
        old.unlink()
    return written


def replace_file(path: Path, content: str | bytes) -> Path:
    """Write beside the target, then rename over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    if isinstance(content, str):
        # Lone surrogates come from undecodable bytes in a server's log.
        content = content.encode("utf-8", "backslashreplace")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _checksums(results: Results) -> str:
    """As `sha256sum --check` reads them: the raw files that the page lists."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in results.files)
