"""`bench.frames`: what a notebook gets is what the page was made from."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

import bench
from bench.analyse.frames import Frames


ROOT = Path(__file__).resolve().parents[2]
RUN = "20261122T161813Z-standard-9f2e"


@pytest.fixture(scope="module")
def run() -> Frames:
    """The frames of a published run with every experiment."""
    return bench.frames(RUN)


def test_rounds_and_comparisons_are_those_of_the_results(run: Frames) -> None:
    """Each number stands in results.json, and each of results.json in the frames."""
    path = ROOT / "reports" / "published" / RUN / "results.json"
    published = json.loads(path.read_text("utf-8"))
    rounds = {
        (row.target, row.workload or None, row.metric, row.round): row.value
        for row in run.rounds.fillna({"workload": ""}).itertuples()
    }
    ratios = {
        (row.subject, row.baseline, row.workload, row.metric): (row.ratio, row.n)
        for row in run.comparisons.itertuples()
    }

    assert len(ratios) == len(published["comparisons"])
    for pair in published["comparisons"]:
        if pair["advantage"]:
            key = (pair["subject"], pair["baseline"], pair["workload"], pair["metric"])
            wanted = (pair["advantage"]["point"], pair["advantage"]["n"])
            assert ratios[key] == pytest.approx(wanted, rel=1e-9), key
    for one in published["quantities"]:
        for number, value in enumerate(one["rounds"], 1):
            key = (one["target"], one["workload"], one["metric"], number)
            if value is not None:
                assert rounds[key] == pytest.approx(value, rel=1e-9), key


def test_a_window_carries_its_units_and_its_experiment(run: Frames) -> None:
    """Throughput is answers over seconds; experiments and open loops stand beside the headline."""
    windows = run.windows
    closed = windows[windows.load == "closed-16"]

    assert (closed.throughput_rps == closed.requests / closed.measure_s).all()
    assert closed.offered_rps.isna().all()
    assert set(windows.experiment) >= {"", "turns", "stress", "scaling", "predictions"}
    assert windows.void.sum() == (windows[windows.void].warnings != "").sum()


def test_the_example_of_the_readme_runs() -> None:
    """It prints the three frameworks and their ratios."""
    text = (ROOT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(import bench\n.*?)```", text, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example, {})

    for name in ("django@6.1", "flask@3.1", "fastapi@0.165", "db-read", "ratio"):
        assert name in printed.getvalue()
