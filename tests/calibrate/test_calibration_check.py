"""What a stored calibration does to runs: remembered, shown, warned with, refused with."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.analyse.analysis import analyse
from bench.calibrate.calibration_bench import all_of, within
from bench.calibrate.calibration_check import refuse_beyond, remarks
from bench.errors import EnvironmentFailure, UsageError
from bench.judge.results import results
from bench.model.calibration import CALIBRATION_SCHEMA, Calibration, Proof
from bench.model.estimate import Estimate
from bench.model.load import Load
from bench.model.plan import Cell
from bench.model.run import Run
from bench.report.json_file import read_results, results_json
from bench.report.page import report_page
from bench.store.documents import latest_calibration, write_calibration
from bench.store.records import head_from_text, head_to_text
from tests.analyse.builders import FASTAPI, FLASK, FRAMEWORKS, make_run
from tests.builders import plan, record


PROOF = Proof("stall", "Is a stall seen?", "291 ms for 290", "10 %", True)
CALIBRATION = Calibration(
    schema=CALIBRATION_SCHEMA,
    created_at="2026-11-20T09:00:00Z",
    fingerprint="abcd1234",
    cpu_model="Test CPU",
    took_s=100.0,
    closed_ceiling_rps=10_000_000.0,
    open_ceiling_rps=9_000.0,
    proofs=(PROOF,),
    numbers={"generator_us": 4.6},
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def calibrated(calibration: Calibration | None) -> Run:
    """A run that knew this calibration when it began."""
    run = make_run()
    return replace(run, record=replace(run.record, calibration=calibration))


def codes(run: Run) -> set[str]:
    """Which reasons to doubt the run has."""
    return {warning.reason.code for warning in analyse(run).warnings}


def test_the_newest_of_this_machine_is_found_again(tmp_path: Path) -> None:
    """By fingerprint and date; another machine's is none of ours."""
    older = replace(CALIBRATION, created_at="2026-10-01T09:00:00Z")
    for each in (CALIBRATION, older):
        path = write_calibration(tmp_path, each, "a table", "a page")
        assert path.with_suffix(".md").read_text() == "a table"
        assert path.with_suffix(".html").read_text() == "a page"

    assert latest_calibration(tmp_path, "abcd1234") == CALIBRATION
    assert latest_calibration(tmp_path, "another") is None
    path.write_text("{}")
    path.rename(path.with_name("99990101.json"))
    with pytest.raises(UsageError, match="not a calibration"):
        latest_calibration(tmp_path, "abcd1234")


def test_a_run_keeps_its_calibration(tmp_path: Path) -> None:
    """It stands in the head of the run, in its results and on its page."""
    head = replace(record(), calibration=CALIBRATION)
    assert head_from_text(head_to_text(head)).calibration == CALIBRATION

    found = results(calibrated(CALIBRATION), [], FRAMEWORKS, [])
    assert read_results(results_json(found)).calibration == CALIBRATION
    page = report_page(replace(found, frameworks=())).html
    assert "291 ms for 290" in page and "2026-11-20T09:00:00Z" in page


def test_a_run_without_one_says_so() -> None:
    """A note, which takes nothing away."""
    assert "uncalibrated" in codes(calibrated(None))
    assert "uncalibrated" not in codes(calibrated(CALIBRATION))
    page = report_page(
        replace(results(calibrated(None), [], (), []), frameworks=())
    ).html
    assert "was not calibrated before the run" in page


def test_an_open_proof_is_a_note_with_its_words() -> None:
    """Failed or not told; that no other generator is installed is neither."""
    failed = replace(CALIBRATION, proofs=(replace(PROOF, passed=False),))
    untold = replace(CALIBRATION, proofs=(replace(PROOF, passed=None),))
    alone = replace(CALIBRATION, proofs=(Proof("witness", "?", "none", "", None),))
    found = [w for w in analyse(calibrated(failed)).warnings if w.reason.code == "uncalibrated"]  # fmt: skip

    assert "291 ms for 290" in found[0].detail
    assert "uncalibrated" in codes(calibrated(untold))
    assert "uncalibrated" not in codes(calibrated(alone))


def test_a_rate_near_the_ceiling_decides_nothing() -> None:
    """Throughput of that cell is void; its CPU time is not."""
    run = calibrated(None)
    windows = [w for w in run.windows if (w.target, w.workload) == (FASTAPI, "hello")]
    rate = sum(w.tally.requests for w in windows) / (1.5 * len(windows))
    for share, hit in ((0.8, False), (0.9, True)):
        near = replace(CALIBRATION, closed_ceiling_rps=rate / share)
        found = analyse(calibrated(near))
        voids = {
            (c.metric, c.workload): c.void
            for c in found.comparisons
            if {c.subject, c.baseline} == {FASTAPI, FLASK} and c.void
        }
        assert (("throughput", "hello") in voids) is hit
        assert not [key for key in voids if key[0] != "throughput"]


def test_what_a_person_is_told_before_a_run() -> None:
    """Nothing where all is well; never calibrated, old, still to come, failed: a line each."""
    old = replace(CALIBRATION, created_at="2026-09-01T09:00:00Z")
    failed = replace(CALIBRATION, proofs=(replace(PROOF, passed=False), PROOF))

    assert list(remarks(CALIBRATION, NOW)) == []
    assert "never calibrated" in next(remarks(None, NOW))
    assert "81 days old" in next(remarks(old, NOW))
    later = replace(CALIBRATION, created_at="2036-09-01T09:00:00Z")
    assert "the clock of this machine was set" in next(remarks(later, NOW))
    assert len(list(remarks(failed, NOW))) == 1


def test_a_plan_beyond_the_ceiling_is_refused() -> None:
    """Before anything is started, with both numbers."""
    this = plan()
    for rate, refused in ((8_999.0, False), (9_001.0, True)):
        cell = Cell(this.targets[0].id, "hello", Load(64, 0.0, 1.0, rate_rps=rate))
        wanted = replace(this, cells=(*this.cells, cell))
        refuse_beyond(None, wanted)
        if not refused:
            refuse_beyond(CALIBRATION, wanted)
            continue
        with pytest.raises(EnvironmentFailure, match=r"9,001 requests/s.*9,000"):
            refuse_beyond(CALIBRATION, wanted)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ((1.04, 0.9, 1.2), True),
        ((1.20, 0.9, 1.5), None),
        ((1.20, 1.1, 1.3), False),
        ((0.80, 0.7, 0.9), False),
        ((0.80, 0.7, 0.96), None),
    ],
)
def test_noise_is_not_failure(
    ratio: tuple[float, float, float], expected: bool | None
) -> None:
    """Only an interval beyond the limit says no; a point beyond it says nothing."""
    assert within(Estimate(*ratio, 0.95, 8), 0.05) is expected
    assert all_of([True, expected]) is expected
    assert all_of([None, False]) is False
