"""The gate of two versions in the self-tests: it passes what is sound, and fails what is not."""

from dataclasses import replace

import pytest

from bench.judge import regressions
from bench.model.run import Run
from bench.model.trial import Window
from bench.selftest import gate
from bench.selftest.copies import detection, false_alarms
from bench.selftest.result import FOUND_AT_LEAST, SelfTestResult, SelfTestRow
from tests.analyse.builders import Truth, make_run
from tests.selftest.test_findings import IDS, row, run_of


NONE, MORE = IDS[:3], IDS[3:]


def of_gate(finding: SelfTestResult, slowdown: str = "") -> SelfTestRow:
    """The gate's own row, of one slowdown if there are several."""
    return row(finding, f"{slowdown} slower, {gate.NAME}" if slowdown else gate.NAME)


def slowed_by(share: float, rounds: int = 12, restart: float = 0.01) -> Run:
    """Three servers as they are and three that need so much more."""
    speeds = dict.fromkeys(NONE, 1.0 + share) | dict.fromkeys(MORE, 1.0)
    return run_of(speeds, rounds=rounds, restart=restart)


def detected(run: Run, effect: float) -> SelfTestResult:
    """The self-test of that slowdown."""
    return detection(run, {0.0: NONE, effect: MORE}, {0.0: 0.0, effect: effect})


def test_copies_that_are_alike_are_no_regressions() -> None:
    """Each of six names is old to each other one and new to it: thirty questions, none answered by yes."""
    finding = false_alarms(run_of(dict.fromkeys(IDS, 1.2), rounds=12), IDS)

    assert finding.passed
    assert (of_gate(finding).cases, of_gate(finding).share) == (30, 0.0)
    assert "confirmed in the second" in finding.notes[-1]


def test_a_harness_that_favours_one_place_finds_regressions_and_fails() -> None:
    """Every server looks faster than the one before: each pair is a regression in one direction."""
    speeds = {name: 1.2 * 1.2**place for place, name in enumerate(IDS)}
    found = of_gate(false_alarms(run_of(speeds, rounds=12), IDS))

    assert found.share == 0.5
    assert not found.passed


def test_a_gate_that_lets_everything_through_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On rounds that scatter by eight the right one is quiet, and one that asks for no proof is not."""
    run = run_of(dict.fromkeys(IDS, 1.2), rounds=12, restart=0.08)
    assert of_gate(false_alarms(run, IDS)).passed

    monkeypatch.setattr(regressions, "ERROR", 1.0)
    assert not of_gate(false_alarms(run, IDS)).passed


@pytest.mark.parametrize("rounds", [6, 11])
def test_too_few_rounds_are_no_row_and_a_note_says_so(rounds: int) -> None:
    """What cannot be confirmed is not asked, in either self-test."""
    copies = false_alarms(run_of(dict.fromkeys(IDS, 1.2), rounds), IDS)
    found = detected(slowed_by(0.1, rounds), 0.1)

    for finding in (copies, found):
        assert not any(gate.NAME in one.what for one in finding.rows)
        assert "in fewer than 12 rounds" in finding.notes[-1]


def test_a_known_slowdown_is_a_regression_each_time() -> None:
    """Fifteen per cent in twelve rounds: all nine pairs; none among those that are alike."""
    finding = detected(slowed_by(0.15), 0.15)
    found = of_gate(finding, "15%")

    assert finding.passed
    assert (found.cases, found.share, found.low) == (9, 1.0, FOUND_AT_LEAST)
    assert (of_gate(finding, "0%").cases, of_gate(finding, "0%").share) == (6, 0.0)


def test_a_slowdown_about_the_margin_is_shown_and_not_judged() -> None:
    """Three per cent are what the gate lets pass."""
    finding = detected(slowed_by(0.03), 0.03)

    assert not of_gate(finding, "3%").judged
    assert of_gate(finding, "3%").share < 0.5
    assert all(row.passed for row in finding.rows if not row.what.startswith("can "))


def test_a_scattering_machine_must_confirm_only_what_it_can() -> None:
    """Ten per cent among rounds that scatter by five: the limit falls with the power."""
    found = of_gate(detected(slowed_by(0.1, restart=0.05), 0.1), "10%")

    assert found.passed and found.judged
    assert found.low < FOUND_AT_LEAST


def test_a_gate_that_never_fires_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """All ten per cent slower, and nothing is a regression."""
    monkeypatch.setattr(regressions, "ERROR", 0.0)
    found = of_gate(detected(slowed_by(0.1), 0.1), "10%")

    assert found.share == 0.0
    assert not found.passed


def test_work_that_is_there_in_the_first_half_only_is_not_confirmed() -> None:
    """It alarms in six rounds and is gone in the six others: no regression, and the self-test fails."""

    def lighter(window: Window) -> Window:
        if window.target not in MORE or window.round > 6:
            return window
        return replace(window, server_cpu_ns=round((window.server_cpu_ns or 0) * 1.1))

    targets = run_of(dict.fromkeys(IDS, 1.0)).record.plan.targets
    truth = Truth(
        rounds=12,
        looks=(12,),
        targets=targets,
        speeds=dict.fromkeys(IDS, 1.0),
        workloads=("hello",),
        fault=lighter,
    )
    found = of_gate(detected(make_run(truth), 0.1), "10%")

    assert found.share == 0.0
    assert not found.passed


def test_a_server_that_lacks_rounds_fails_the_self_test() -> None:
    """Its pairs cannot be confirmed, so they raise no alarm, and must not pass for that."""
    run = run_of(dict.fromkeys(IDS, 1.2), rounds=12)
    kept = tuple(w for w in run.windows if (w.target, w.round) != (IDS[0], 4))
    finding = false_alarms(replace(run, windows=kept), IDS)
    gap = row(finding, f"{gate.NAME}, too few")

    assert gap.share == pytest.approx(10 / 30)
    assert not gap.passed
