"""How finely this machine tells time, and how late it wakes those who wait for a moment."""

import os
import time

import numpy as np

from bench.calibrate.calibration_bench import CalibrationPart
from bench.model.calibration import Proof


READS = 20_000
TIMERS = 300
WAIT_NS = 3_000_000
RESOLUTION_LIMIT_US = 10.0
"""A tenth of the shortest response that is measured."""
LATE_LIMIT_MS = 5.0
"""What a run calls a late send."""


def clocks() -> CalibrationPart:
    """The smallest step of the clock, and the lateness of timers."""
    step_us = smallest_step_ns() / 1000
    late_ms = np.array(lateness_ns()) / 1e6
    p50, p90, p99, most = (
        float(value) for value in np.quantile(late_ms, (0.5, 0.9, 0.99, 1.0))
    )
    return CalibrationPart(
        (
            Proof(
                "clock",
                "Does the clock resolve what is measured?",
                f"steps of {step_us:.2f} µs",
                f"{RESOLUTION_LIMIT_US:g} µs",
                step_us <= RESOLUTION_LIMIT_US,
            ),
            Proof(
                "timer",
                "Do timers wake in time?",
                f"{p50 * 1000:.0f} µs late at the median, {p99:.2f} ms at the 99th percentile",
                f"{LATE_LIMIT_MS:g} ms at the 99th percentile",
                p99 <= LATE_LIMIT_MS,
            ),
        ),
        {
            "clock_step_us": step_us,
            "timer_p50_ms": p50,
            "timer_p90_ms": p90,
            "timer_p99_ms": p99,
            "timer_most_ms": most,
        },
    )


def smallest_step_ns() -> int:
    """The smallest difference between two readings that are not the same."""
    moments = [time.monotonic_ns() for _ in range(READS)]
    steps = np.diff(np.array(moments))
    return int(steps[steps > 0].min())


def lateness_ns() -> list[int]:
    """How long after its moment each of some hundred timers was noticed."""
    alarm = os.timerfd_create(time.CLOCK_MONOTONIC)
    late_ns = []
    for _ in range(TIMERS):
        due_ns = time.monotonic_ns() + WAIT_NS
        os.timerfd_settime_ns(alarm, flags=os.TFD_TIMER_ABSTIME, initial=due_ns)
        os.read(alarm, 8)
        late_ns.append(time.monotonic_ns() - due_ns)
    os.close(alarm)
    return late_ns
