"""`bench report --export FORMAT`: a run's results in a file of another tool's format."""

from pathlib import Path

from bench.errors import unknown
from bench.report.exports import (
    FORMATS,
    GITHUB_ACTION_BENCHMARK,
    github_action_benchmark,
)
from bench.report.json_file import read_results
from bench.report.write import replace_file
from bench.store.untrusted_input import read_plain


def refuse_format(name: str) -> None:
    """UsageError for a format that there is none of."""
    if name not in FORMATS:
        raise unknown("format", name, list(FORMATS), where="--export")


def export(page: Path) -> list[Path]:
    """Write the results of that page in the one format that there is, beside it; the files."""
    text = read_plain(page.with_name("results.json")).decode("utf-8")
    return [
        replace_file(page.parent / f"{GITHUB_ACTION_BENCHMARK}-{tool}.json", content)
        for tool, content in github_action_benchmark(read_results(text)).items()
    ]
