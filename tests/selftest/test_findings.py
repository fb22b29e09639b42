"""The self-tests themselves: they pass what is sound, and fail what is not."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from bench.model.run import Run
from bench.model.trial import Window
from bench.selftest import copies, coverage, gate
from bench.selftest.copies import detection, false_alarms
from bench.selftest.result import FOUND_AT_LEAST, SelfTestResult, SelfTestRow, table
from bench.stats import interval
from tests.analyse.builders import FLASK, Truth, make_run, target


IDS = tuple(f"{FLASK}+{number}" for number in range(1, 7))


def run_of(speeds: Mapping[str, float], rounds: int = 6, restart: float = 0.01) -> Run:
    """A made run of servers with these speeds, whose rounds scatter so much."""
    return make_run(
        Truth(
            rounds=rounds,
            looks=(rounds,),
            cycles=3,
            speeds=speeds,
            targets=tuple(target(name) for name in speeds),
            workloads=("hello",),
            seed=1,
            restart=restart,
        )
    )


def row(finding: SelfTestResult, beginning: str) -> SelfTestRow:
    """The row whose name begins so."""
    (found,) = [one for one in finding.rows if one.what.startswith(beginning)]
    return found


def test_copies_that_are_alike_pass() -> None:
    """Six names of one server: 15 pairs on each metric, few called different."""
    finding = false_alarms(run_of(dict.fromkeys(IDS, 1.2)), IDS)

    assert finding.passed
    assert {one.cases for one in finding.rows} == {15}
    assert "after Holm" in finding.rows[1].what


def test_a_harness_that_favours_one_place_fails() -> None:
    """If every server looked faster than the one before, nearly all pairs would be called."""
    speeds = {name: 1.2 * 1.2**place for place, name in enumerate(IDS)}
    finding = false_alarms(run_of(speeds), IDS)

    assert not finding.passed
    assert row(finding, "Throughput, 95 %").share > 0.9
    assert "FAILED" in "\n".join(table(finding))


def test_rounds_that_are_not_independent_fail() -> None:
    """A server that keeps its luck over all rounds is called different from its like: the old layout."""
    random = np.random.default_rng(3)
    luck = {name: float(np.exp(random.normal(0, 0.05))) for name in IDS}

    def keeps_its_luck(window: Window) -> Window:
        cpu = round((window.server_cpu_ns or 0) * luck[window.target])
        return replace(window, server_cpu_ns=cpu)

    truth = Truth(
        targets=tuple(target(name) for name in IDS),
        speeds=dict.fromkeys(IDS, 1.0),
        workloads=("hello",),
        fault=keeps_its_luck,
    )
    assert not false_alarms(make_run(truth), IDS).passed


def test_each_block_of_six_rounds_is_compared_by_itself() -> None:
    """Eighteen rounds are three times as many comparisons."""
    finding = false_alarms(run_of(dict.fromkeys(IDS, 1.2), rounds=18), IDS)

    assert {one.cases for one in finding.rows if one.what != gate.NAME} == {45}


def test_what_could_not_be_measured_fails_the_self_test() -> None:
    """A server that is missing from all rounds raises no alarm, and must not pass for that."""
    speeds = dict.fromkeys(IDS, 1.2)
    run = run_of(speeds)
    kept = tuple(w for w in run.windows if w.target != IDS[0])
    finding = false_alarms(replace(run, windows=kept), IDS)

    assert not finding.passed
    assert row(finding, "Throughput, not measured").share == pytest.approx(5 / 15)


def test_a_known_slowdown_is_found_and_its_size_seen() -> None:
    """Twenty per cent among noise of two: found every time, none where there is none."""
    groups = {0.0: IDS[:3], 0.2: IDS[3:]}
    speeds = dict.fromkeys(IDS[:3], 1.2) | dict.fromkeys(IDS[3:], 1.0)
    finding = detection(run_of(speeds), groups, {0.0: 0.0, 0.2: 0.2})

    assert finding.passed
    assert row(finding, "20% slower, cpu").share == 1.0
    assert row(finding, "20% slower, cpu").cases == 9
    assert row(finding, "20% slower, cpu").effect == "seen as 20.0%" or (
        19 < float(row(finding, "20% slower, cpu").effect[8:-1]) < 21
    )
    assert row(finding, "0% slower, cpu").cases == 3


def test_a_harness_that_cannot_see_the_largest_slowdown_fails() -> None:
    """Added work that leaves no trace in CPU time is a failed self-test."""
    groups = {0.0: IDS[:3], 0.1: IDS[3:]}
    finding = detection(run_of(dict.fromkeys(IDS, 1.0)), groups, {0.0: 0.0, 0.1: 0.1})

    assert not row(finding, "10% slower, cpu").passed
    assert not finding.passed


def test_a_scattering_machine_need_find_less() -> None:
    """Fifteen per cent among rounds that scatter by seven: not found four times in five, but as often as power says."""
    groups = {0.0: IDS[:3], 0.15: IDS[3:]}
    # As much as shows of it.
    speeds = dict.fromkeys(IDS[:3], 1.12) | dict.fromkeys(IDS[3:], 1.0)
    effects = {0.0: 0.0, 0.15: 0.15}
    found = {
        scatter: detection(run_of(speeds, rounds=48, restart=scatter), groups, effects)
        for scatter in (0.01, 0.07)
    }
    quiet, scattered = (row(each, "15% slower, cpu") for each in found.values())

    assert quiet.passed and quiet.low == FOUND_AT_LEAST
    assert scattered.passed and 0 < scattered.low < scattered.share
    assert scattered.share < FOUND_AT_LEAST
    assert row(found[0.07], "can 15% be found").passed


def test_a_machine_on_which_nothing_can_be_found_fails() -> None:
    """Ten per cent among rounds that scatter by a third: to miss it proves nothing, and that is no pass."""
    groups = {0.0: IDS[:3], 0.1: IDS[3:]}
    speeds = dict.fromkeys(IDS[:3], 1.1) | dict.fromkeys(IDS[3:], 1.0)
    run = run_of(speeds, restart=0.3)
    finding = detection(run, groups, {0.0: 0.0, 0.1: 0.1})

    assert row(finding, "10% slower, cpu").passed
    assert not row(finding, "can 10% be found").passed
    assert not finding.passed


def test_a_difference_in_the_wrong_direction_is_not_found() -> None:
    """Servers with more work that come out faster are a fault, however clear it is."""
    groups = {0.0: IDS[:3], 0.2: IDS[3:]}
    speeds = dict.fromkeys(IDS[:3], 1.0) | dict.fromkeys(IDS[3:], 1.2)
    finding = detection(run_of(speeds), groups, {0.0: 0.0, 0.2: 0.2})

    assert row(finding, "20% slower, cpu").share == 0.0
    assert not finding.passed


def test_every_kind_of_interval_covers() -> None:
    """Five hundred experiments of each kind are within the limits."""
    finding = coverage.coverage(500, seed=1)

    assert finding.passed, "\n".join(table(finding))
    assert len(finding.rows) == len(coverage.KINDS)


def test_intervals_that_are_too_narrow_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Normal instead of Student quantiles: at six rounds they cover 90 %, and that is noticed."""
    monkeypatch.setattr(interval, "t_quantile", lambda probability, n: 1.96)
    finding = coverage.coverage(500, seed=1)

    assert not row(finding, "ratio, 6 rounds, normal").passed


def test_what_chance_calls_grows_with_the_comparisons() -> None:
    """The limit for one block is that of few pairs; Holm leaves next to nothing."""
    pairs = [(IDS[0], IDS[1]), (IDS[2], IDS[3])]
    few = copies._by_chance(IDS, pairs, 1)
    many = copies._by_chance(IDS, pairs, 20)

    assert few[0] <= 2 < many[0] < 10
    assert many[1] <= many[0]
