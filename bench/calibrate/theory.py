"""Servers of which theory knows what every request must take: does the generator see it?"""

from statistics import median

import numpy as np

from bench.calibrate.calibration_bench import (
    CalibrationBench,
    CalibrationPart,
    Known,
    agreement,
    all_of,
    rate_rps,
    ratio_text,
    within,
)
from bench.load.arrivals import due_times
from bench.load.samples import read_samples
from bench.model.calibration import Agreement, Proof
from bench.model.load import Arrivals, Load
from bench.stats import interval, queue


FIXED_S = 0.02
FIXED_CLIENTS = 8
FIXED_LIMIT = 0.05

SERVICE_S = 0.003
QUEUE_LOADS = (0.5, 0.7)
QUEUE_WINDOWS = 9
"""Short ones: the median over them forgets those in which the machine was busy."""
QUEUE_S = 1.5
QUEUE_LIMIT = 0.15

STALL_MS, EVERY_MS = 300, 1000
STALL_RATE_RPS = 400.0
STALL_LIMIT = 0.1
HIDDEN = 0.1
"""Of the stall: below it a p99 does not show it."""


def fixed(stand: CalibrationBench, server: Known) -> CalibrationPart:
    """Every request takes the same time, any number at once: rate x time = clients (Little)."""
    path = f"/fixed?us={FIXED_S * 1e6:.0f}"
    file = stand.folder / "fixed.npz"
    tally = stand.visit(server, path, Load(FIXED_CLIENTS, 0.2, 2.0), file)
    took_s = read_samples(file).latency_ns / 1e9
    median_s = float(np.median(took_s))
    # What was under way at both ends of the window is in neither count.
    clients = rate_rps(tally) * float(took_s.mean())
    least_s = float(took_s.min())
    right = (
        least_s >= FIXED_S
        and median_s <= FIXED_S * (1 + FIXED_LIMIT)
        and abs(clients / FIXED_CLIENTS - 1) <= FIXED_LIMIT
    )
    return CalibrationPart(
        (
            Proof(
                "fixed",
                "Is a fixed service time seen as it is?",
                f"{median_s * 1000:.2f} ms for {FIXED_S * 1000:g} ms, never less than "
                f"{least_s * 1000:.2f}; rate × time is {clients:.2f} clients for {FIXED_CLIENTS}",
                f"never less, {FIXED_LIMIT:.0%} more",
                right,
            ),
        ),
        {"fixed_p50_ms": median_s * 1000, "fixed_clients": clients},
        (
            _once("Fixed time", median_s / FIXED_S, FIXED_LIMIT),
            _once("Rate × time", clients / FIXED_CLIENTS, FIXED_LIMIT),
        ),
    )


def _once(title: str, ratio: float, limit: float) -> Agreement:
    return Agreement(title, ratio, None, None, limit)


def serial_queue(stand: CalibrationBench, server: Known) -> CalibrationPart:
    """One request after the other, random arrivals: the wait that queueing theory wants."""
    said, passed = [], []
    numbers: dict[str, float] = {}
    agreements = []
    for share in QUEUE_LOADS:
        pairs = _waits(stand, server, share)
        seen_ms = median(measured_s for measured_s, _ in pairs) * 1000
        ratio = interval.median_by_counting(
            [measured_s / own for measured_s, own in pairs]
        )
        long_run_ms = queue.mean_wait_s(SERVICE_S, share / SERVICE_S) * 1000
        name = f"queue_wait_ms_at_{share * 100:.0f}"
        numbers |= {name: seen_ms, f"{name}_over_theory": ratio.point}
        passed.append(within(ratio, QUEUE_LIMIT))
        title = f"Serial queue, {share:.0%}"
        agreements.append(agreement(title, ratio, QUEUE_LIMIT))
        said.append(
            f"at {share:.0%} {ratio_text(ratio)} times theory "
            f"({seen_ms:.2f} ms; M/D/1 in the long run {long_run_ms:.2f})"
        )
    return CalibrationPart(
        (
            Proof(
                "queue",
                "Does a serial queue wait as theory says of these very arrivals?",
                ", ".join(said),
                f"{QUEUE_LIMIT:.0%}, median of {QUEUE_WINDOWS} windows",
                all_of(passed),
            ),
        ),
        numbers,
        tuple(agreements),
    )


def _waits(
    stand: CalibrationBench, server: Known, share: float
) -> list[tuple[float, float]]:
    """Mean waits as seen and as theory has them, seconds, a pair for each window."""
    path = f"/queue?us={SERVICE_S * 1e6:.0f}"
    rate = share / SERVICE_S
    load = Load(64, 0.0, QUEUE_S, rate_rps=rate, arrivals=Arrivals.POISSON)
    pairs = []
    for seed in range(1, QUEUE_WINDOWS + 1):
        file = stand.folder / f"queue-{share}-{seed}.npz"
        stand.visit(server, path, load, file, seed)
        took_s = read_samples(file).latency_ns / 1e9
        # Who met an empty queue waited for nothing: what it took is the service
        # with the way there and back.
        seen_s = float(took_s.mean() - np.quantile(took_s, 0.05))
        arrivals_s = np.array(due_times(load, seed)) / 1e9
        pairs.append((seen_s, float(queue.waits_s(arrivals_s, SERVICE_S).mean())))
    return pairs


def stall(stand: CalibrationBench, server: Known) -> CalibrationPart:
    """A server that stops regularly: the closed loop's p99 hides it, the open loop's must not."""
    path = f"/stall?ms={STALL_MS}&every={EVERY_MS}"
    closed = stand.visit(server, path, Load(4, 0.0, 4.0))
    opened = stand.visit(server, path, Load(256, 0.0, 4.0, rate_rps=STALL_RATE_RPS))
    assert closed.latency_us is not None and opened.latency_us is not None
    expected_ms = queue.stall_quantile_s(STALL_MS / 1e3, EVERY_MS / 1e3, 0.99) * 1e3
    closed_ms, open_ms = closed.latency_us.p99 / 1e3, opened.latency_us.p99 / 1e3
    right = (
        abs(open_ms / expected_ms - 1) <= STALL_LIMIT
        and closed_ms < HIDDEN * STALL_MS < open_ms
    )
    return CalibrationPart(
        (
            Proof(
                "stall",
                "Is a stall seen (p99)?",
                f"open loop {open_ms:.0f} ms for {expected_ms:.0f}; "
                f"the closed loop hides it ({closed_ms:.1f} ms)",
                f"open loop within {STALL_LIMIT:.0%} of theory",
                right,
            ),
        ),
        {"stall_open_p99_ms": open_ms, "stall_closed_p99_ms": closed_ms},
        (_once("p99 of a stall", open_ms / expected_ms, STALL_LIMIT),),
    )
