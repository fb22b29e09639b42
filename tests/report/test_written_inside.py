"""A report is written inside its folder and whole, or not at all."""

import csv
import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import EnvironmentFailure, UsageError
from bench.report.number_files import results_csv
from bench.report.trend import write_trend
from bench.report.write import replace_file, write_report
from tests.report.states import normal, nothing
from tests.store.test_damaged import full_disk


@pytest.mark.parametrize(
    "name", ["charts", "percentiles", "report.html", ".trend.html.part", "logs/x"]
)
def test_a_link_in_the_folder_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    """charts/ as a link had the tables of another folder removed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.csv").write_text("mine")
    run = tmp_path / "run"
    (run / name).parent.mkdir(parents=True)
    (run / name).symlink_to(outside)

    for write in (write_report, write_trend):
        with pytest.raises(UsageError, match="is a link to"):
            write(normal(), run)

    assert [path.name for path in outside.iterdir()] == ["mine.csv"]
    assert (outside / "mine.csv").read_text() == "mine"
    assert not (run / "results.json").exists()


def test_what_lies_in_the_way_is_not_written_through(tmp_path: Path) -> None:
    """Neither by the finished name nor by the unfinished one."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    for name in ("page.html", f".page.html.{os.getpid()}"):
        (tmp_path / name).symlink_to(mine)
    replace_file(tmp_path / "page.html", "new")

    assert mine.read_text() == "mine"
    assert (tmp_path / "page.html").read_text() == "new"
    assert not (tmp_path / "page.html").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "page.html"]


def test_a_full_disk_leaves_the_old_page_whole(tmp_path: Path) -> None:
    """Exit 3 with what to do; nothing is half written, nothing unfinished stays."""
    write_report(nothing(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with full_disk(2000), pytest.raises(EnvironmentFailure) as caught:
        write_report(nothing(), tmp_path)

    assert "bench report" in (caught.value.hint or "")
    assert before == {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(
    ("reason", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "\\x0d=1"),
        ("\r\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a\x00\x1b[31m\u202e", "a\\x00\\x1b[31m\\x202e"),
        ('say "no", then go', 'say "no", then go'),
        ("-0.5", "-0.5"),
    ],
)
def test_a_cell_is_never_a_formula(reason: str, cell: str) -> None:
    """What a spreadsheet would reckon is marked as text, what a terminal would obey is shown; numbers stay numbers."""
    made = normal()
    quantity = replace(
        made.quantities[0], estimate=None, reason=reason, rounds=(None, -0.5, 1e-7)
    )
    text = results_csv(replace(made, quantities=(quantity,), comparisons=()))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))

    assert row["reason"] == cell
    assert row["rounds_in_unit"] == "- -0.5 1e-07"


ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from bench.report.write import write_report
from tests.report.states import nothing
left, put_in_place = iter(range(int(sys.argv[2]))), Path.replace
def last(source, target):
    if next(left, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return put_in_place(source, target)
Path.replace = last
write_report(replace(nothing(), command="another command"), Path(sys.argv[1]))
"""
"""So many files of another report, then killed with the next one written but not in its place."""


@pytest.mark.parametrize("files", [0, 1, 5])
def test_a_killed_writer_leaves_every_file_old_or_new(
    tmp_path: Path, files: int
) -> None:
    """Killed after so many files of a report: none is half, and the next writer makes all of them."""
    old, new = nothing(), replace(nothing(), command="another command")
    write_report(old, tmp_path / "old")
    write_report(new, tmp_path / "new")
    write_report(old, tmp_path / "run")
    killed = [sys.executable, "-c", KILLED, str(tmp_path / "run"), str(files)]
    assert subprocess.run(killed, cwd=ROOT, check=False).returncode == -signal.SIGKILL

    changed = 0
    for path in (entry for entry in (tmp_path / "run").rglob("*") if entry.is_file()):
        if path.name.startswith("."):
            continue  # what it was writing, under a name of its own
        name = path.relative_to(tmp_path / "run")
        ways = [(tmp_path / way / name).read_bytes() for way in ("old", "new")]
        assert path.read_bytes() in ways
        changed += path.read_bytes() != ways[0]
    assert changed <= files
    write_report(new, tmp_path / "run")
    assert (tmp_path / "run/report.html").read_bytes() == (tmp_path / "new/report.html").read_bytes()  # fmt: skip
