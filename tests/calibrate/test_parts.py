"""The parts of a calibration: what is right passes, what is broken is told, noise is neither."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench.calibrate import ceiling, clocks
from bench.calibrate.calibrate import QUIET_SHARE, _watched, stand
from bench.calibrate.calibration_bench import CalibrationBench, CalibrationPart
from bench.deploy.cores import pinning
from bench.errors import EnvironmentFailure
from bench.model.calibration import Proof
from bench.model.load import Load
from bench.model.trial import WindowStats
from tests.builders import tally


pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def here() -> Iterator[CalibrationBench]:
    """The real generator."""
    with stand(pinning(sorted(os.sched_getaffinity(0)))) as made:
        yield made


def test_generator_and_server_count_the_same(
    here: CalibrationBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a generator that counts one too many is told, however busy the machine is."""
    monkeypatch.setattr(ceiling, "WINDOWS", 2)
    monkeypatch.setattr(ceiling, "CLOSED", Load(4, 0.1, 0.3))
    with here.server() as known:
        right = {p.id: p.passed for p in ceiling.closed_ceiling(here, known).proofs}
        visit = CalibrationBench.visit

        def generous(*arguments: object, **more: object) -> WindowStats:
            seen = visit(*arguments, **more)  # type: ignore[arg-type]
            return replace(seen, requests_total=seen.requests_total + 1)

        monkeypatch.setattr(CalibrationBench, "visit", generous)
        part = _watched(here, lambda: ceiling.closed_ceiling(here, known))
    assert right["count"] is True
    assert {p.id: p.passed for p in part.proofs}["count"] is False


def test_a_fixed_time_is_never_seen_shorter(here: CalibrationBench) -> None:
    """Whatever else the machine does, no response is sooner than its server."""
    with here.server() as known:
        tally = here.visit(known, "/fixed?us=20000", Load(8, 0.0, 0.5))
    assert tally.latency_us is not None
    assert tally.latency_us.p50 >= 20_000


def test_a_server_in_trouble_is_refused_and_not_measured(
    here: CalibrationBench,
) -> None:
    """A path that it does not know ends its connection: no calibration of that."""
    with here.server() as known, pytest.raises(EnvironmentFailure, match="calibration"):
        here.visit(known, "/fixed?us=nonsense", Load(1, 0.0, 0.2))


def test_clocks_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that steps by milliseconds fails; no timer is early."""
    monkeypatch.setattr(clocks, "TIMERS", 20)
    assert min(clocks.lateness_ns()) >= 0
    monkeypatch.setattr(clocks, "smallest_step_ns", lambda: 1_000_000)
    passed = {proof.id: proof.passed for proof in clocks.clocks().proofs}
    assert passed["clock"] is False


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"requests": 989}, False),
        ({"late_sends": 11}, False),
        ({"late_sends": 11, "starved_sends": 11}, True),
        ({"generator_cpu_s": 0.9}, False),
    ],
)
def test_which_open_windows_are_kept(changes: dict[str, Any], kept: bool) -> None:
    """The limits of a run; sends that waited for a connection are the server's."""
    assert ceiling.is_kept(replace(tally(1000, offered=1000), **changes)) is kept


def test_busy_cores_excuse_a_missed_limit_and_never_a_count() -> None:
    """The excuse is the run queue's wait, not the number that was measured."""

    class Busy:
        def __init__(self, share: float) -> None:
            self.share, self.calls = share, 0

        def waited_ns(self) -> int:
            self.calls += 1
            return 0 if self.calls == 1 else int(self.share * 10**15)

    def part() -> CalibrationPart:
        return CalibrationPart(
            tuple(Proof(name, "?", "9", "1", False) for name in ("queue", "count"))
        )

    quiet = _watched(Busy(0.0), part)  # type: ignore[arg-type]
    busy = _watched(Busy(QUIET_SHARE), part)  # type: ignore[arg-type]
    assert [p.passed for p in quiet.proofs] == [False, False]
    assert [p.passed for p in busy.proofs] == [None, False]
    assert "too busy to tell" in busy.proofs[0].measured
