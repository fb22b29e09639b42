"""Releases that a run measured side by side, as `bench bisect --timed` reads them."""

import json
from pathlib import Path

import pytest

from bench.cli.bisect_command import TimedReleases
from bench.store.folder import read


ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "reports/published/20261129T201826Z-versions-74a8"
OLD, NEW = "fastapi@0.115/uvicorn", "fastapi@0.165/uvicorn"


@pytest.fixture(scope="module")
def timed() -> TimedReleases:
    """A published run of twelve releases of three frameworks."""
    return TimedReleases(read(RUN), "fastapi")


def test_a_step_is_the_comparison_of_the_run(timed: TimedReleases) -> None:
    """The same number as in results.json, with its interval, the newer one's cost over the older one's."""
    releases = timed.releases(["0.115.14", "0.165.0"], ["hello"])
    (step,) = timed.steps(releases, ["hello"])
    results = json.loads((RUN / "results.json").read_text())
    (published,) = (
        each["advantage"]
        for each in results["comparisons"]
        if (each["subject"], each["baseline"]) == (OLD, NEW)
        and (each["workload"], each["metric"]) == ("hello", "cpu")
    )

    # The older one's advantage is how many times its CPU time the newer one takes.
    assert [step.times, step.low, step.high] == pytest.approx(
        [published[name] for name in ("point", "low", "high")]
    )
    assert "starlette" in {each.package for each in step.changed}
    assert releases[1].costs["hello"].value == pytest.approx(published["point"])


def test_what_the_run_does_not_hold_is_left_out(timed: TimedReleases) -> None:
    """A release that was not measured, and a workload of which too much is void."""
    releases = timed.releases(["0.129.2", "0.130.0", "9.9"], ["hello", "validate"])

    assert [each.skipped for each in releases] == [None, None, "it was not measured"]
    assert timed.steps(releases[:2], ["validate"]) == ()
