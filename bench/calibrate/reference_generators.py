"""Noise by a server entered twice, and independent generators on the same server."""

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bench.calibrate.calibration_bench import (
    CalibrationBench,
    CalibrationPart,
    Known,
    agreement,
    all_of,
    cpu_list,
    rate_rps,
    ratio_text,
    within,
)
from bench.child_environment import child_environment
from bench.errors import EnvironmentFailure
from bench.model.calibration import Proof
from bench.model.load import Load
from bench.stats import interval


ROUNDS = 8
WINDOW = Load(16, 0.15, 0.5)
OPENING = Load(16, 0.0, 0.1)
LEVEL = 0.95
SAME_P = 0.01

LIMITED = "/spin?us=300"
"""A server that is slow enough to be the limit: every generator must see the same rate of it."""
WITNESS_ROUNDS = 6
WITNESS = Load(16, 0.3, 1.0)
WITNESS_LIMIT = 0.05
TOOLS: Mapping[str, tuple[Sequence[str], str]] = {
    "wrk": (("wrk", "-t1", "-c16", "-d1s"), r"Requests/sec:\s+([0-9.]+)"),
    "h2load": (("h2load", "--h1", "-t1", "-c16", "-D1"), r"([0-9.]+) req/s"),
}


def twin(stand: CalibrationBench, seed: int = 1) -> CalibrationPart:
    """
    The same server twice, in short windows in random order: what differs is noise.

    Both are started afresh in each round, as in a run: two processes of one
    program differ for as long as they live, by where they lie in memory.
    """
    order = random.Random(seed)
    rates: tuple[list[float], list[float]] = ([], [])
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        with stand.server() as first, stand.server() as second:
            both = (first, second)
            for server in both:  # opens the connections
                stand.visit(server, "/hello", OPENING)
            for which in order.sample((0, 1), 2):
                before_ns = both[which].cpu_ns()
                tally = stand.visit(both[which], "/hello", WINDOW)
                used_ns = both[which].cpu_ns() - before_ns
                rates[which].append(rate_rps(tally))
                costs[which].append(used_ns / tally.requests_total)
    estimates = [interval.log_ratio(*pair, LEVEL) for pair in (rates, costs)]
    p_value = min(
        interval.p_no_difference(np.log(pair[0]) - np.log(pair[1]))
        for pair in (rates, costs)
    )
    reach = [max(e.high, 1 / e.low) - 1 for e in estimates]
    return CalibrationPart(
        (
            Proof(
                "noise",
                "Does a server entered twice equal itself?",
                f"rate {ratio_text(estimates[0])}, CPU {ratio_text(estimates[1])}: differences below "
                f"{reach[0]:.1%} and {reach[1]:.1%} cannot be seen in {ROUNDS} such rounds",
                f"p of at least {SAME_P / 2:g}",
                p_value >= SAME_P / 2,
            ),
        ),
        {"noise_rate_reach": reach[0], "noise_cpu_reach": reach[1]},
        (
            agreement("Itself, rate", estimates[0], None),
            agreement("Itself, CPU time", estimates[1], None),
        ),
    )


def witnesses(stand: CalibrationBench, server: Known) -> CalibrationPart:
    """Other generators that are installed here, in turns with ours, at a server that is the limit."""
    tools = [name for name in TOOLS if shutil.which(name)]
    if not tools:
        none = "neither wrk nor h2load is installed"
        proof = Proof("witness", "Do other generators agree?", none, "", None)
        return CalibrationPart((proof,))
    visits: dict[str, Callable[[], float]] = {
        name: _asker(stand, server, name) for name in tools
    }
    visits["ours"] = lambda: rate_rps(stand.visit(server, LIMITED, WITNESS))
    order = random.Random(1)
    rates: dict[str, list[float]] = {name: [] for name in visits}
    for _ in range(WITNESS_ROUNDS):
        for name in order.sample(list(visits), len(visits)):
            rates[name].append(visits[name]())
    estimates = {
        name: interval.log_ratio(rates["ours"], rates[name], LEVEL) for name in tools
    }
    return CalibrationPart(
        (
            Proof(
                "witness",
                "Do other generators see the same rate?",
                ", ".join(
                    f"ours is {ratio_text(e)} of {name}’s"
                    for name, e in estimates.items()
                ),
                f"{WITNESS_LIMIT:.0%}",
                all_of([within(e, WITNESS_LIMIT) for e in estimates.values()]),
            ),
        ),
        {f"ours_over_{name}": e.point for name, e in estimates.items()},
        tuple(
            agreement(f"Rate beside {name}", e, WITNESS_LIMIT)
            for name, e in estimates.items()
        ),
    )


def _asker(stand: CalibrationBench, server: Known, name: str) -> Callable[[], float]:
    words, pattern = TOOLS[name]
    command = ["taskset", "-c", cpu_list(stand.load_cpus), *words, server.url(LIMITED)]

    def ask() -> float:
        done = subprocess.run(
            command,
            env=child_environment(os.environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        match = re.search(pattern, done.stdout)
        if done.returncode or match is None or float(match[1]) <= 0:
            raise EnvironmentFailure(
                f"calibration: {name} told no rate: {(done.stderr or done.stdout)[-200:]}",
                f"try it by hand: {' '.join(command)}",
            )
        return float(match[1])

    return ask
