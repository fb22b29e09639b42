"""
Ask an independent generator: does wrk see the same throughput of the same server?

    python -m tests.load.agreement [--rounds 10] [--seconds 2]

Every contestant is started afresh, all at once; then our generator and wrk
visit each of them in turn, in random order, both from the same core. The
ratio is paired by round. What differs by more than 5 % wants a reason.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.cli.engines import new_engine
from bench.cli.run_options import chosen_targets
from bench.configure.tables import load_profiles
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement, Server
from bench.load.generator import Generator, LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.model.estimate import Estimate
from bench.model.load import Load
from bench.stats.interval import log_ratio


CLIENTS = 16
WARM_S = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """How our throughput relates to wrk's at one target: ours over theirs."""

    target: str
    ratio: Estimate
    ours_rps: float  # median over rounds
    wrk_rps: float


def wrk_rps(server: Server, seconds: int, cpus: Sequence[int]) -> float:
    """Requests per second that wrk counts at /hello, after a short warm part."""
    url = f"http://{server.host}:{server.port}/hello"
    words = ["taskset", "-c", ",".join(map(str, cpus)), "wrk", "-t1", f"-c{CLIENTS}"]
    subprocess.run([*words, "-d1s", url], check=True, capture_output=True)
    done = subprocess.run(
        [*words, f"-d{seconds}s", url], check=True, capture_output=True, text=True
    )
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    assert rate is not None, done.stdout
    assert "Non-2xx" not in done.stdout, done.stdout
    return float(rate[1])


def our_rps(server: Server, seconds: int, generator: Generator) -> float:
    """Requests per second that our generator counts, every answer checked."""
    load = Load(CLIENTS, WARM_S, seconds)
    tally = generator.visit(
        LoadRequest(server.host, server.port, "hello", 1, load, None)
    )
    assert not tally.errors, tally.first_error
    return tally.requests / tally.measure_s


def agreement(rounds: int, seconds: int, seed: int = 1) -> list[Agreement]:
    """Measure alternately; one row for each contestant."""
    cores = pinning(sorted(os.sched_getaffinity(0)))
    threads = load_profiles()[1].threads
    rates_rps: dict[tuple[str, str], list[float]] = defaultdict(list)
    order = random.Random(seed)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = new_engine("local", cores, logs, lambda line: None)
        stack.enter_context(engine)
        generator = stack.enter_context(LocustGenerator(cores.load))
        targets = chosen_targets(["contestant"])
        engine.prepare(targets, lambda line: None)
        placement = CpuPlacement(1, threads, cores, logs)
        servers = [engine.start(target, placement, hash_seed=1) for target in targets]
        for server in servers:
            our_rps(server, 1, generator)
        for _ in range(rounds):
            visits = [(s, tool) for s in servers for tool in ("ours", "wrk")]
            for server, tool in order.sample(visits, len(visits)):
                rps = (
                    our_rps(server, seconds, generator)
                    if tool == "ours"
                    else wrk_rps(server, seconds, cores.load)
                )
                rates_rps[server.target.id, tool].append(rps)
    return [_agreement(target.id, rates_rps) for target in targets]


def _agreement(target: str, rates_rps: dict[tuple[str, str], list[float]]) -> Agreement:
    ours, theirs = rates_rps[target, "ours"], rates_rps[target, "wrk"]
    middle = len(ours) // 2
    return Agreement(
        target,
        log_ratio(ours, theirs, 0.95),
        sorted(ours)[middle],
        sorted(theirs)[middle],
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=2)  # wrk knows whole ones only
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    lines = [f"{'target':30} {'ours':>8} {'wrk':>8}  ours/wrk (95 % interval)"]
    for row in agreement(asked.rounds, asked.seconds):
        e = row.ratio
        lines.append(
            f"{row.target:30} {row.ours_rps:8.0f} {row.wrk_rps:8.0f}  "
            f"{e.point:.3f} ({e.low:.3f} to {e.high:.3f}, {e.n} rounds)"
        )
    os.write(1, ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    main()
