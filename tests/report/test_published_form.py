"""What the checkout holds of published runs: little, and enough to make the rest again."""

import hashlib
from pathlib import Path

import pytest

from bench.cli.rendering import stored_files
from bench.report.write import COMMITTED, PICTURES
from bench.store.archive import ARCHIVE, LEFT_OUT, members
from tests.report.published import PUBLISHED, RUNS, results


MOST_FILES = 250
MOST_BYTES = 15_000_000
BESIDE = {
    *COMMITTED, *PICTURES, ARCHIVE, LEFT_OUT,
    "run.json", "exhibits.json", "trend.html", "memory.csv", "memory.svg",
}  # fmt: skip


@pytest.fixture(params=RUNS, ids=[folder.name for folder in RUNS])
def run(request: pytest.FixtureRequest) -> Path:
    """The folder of a published run."""
    return Path(request.param)


def test_the_published_runs_are_few_files_and_light() -> None:
    """One can look through them, and a clone is quick."""
    files = [path for path in PUBLISHED.rglob("*") if path.is_file()]
    assert len(files) <= MOST_FILES
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES


def test_a_run_has_no_table_that_is_made_again(run: Path) -> None:
    """Its raw files in one archive, its page, its results, and what is linked."""
    assert {path.name for path in run.iterdir()} <= BESIDE
    assert {*COMMITTED, ARCHIVE, "run.json"} <= {path.name for path in run.iterdir()}


def test_its_checksums_are_those_of_what_is_kept(run: Path) -> None:
    """SHA256SUMS and results.json name each raw file, and the archive's bytes are theirs."""
    checksums = {file["path"]: file["sha256"] for file in results(run)["files"]}
    lines = (run / "SHA256SUMS").read_text("utf-8").splitlines()
    assert {line[66:]: line[:64] for line in lines} == checksums
    assert {file.path: file.sha256 for file in stored_files(run)} == checksums
    for name, content in members(run):
        assert hashlib.sha256(content).hexdigest() == checksums[name]
