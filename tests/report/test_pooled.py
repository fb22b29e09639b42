"""The page of several runs, and the command that writes it."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli import rendering
from bench.cli.places import PUBLISHED
from bench.cli.report_command import command
from bench.errors import UsageError
from bench.judge.pooled import pool
from bench.report.pooled import write_pooled
from tests.analyse.builders import FRAMEWORKS
from tests.judge.test_pooled import run


QUICK = ("20261122T112214Z-quick-f211", "20261122T130955Z-quick-803c")


def typed(*words: str) -> str:
    """What the command prints; faults of the asker are raised."""
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(words), standalone_mode=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_a_page_has_every_run_the_pooled_ratio_and_what_differs(tmp_path: Path) -> None:
    """Two machines: a row for each run, a diamond for each machine and one for both."""
    runs = [run(1), run(2), run(3, fingerprint="g", kernel="<b>other</b>")]
    page = write_pooled(pool(runs), FRAMEWORKS, tmp_path)
    html = page.read_text("utf-8")
    for pooled_run in runs:
        assert pooled_run.record.id in html
    assert "machine 1, 2 runs" in html and "2 machines" in html
    assert "&lt;b&gt;other" in html and "<b>other" not in html
    data = json.loads((tmp_path / "pooled.json").read_text("utf-8"))
    ratio = data["ratios"][0]
    assert f"{ratio['machines'][0]['estimate']['point']:.2f}" in html
    assert (
        (tmp_path / "forest-hello-throughput.svg").read_text("utf-8").startswith("<svg")
    )


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """In whatever order they are named."""
    pages = []
    for name, order in (("one", (1, 2)), ("other", (2, 1))):
        pooled = pool([run(n) for n in order])
        pages.append(write_pooled(pooled, FRAMEWORKS, tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_one_runs_scatter_is_told_without_a_second_run_of_its_machine(
    tmp_path: Path,
) -> None:
    """Two runs of two machines: nobody knows by how much runs of one differ."""
    pooled = pool([run(1), run(2, fingerprint="g")])
    html = write_pooled(pooled, FRAMEWORKS, tmp_path).read_text("utf-8")
    assert "No machine has two of them" in html


def test_the_command_writes_beside_and_changes_no_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The published quick runs of one machine: the path is printed, and their folders stay as they are."""
    monkeypatch.setattr(rendering, "POOLED", tmp_path / "pooled")

    def state() -> str:
        files = sorted(
            p for name in QUICK for p in (PUBLISHED / name).rglob("*") if p.is_file()
        )
        return hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()

    before = state()
    text = typed(*QUICK)
    assert typed(*QUICK[::-1]) == text
    page = Path(text.strip())
    assert page.is_file() and page.is_relative_to(tmp_path)
    document = json.loads((page.parent / "pooled.json").read_text("utf-8"))
    assert len(document["machines"]) == 1
    hello = next(
        r for r in document["ratios"]
        if (r["workload"], r["metric"]) == ("hello", "throughput")
        and r["subject"].startswith("fastapi") and r["baseline"].startswith("flask")
    )  # fmt: skip
    # Of 1.99 and 1.96, each known to 2 per cent.
    assert hello["machines"][0]["estimate"]["point"] == pytest.approx(1.975, abs=0.01)
    assert state() == before


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((QUICK[0], QUICK[0]), "named twice"),
        (
            (QUICK[0], "20261130T012106Z-predictions-4c97"),
            "0 of these runs can be pooled",
        ),
        ((*QUICK, "--claims", "mine.toml"), "--claims judges one run"),
    ],
)
def test_what_cannot_be_pooled_is_refused(words: tuple[str, ...], fault: str) -> None:
    """With the reason of each run."""
    with pytest.raises(UsageError, match=fault):
        typed(*words)


def test_a_hostile_id_is_shown_and_obeyed_by_nobody(tmp_path: Path) -> None:
    """A run folder may come from elsewhere."""
    runs = [run(1), run(2)]
    bad = replace(runs[1], record=replace(runs[1].record, id="<script>\u202ex"))
    html = write_pooled(pool([runs[0], bad]), FRAMEWORKS, tmp_path).read_text("utf-8")
    assert "<script" not in html and "\u202e" not in html
