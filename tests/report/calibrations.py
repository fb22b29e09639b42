"""Calibrations in every state that their page must survive. All numbers invented."""

from collections.abc import Callable
from dataclasses import replace

from bench.model.calibration import Agreement, Calibration, Proof
from tests.report.probed import HOSTILE


IDS = ("clock", "timer", "closed", "count", "open", "added", "fixed", "queue", "stall", "witness", "noise")  # fmt: skip


def fine() -> Calibration:
    """Everything passed."""
    return Calibration(
        schema=1,
        created_at="2026-11-20T09:00:00Z",
        fingerprint="7c1f9e",
        cpu_model="EPYC 7763",
        took_s=104.0,
        closed_ceiling_rps=190_345.0,
        open_ceiling_rps=60_000.0,
        proofs=tuple(
            Proof(name, f"Is the {name} as it should be?", f"{n}.5 units", "9 units", True)
            for n, name in enumerate(IDS)
        ),
        numbers={
            "closed_reached_rps": 75_210.0,
            "generator_us": 5.25,
            "clock_step_us": 0.03,
            "timer_p50_ms": 0.055,
            "timer_p99_ms": 0.31,
            "noise_rate_reach": 0.042,
            "noise_cpu_reach": 0.011,
            "ours_p50_us_at_200_rps": 160.0,
            "bare_p50_us_at_200_rps": 121.0,
            "added_p50_us_at_200_rps": 39.0,
            "ours_p50_us_at_2000_rps": 71.0,
            "bare_p50_us_at_2000_rps": 78.0,
            "added_p50_us_at_2000_rps": -7.0,
        },
        agreements=(
            Agreement("Fixed service time", 1.004, None, None, 0.05),
            Agreement("Wait in a serial queue, 70% busy", 1.03, 0.98, 1.09, 0.15),
            Agreement("Rate, ours and h2load’s", 0.997, 0.981, 1.013, 0.05),
            Agreement("A server and itself, CPU time", 1.002, 0.991, 1.013, None),
        ),
    )  # fmt: skip


def failed() -> Calibration:
    """A queue that is not as theory has it, and a busy machine."""
    made = fine()
    wrong = replace(made.proofs[7], passed=False)
    busy = replace(made.proofs[8], passed=None)
    rows = (replace(made.agreements[0], ratio=3.4), *made.agreements[1:])
    proofs = (*made.proofs[:7], wrong, busy, *made.proofs[9:])
    return replace(made, proofs=proofs, agreements=rows)


def untold() -> Calibration:
    """Nothing failed, one question stayed open."""
    made = fine()
    return replace(
        made, proofs=(replace(made.proofs[1], passed=None), *made.proofs[1:])
    )


def old() -> Calibration:
    """Of before charts were kept: little more than its proofs."""
    made = fine()
    return replace(made, agreements=(), numbers={}, open_ceiling_rps=None)


def hostile() -> Calibration:
    """A processor that calls itself a script."""
    made = fine()
    return replace(
        made,
        cpu_model=HOSTILE,
        proofs=(replace(made.proofs[0], measured=HOSTILE), *made.proofs[1:]),
        agreements=(replace(made.agreements[0], title=HOSTILE), *made.agreements[1:]),
    )


CALIBRATIONS: dict[str, Callable[[], Calibration]] = {
    make.__name__: make for make in (fine, failed, untold, old, hostile)
}
