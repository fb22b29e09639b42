"""The stacked bars: parts, their sum, and what is said of those that came out wrong."""

import re
from dataclasses import replace

from bench.experiments.costs.chart import cost_chart
from bench.experiments.costs.section import body
from bench.model.results import Results
from bench.report.charts.chart import Chart
from bench.report.charts.palette import palette
from bench.report.view import View
from tests.report.builders import results


def drawn(made: Results, workload: str) -> Chart:
    """The chart of a workload."""
    return cost_chart(View(made), palette(made.frameworks), workload)


def boxes(chart: Chart) -> set[str]:
    """Which tokens of the ramp the wide drawing fills."""
    return set(re.findall(r"f-(cost-\d)", chart.wide))


def test_every_part_is_drawn_and_stands_in_the_table() -> None:
    """Server, framework and validation have their colours; each has its interval."""
    chart = drawn(results(), "validate")
    assert {"cost-1", "cost-2", "cost-3"} <= boxes(chart)
    names = [row[1] for row in chart.table.rows if row[0] == "Flask"]
    assert names == [
        "total",
        "bare server, as on hello",
        "framework, as on hello",
        "validation: pydantic above msgspec",
        "rest",
        "database server, beside it",
    ]
    assert all(" to " in row[2] for row in chart.table.rows)


def test_a_part_below_zero_is_drawn_as_nothing_and_flagged() -> None:
    """The number stays in the table; the caption says whose it is."""
    chart = drawn(results(), "validate")
    assert "cost-5" not in boxes(chart)
    below = [row for row in chart.table.rows if row[1] == "rest"]
    assert len(below) == 3
    assert all(row[2].startswith("\u2212") for row in below)
    assert all(row[2].endswith("drawn as nothing") for row in below)
    assert "Flask: rest came out below zero" in chart.words.caption
    other = drawn(results(), "db-read")
    assert "below zero" not in other.words.caption and "cost-5" in boxes(other)


def test_without_parts_the_total_stands_and_the_page_says_so() -> None:
    """A run that tells nothing apart: one plain bar, and a sentence."""
    made = results()
    made = replace(made, found={**made.found, "breakdowns": ()})
    chart = drawn(made, "hello")
    assert boxes(chart) == {"cost-5"}
    assert any("not told apart in this run" in row[2] for row in chart.table.rows)
    section = body(View(made), palette(made.frameworks))
    assert "Nothing in this run tells the parts apart of: Hello" in section.missing[0]
    assert not body(View(results()), palette(made.frameworks)).missing
