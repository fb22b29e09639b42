"""The files of a report, written so that a reader never sees half of one."""

import os
from pathlib import Path

from bench.model.results import Results
from bench.report.csv_file import results_csv
from bench.report.hgrm import percentile_files
from bench.report.json_file import results_json
from bench.report.page import report_html
from bench.report.summary import summary_md


def write_report(results: Results, folder: Path) -> list[Path]:
    """Write report.html, summary.md, results.json, results.csv and percentiles/; the same results give the same bytes."""
    texts = {
        "results.json": results_json(results),
        "results.csv": results_csv(results),
        "summary.md": summary_md(results),
        "report.html": report_html(results),
        **percentile_files(results),
    }
    return [_replace(folder / name, text) for name, text in texts.items()]


def _replace(path: Path, text: str) -> Path:
    """Write beside the target, then rename over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Lone surrogates come from undecodable bytes in a server's log.
        beside.write_bytes(text.encode("utf-8", "backslashreplace"))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path
