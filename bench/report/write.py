"""The files of a report, written so that a reader never sees half of one, and inside its folder."""

from contextlib import suppress
from pathlib import Path

from bench.errors import EnvironmentFailure
from bench.model.results import Results, StoredFile
from bench.report.charts.chart import standalone
from bench.report.charts.palette import palette
from bench.report.json_file import results_json
from bench.report.number_files import (
    PERCENTILES,
    chart_csv,
    percentile_files,
    results_csv,
    rounds_parquet,
)
from bench.report.page import Page, report_page
from bench.report.summary import summary_md
from bench.store.untrusted_input import refuse_links
from bench.store.whole_file import write_whole


CHARTS = "charts"
"""The folder of the charts' own tables."""

PICTURES = {"answer.svg": False, "answer-dark.svg": True}
"""The chart of the short answer as pictures, and whether each is for a dark page."""


COMMITTED = ("results.json", "SHA256SUMS", "summary.md", "report.html")
"""What a published run has of these files; the others are made again from its raw files."""


def write_report(
    results: Results, folder: Path, index: str | None = None, published: bool = False
) -> list[Path]:
    """
    Write report.html and everything beside it; the same results give the same bytes.

    `index` is where the list of all runs is, seen from the page. A published
    run has the files of COMMITTED alone, and a picture where one is. UsageError
    where a link in the folder leads elsewhere, EnvironmentFailure when the disk
    does not take a file: those written before it are whole.
    """
    refuse_links(folder)
    page = report_page(results, index, published)
    files: dict[str, str | bytes] = {
        "results.json": results_json(results),
        "results.csv": results_csv(results),
        "rounds.parquet": rounds_parquet(results),
        "SHA256SUMS": _checksums(results),
        "summary.md": summary_md(results),
        "report.html": page.html,
        **percentile_files(results),
    }
    files |= _pictures(page)
    files |= {
        f"{CHARTS}/{chart.id}.csv": chart_csv(page.view, chart) for chart in page.charts
    }
    if published:
        kept = {*COMMITTED, *(name for name in PICTURES if (folder / name).exists())}
        for name in files.keys() - kept:
            (folder / name).unlink(missing_ok=True)
        files = {name: files[name] for name in files if name in kept}
    written = [replace_file(folder / name, content) for name, content in files.items()]
    # An earlier page of this run may have had charts that this one has not.
    earlier = [*(folder / CHARTS).glob("*.csv"), *(folder / name for name in PICTURES)]
    for old in set(earlier) - set(written):
        old.unlink(missing_ok=True)
    for place in (folder / CHARTS, folder / PERCENTILES):
        with suppress(OSError):  # it still holds something, or is not there
            place.rmdir()
    return written


def replace_file(path: Path, content: str | bytes) -> Path:
    """Replace a file of a report; EnvironmentFailure when the disk does not take it."""
    try:
        return write_whole(path, content, synced=False)
    except OSError as error:
        raise EnvironmentFailure(
            f"{path}: {error.strerror}",
            "make room or mend the permissions; what was measured is untouched, "
            "and `bench report` writes the page again",
        ) from error


def _pictures(page: Page) -> dict[str, str]:
    """The chart of the answer, light and dark, for pages that are not ours."""
    drawn = [chart for chart in page.charts if chart.id == "answer"]
    colours = palette(page.view.results.frameworks)
    return {
        name: standalone(drawn[0], colours, dark)
        for name, dark in PICTURES.items()
        if drawn
    }


def _checksums(results: Results) -> str:
    """As `sha256sum --check` reads them: the raw files that the page lists."""
    return "".join(_checksum(file) for file in results.files)


def _checksum(file: StoredFile) -> str:
    # As sha256sum writes a name that would end the line: else a file could
    # add lines of its own.
    name = file.path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "" if name == file.path else "\\"
    return f"{mark}{file.sha256}  {name}\n"
