"""How long a plan takes, before anything has been measured."""

from dataclasses import dataclass

from bench.model.plan import Plan


# Guesses for a machine that is neither new nor busy, seen on two shared cores;
# the progress display replaces them by what it has measured.
BOOT_S = 2.0
"""One server: process start to first right answer, and its end."""
WARMUP_RATE_RPS = 800.0
"""What warm-up requests are answered at, on average over workloads."""
VISIT_OVERHEAD_S = 0.08
"""Around each window: counters read, the record written, the last answers awaited."""
SETUP_S = 6.0
"""Once: database, generator and the first look at the machine."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of one round, and of the run at its first and its last look."""

    round_s: float
    shortest_s: float
    longest_s: float


def duration(plan: Plan) -> Duration:
    """Estimate how long the plan takes."""
    profile = plan.profile
    windows = sum(
        (cell.load.duration_s + VISIT_OVERHEAD_S) * plan.cycles(cell)
        for cell in plan.cells
    )
    closed = sum(not cell.load.is_open for cell in plan.cells)
    warmup = closed * profile.warmup_requests * plan.workers / WARMUP_RATE_RPS
    round_s = windows + warmup + len(plan.targets) * BOOT_S
    return Duration(
        round_s,
        SETUP_S + round_s * profile.looks[0],
        SETUP_S + round_s * profile.looks[-1],
    )


def windows_per_round(plan: Plan) -> int:
    """How many windows a whole round has."""
    return sum(plan.cycles(cell) for cell in plan.cells)
