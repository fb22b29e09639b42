"""Percentile files: what the page's curves say, in the columns that plotters read."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.model.results import Curve, CurvePoint
from bench.report.hgrm import hgrm, percentile_files
from bench.report.write import write_report
from tests.report.open_loops import open_loops
from tests.report.pages import written


CURVE = Curve(
    "flask@3.1/gunicorn",
    "hello",
    "open-equal-70",
    6,
    (
        CurvePoint(0.0, 0.4, 0.5, 0.6, 12_000),
        CurvePoint(0.5, 0.9, 1.0, 1.1, 6_000),
        CurvePoint(0.99, 7.0, 8.0, 9.0, 120),
    ),
)


def rows(text: str) -> list[list[float]]:
    """The numbers of a file as plotters take them: no comments, no header."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    return [[float(cell) for cell in line.split()] for line in lines[1:]]


def test_a_row_is_value_percentile_count_and_odds() -> None:
    """By hand: half of 12,000 at 1 ms, all but 120 at 8 ms."""
    assert rows(hgrm(CURVE, "run")) == [
        [0.5, 0.0, 0.0, 1.0],
        [1.0, 0.5, 6000.0, 2.0],
        [8.0, 0.99, 11880.0, 100.0],
    ]


def test_every_curve_has_a_file_and_the_same_numbers(tmp_path: Path) -> None:
    """One for each target, workload and load; written beside the page."""
    results = open_loops()
    files = {p for p in write_report(results, tmp_path) if p.suffix == ".hgrm"}

    assert len(files) == len(results.curves) > 0
    for curve, text in zip(
        results.curves, percentile_files(results).values(), strict=True
    ):
        found = rows(text)
        assert [row[0] for row in found] == pytest.approx(
            [point.middle_ms for point in curve.points], abs=1e-6
        )
        assert found == sorted(found)
    assert (tmp_path / "percentiles").is_dir()


def test_a_run_without_open_loops_has_none() -> None:
    """No empty folder, no empty file."""
    assert not (written("normal") / "percentiles").exists()


def test_a_name_cannot_become_a_row_or_leave_the_folder() -> None:
    """Line breaks and slashes in a workload's name stay in the comment and out of the path."""
    evil = Curve("a/../../b", "x\n1 0.5 1 2", CURVE.load, 6, CURVE.points)
    ((path, text),) = percentile_files(replace(open_loops(), curves=(evil,))).items()

    assert len(rows(text)) == 3
    assert path.count("/") == 1 and "/../" not in path
