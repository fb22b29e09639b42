"""How much the generator can send from its core, and what it adds to what it times."""

import json
import os
import subprocess
import sys
from statistics import median

from bench.analyse import reasons
from bench.calibrate.calibration_bench import (
    ROOT,
    CalibrationBench,
    CalibrationPart,
    Known,
    cpu_list,
    generator_share,
    rate_rps,
)
from bench.child_environment import sending_environment
from bench.errors import EnvironmentFailure
from bench.model.calibration import Proof
from bench.model.load import Load
from bench.model.trial import WindowStats


WINDOWS = 5
CLOSED = Load(16, 0.2, 1.0)
OPEN = Load(64, 0.2, 0.7)
STEPS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
"""Of the rate that the closed loop reached, tried from below in the open one."""
TRIES = 3
"""Windows for each step, of which most must be kept: one may meet a busy moment."""
COST_LIMIT_US = 40.0
"""Processor time of the generator per request; a third of the leanest bare server's."""

ADDED_RATES_RPS = (200.0, 1000.0, 2000.0)
ADDED_TURNS = 3
ADDED_S = 1.2
ADDED_LIMIT_US = 150.0


def closed_ceiling(stand: CalibrationBench, server: Known) -> CalibrationPart:
    """Closed loop at a server that answers at once."""
    before = server.answers()
    tallies = [stand.visit(server, "/hello", CLOSED) for _ in range(WINDOWS)]
    answered = server.answers() - before
    counted = sum(tally.requests_total for tally in tallies)
    reached = median(rate_rps(tally) for tally in tallies)
    share = median(generator_share(tally) for tally in tallies)
    cost_us = median(tally.generator_cpu_s / tally.requests * 1e6 for tally in tallies)
    ceiling = 1e6 / cost_us
    return CalibrationPart(
        (
            Proof(
                "closed",
                "What can the generator send in a closed loop?",
                f"{reached:,.0f} requests/s with {share:.0%} of its core: "
                f"{cost_us:.1f} µs each, so about {ceiling:,.0f} with all of it",
                f"{COST_LIMIT_US:g} µs each",
                cost_us <= COST_LIMIT_US,
            ),
            Proof(
                "count",
                "Do generator and server count the same?",
                f"{counted:,} and {answered:,}",
                "equal",
                counted == answered,
            ),
        ),
        {
            "closed_reached_rps": reached,
            "closed_ceiling_rps": ceiling,
            "generator_us": cost_us,
        },
    )


def open_ceiling(
    stand: CalibrationBench, server: Known, reached_rps: float
) -> CalibrationPart:
    """Open loop at rising rates, until one is not kept."""
    kept: list[float] = []
    for step in STEPS:
        rate = step * reached_rps
        tallies = [stand.visit(server, "/hello", OPEN.at(rate)) for _ in range(TRIES)]
        if 2 * sum(map(is_kept, tallies)) <= TRIES:
            break
        kept.append(rate)
    measured = "not even the lowest rate tried was kept"
    if kept:
        more = "" if len(kept) < len(STEPS) else ", the highest tried"
        measured = f"{kept[-1]:,.0f} requests/s{more}"
    return CalibrationPart(
        (
            Proof(
                "open",
                "At which rate does the open loop keep its times?",
                measured,
                f"{reasons.OFFERED_SHARE:.0%} answered, {reasons.LATE_SHARE:.0%} late, {reasons.GENERATOR_SHARE:.0%} of its core",
                bool(kept),
            ),
        ),
        {"open_ceiling_rps": kept[-1]} if kept else {},
    )


def is_kept(tally: WindowStats) -> bool:
    """Whether everything was offered, in time, with a generator that had room."""
    offered = tally.offered or 0
    return (
        tally.requests >= reasons.OFFERED_SHARE * offered
        and tally.late_sends - tally.starved_sends <= reasons.LATE_SHARE * offered
        and generator_share(tally) <= reasons.GENERATOR_SHARE
    )


def added_latency(stand: CalibrationBench, server: Known) -> CalibrationPart:
    """Our generator and one blocking socket in turns, at the same rates."""
    numbers: dict[str, float] = {}
    said = []
    for rate in ADDED_RATES_RPS:
        pairs = [_pair(stand, server, rate) for _ in range(ADDED_TURNS)]
        ours, bare = (median(pair[n] for pair in pairs) for n in (0, 1))
        numbers |= {
            f"added_p50_us_at_{rate:g}_rps": ours - bare,
            f"ours_p50_us_at_{rate:g}_rps": ours,
            f"bare_p50_us_at_{rate:g}_rps": bare,
        }
        said.append(
            f"{ours - bare:+.0f} µs at {rate:,.0f}/s ({ours:.0f} for {bare:.0f})"
        )
    worst = max(v for name, v in numbers.items() if name.startswith("added"))
    return CalibrationPart(
        (
            Proof(
                "added",
                "What does the generator add to a response time (median)?",
                ", ".join(said),
                f"{ADDED_LIMIT_US:g} µs more than one blocking socket",
                worst <= ADDED_LIMIT_US,
            ),
        ),
        numbers,
    )


def _pair(stand: CalibrationBench, server: Known, rate: float) -> tuple[float, float]:
    """The median of ours and of a blocking socket, microseconds, one after the other."""
    load = Load(4, 0.2, ADDED_S, rate_rps=rate)
    tally = stand.visit(server, "/hello", load)
    assert tally.latency_us is not None
    return tally.latency_us.p50, _bare_us(stand, server, rate)


def _bare_us(stand: CalibrationBench, server: Known, rate: float) -> float:
    command = [sys.executable, "-m", "bench.calibrate.bare_client"]
    command += ["--port", str(server.port), "--rate", str(rate)]
    command += ["--seconds", str(ADDED_S), "--cpus", cpu_list(stand.load_cpus)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=sending_environment(os.environ, str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EnvironmentFailure(
            f"calibration: the bare client failed: {done.stderr[-300:]}",
            "try again; if it stays, report it",
        )
    return float(json.loads(done.stdout)["p50_us"])
