"""How long a plan takes, before anything has been measured."""

from dataclasses import dataclass

from bench.model.plan import Plan
from bench.plan.schedule import cells_of


# Guesses for a machine that is neither new nor busy, seen on two shared cores;
# the progress display replaces them by what it has measured.
BOOT_S = 2.0
"""One server: process start to first right answer, and its end."""
WARMUP_RATE_RPS = 800.0
"""What warm-up requests are answered at, on average over workloads."""
VISIT_OVERHEAD_S = 0.08
"""Around each window: counters read, the record written, the last answers awaited."""
VOLLEY_S = 0.3
"""Requests at once to one target; where they are handled in turns, up to half a second."""
MEETING_S = 3.0
"""Once in a run for one target: none where two meet, ten seconds where they wait in vain."""
SETUP_S = 6.0
"""Once: database, generator and the first look at the machine."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of the first round, and of the run at its first and its last look."""

    round_s: float
    shortest_s: float
    longest_s: float


def duration(plan: Plan) -> Duration:
    """Estimate how long the plan takes."""
    looks = plan.profile.looks
    rounds = [_round_s(plan, number) for number in range(1, looks[-1] + 1)]
    return Duration(rounds[0], SETUP_S + sum(rounds[: looks[0]]), SETUP_S + sum(rounds))


def _round_s(plan: Plan, number: int) -> float:
    cells = cells_of(plan, number)
    windows = sum(
        (cell.load.duration_s + VISIT_OVERHEAD_S) * plan.windows(cell) for cell in cells
    )
    warmed = {
        (cell.load.experiment, cell.target, cell.workload): cell for cell in cells
    }
    requests = sum(map(plan.warmup_requests, warmed.values()))
    booted = {cell.target for cell in cells}
    at_once = _volleys_s(plan, number)
    return windows + requests / WARMUP_RATE_RPS + len(booted) * BOOT_S + at_once


def _volleys_s(plan: Plan, number: int) -> float:
    """Requests at once: a volley for each target, and a meeting in the first round."""
    cells = {
        (cell.load.experiment, cell.target)
        for cell in cells_of(plan, number)
        if (experiment := plan.profile.experiment(cell.load.experiment))
        and experiment.at_once
    }
    return len(cells) * (VOLLEY_S + (MEETING_S if number == 1 else 0.0))


def windows_in(plan: Plan, rounds: int) -> int:
    """How many windows so many rounds have, from the first."""
    return sum(
        plan.windows(cell)
        for number in range(1, rounds + 1)
        for cell in cells_of(plan, number)
    )
