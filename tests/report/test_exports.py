"""Results in the formats of other tools."""

import json
from dataclasses import replace
from typing import Any

from bench.model.results import Results
from bench.report.exports import BIGGER, SMALLER, github_action_benchmark
from tests.report.builders import AGAIN, FLASK, results
from tests.report.versions import OLD, slower


def rows(of: Results) -> dict[str, list[dict[str, Any]]]:
    """Both lists, read back."""
    return {
        tool: json.loads(text) for tool, text in github_action_benchmark(of).items()
    }


def test_each_metric_is_in_the_list_of_its_direction() -> None:
    """With the keys, the unit and the value that the action reads; the twin is left out."""
    made = results()
    found = rows(made)
    metrics = {metric.title: metric for metric in made.metrics}

    assert found[BIGGER] and found[SMALLER]
    for tool, bigger in ((BIGGER, True), (SMALLER, False)):
        for row in found[tool]:
            metric = metrics[row["name"].rpartition(": ")[2]]
            assert {*row} == {"name", "unit", "value", "range", "extra"}
            assert metric.higher_is_better is bigger
            assert row["unit"] == metric.unit
            assert row["range"].startswith("± ")
            assert f"run {made.run_id}" in row["extra"]
    names = [row["name"] for each in found.values() for row in each]
    assert len(names) == len({*names})
    wanted = [
        q
        for q in made.quantities
        if q.estimate is not None
        and q.target != AGAIN.id
        and q.metric in {metric.name for metric in made.metrics}
    ]
    values = sorted(row["value"] for each in found.values() for row in each)
    assert values == sorted(q.estimate.point for q in wanted if q.estimate)


def test_a_series_goes_on_over_versions_unless_a_run_holds_several() -> None:
    """One version: its name is without it. Two: each has its own."""
    plain = f"{FLASK.framework}/{FLASK.deployment}: "
    one = {row["name"] for row in rows(results())[BIGGER]}
    two = {row["name"] for row in rows(slower(0.8))[BIGGER]}

    assert any(name.startswith(plain) for name in one)
    assert not any(name.startswith(plain) for name in two)
    for target in (FLASK, OLD):
        assert any(name.startswith(f"{target.id}: ") for name in two)


def test_names_from_elsewhere_stay_on_a_line() -> None:
    """A run folder may hold anything."""
    made = results()
    odd = replace(made, run_id="a\nb\x1b[31m")
    for each in rows(odd).values():
        for row in each:
            assert "\n" not in row["extra"] and "\x1b" not in row["extra"]
