"""
`bench worker` on other machines, as far as one machine can play them.

Each worker has a network namespace of its own, with a cable to the run's that
takes its time and loses packets. Only namespaces made here are touched.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.load.known import ROOT


pytestmark = [pytest.mark.live, pytest.mark.timed]

HERE, PORT = "10.77.0.1", 5557
DELAYS_MS = {"near": 2, "far": 20}  # each way
LOSS = 0.01
TOKEN = secrets.token_hex(16)


def need(*words: str) -> None:
    """Do it, or skip the test with what it said."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{' '.join(words)}: {done.stderr.strip()}")


@pytest.fixture
def spaces() -> Iterator[dict[str, str]]:
    """A namespace for the run, and one for each worker; by what it is for."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    if shutil.which("ip") is None:
        pytest.skip("no ip (iproute2) here")
    if not Path("/dev/net/tun").exists():
        pytest.skip("no /dev/net/tun: this kernel makes no cables")
    mark = secrets.token_hex(3)
    made = {role: f"bench-{mark}-{role}" for role in ("run", *DELAYS_MS)}
    with ExitStack() as stack:
        for name in made.values():
            need("ip", "netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "delete", name], check=False)
            need("ip", "-n", name, "link", "set", "lo", "up")
            need("ip", "netns", "exec", name, "true")
        need("ip", "-n", made["run"], "address", "add", f"{HERE}/32", "dev", "lo")
        yield made


@pytest.fixture
def cables(spaces: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """From each worker's namespace to the run's."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(cable(spaces["run"], spaces[role], place, delay_ms))
            for place, (role, delay_ms) in enumerate(DELAYS_MS.items(), 1)
        ]


@contextmanager
def cable(
    run: str, other: str, place: int, delay_ms: int
) -> Iterator[subprocess.Popen[str]]:
    """A way between two namespaces, as slow and as lossy in both directions."""
    spaces = ((run, 1), (other, 2))
    ends = [
        {
            "space": space,
            "device": f"cable{place}{host}",
            "address": f"10.77.{place}.{host}/24",
        }
        for space, host in spaces
    ]
    asked = json.dumps({"ends": ends, "delay_s": delay_ms / 1000, "loss": LOSS})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.load.slow_cable", asked],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as made:
        assert made.stdout is not None
        assert made.stdout.readline() == "plugged\n"
        need("ip", "-n", other, "route", "add", "default", "via", f"10.77.{place}.1")
        yield made


def start(space: str, *words: str) -> subprocess.Popen[str]:
    """A Python module in a namespace."""
    return subprocess.Popen(
        ["ip", "netns", "exec", space, sys.executable, "-m", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BENCH_LOAD_TOKEN": TOKEN},
    )


def test_workers_over_slow_and_lossy_ways_are_merged_exactly(
    spaces: dict[str, str], cables: list[subprocess.Popen[str]]
) -> None:
    """Every count is the server's; each worker's latencies are those of its own way, by its own clock."""
    run = start(spaces["run"], "tests.load.apart", HERE, str(PORT))
    words = ("bench", "worker", "--master", HERE, "--port", str(PORT))
    workers = [start(spaces[role], *words) for role in DELAYS_MS]
    try:
        output, said = run.communicate(timeout=90)
        assert run.returncode == 0, said
        heard = [worker.communicate(timeout=20)[1] for worker in workers]
    finally:
        for process in (run, *workers):
            process.kill()
            process.communicate()
    assert all("the run is over" in text for text in heard), heard
    assert [worker.returncode for worker in workers] == [0, 0]
    for visit in json.loads(output):
        tally = visit["tally"]
        assert tally["errors"] == {}
        assert tally["requests_total"] == visit["seen"] == tally["locust_requests"]
        if visit["due"] is not None:
            assert tally["requests_total"] == visit["due"]
        requests = [worker["requests_total"] for worker in tally["workers"]]
        assert sum(requests) == tally["requests_total"] and min(requests) > 0
        trips = sorted(worker["round_trip_ms"] for worker in tally["workers"])
        assert 2 * DELAYS_MS["near"] <= trips[0] < 2 * DELAYS_MS["far"] <= trips[1]
        assert tally["latency_us"]["p50"] >= 2000 * DELAYS_MS["near"]
        assert tally["latency_us"]["max"] >= 2000 * DELAYS_MS["far"]
    ways = [way for made in cables for way in json.loads(made.communicate()[0])]
    assert len(ways) == 4
    assert all(way["carried"] > 0 for way in ways)
    # Hundreds of packets each way, of which one in a hundred: some were lost.
    assert all(a["lost"] + b["lost"] > 0 for a, b in (ways[:2], ways[2:]))
