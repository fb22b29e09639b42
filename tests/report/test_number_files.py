"""Percentile curves for other plotters, and lists for other tools."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.model.results import Curve, CurvePoint, Results
from bench.report.number_files import (
    BIGGER,
    SMALLER,
    github_action_benchmark,
    hgrm,
    percentile_files,
)
from bench.report.write import write_report
from tests.report.builders import AGAIN, FLASK, results
from tests.report.open_loops import open_loops
from tests.report.pages import written
from tests.report.versions import OLD, slower


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
        table = rows(text)
        assert [row[0] for row in table] == pytest.approx(
            [point.middle_ms for point in curve.points], abs=1e-6
        )
        assert table == sorted(table)
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


def lists(of: Results) -> dict[str, list[dict[str, Any]]]:
    """Both lists, read back."""
    return {
        tool: json.loads(text) for tool, text in github_action_benchmark(of).items()
    }


def test_each_metric_is_in_the_list_of_its_direction() -> None:
    """With the keys, the unit and the value that the action reads; the twin is left out."""
    made = results()
    by_tool = lists(made)
    metrics = {metric.title: metric for metric in made.metrics}

    assert by_tool[BIGGER] and by_tool[SMALLER]
    for tool, bigger in ((BIGGER, True), (SMALLER, False)):
        for row in by_tool[tool]:
            metric = metrics[row["name"].rpartition(": ")[2]]
            assert {*row} == {"name", "unit", "value", "range", "extra"}
            assert metric.higher_is_better is bigger
            assert row["unit"] == metric.unit
            assert row["range"].startswith("± ")
            assert f"run {made.run_id}" in row["extra"]
    names = [row["name"] for tool_rows in by_tool.values() for row in tool_rows]
    assert len(names) == len({*names})
    wanted = [
        q
        for q in made.quantities
        if q.estimate is not None
        and q.target != AGAIN.id
        and q.metric in {metric.name for metric in made.metrics}
    ]
    values = sorted(row["value"] for tool_rows in by_tool.values() for row in tool_rows)
    assert values == sorted(q.estimate.point for q in wanted if q.estimate)


def test_a_series_goes_on_over_versions_unless_a_run_holds_several() -> None:
    """One version: its name is without it. Two: each has its own."""
    plain = f"{FLASK.framework}/{FLASK.deployment}: "
    names = {row["name"] for row in lists(results())[BIGGER]}
    two = {row["name"] for row in lists(slower(0.8))[BIGGER]}

    assert any(name.startswith(plain) for name in names)
    assert not any(name.startswith(plain) for name in two)
    for target in (FLASK, OLD):
        assert any(name.startswith(f"{target.id}: ") for name in two)


def test_names_from_elsewhere_stay_on_a_line() -> None:
    """A run folder may hold anything."""
    made = results()
    odd = replace(made, run_id="a\nb\x1b[31m")
    for tool_rows in lists(odd).values():
        for row in tool_rows:
            assert "\n" not in row["extra"] and "\x1b" not in row["extra"]
