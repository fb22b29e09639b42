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
from contextlib import ExitStack
from functools import cache

import pytest

from tests.load.known import ROOT


pytestmark = pytest.mark.live

HERE, PORT = "10.77.0.1", 5557
DELAYS_MS = {"near": 2, "far": 20}  # each way
LOSS = "0.5%"
TOKEN = secrets.token_hex(16)


def need(*words: str) -> None:
    """Do it, or skip the test with what it said."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{' '.join(words)}: {done.stderr.strip()}")


@cache
def netem() -> bool:
    """Whether this kernel can make a way slow and lossy; else ways are as they are, and the test says so."""
    mark = f"bench-{secrets.token_hex(3)}-try"
    words = ["tc", "-n", mark, "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]  # fmt: skip
    need("ip", "netns", "add", mark)
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    finally:
        subprocess.run(["ip", "netns", "delete", mark], check=False)
    if done.returncode:
        sys.stderr.write(f"without delay and loss: {done.stderr.strip()}\n")
    return done.returncode == 0


@pytest.fixture
def spaces() -> Iterator[dict[str, str]]:
    """A namespace for the run, and one for each worker, with its cable; by what it is for."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    for tool in ("ip", "tc"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} (iproute2) here")
    mark = secrets.token_hex(3)
    made = {role: f"bench-{mark}-{role}" for role in ("run", *DELAYS_MS)}
    with ExitStack() as stack:
        for name in made.values():
            need("ip", "netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "delete", name], check=False)
            need("ip", "-n", name, "link", "set", "lo", "up")
            need("ip", "netns", "exec", name, "true")
        need("ip", "-n", made["run"], "address", "add", f"{HERE}/32", "dev", "lo")
        for place, (role, delay_ms) in enumerate(DELAYS_MS.items(), 1):
            cable(made["run"], made[role], place, delay_ms)
        yield made


def cable(run: str, other: str, place: int, delay_ms: int) -> None:
    """A way between two namespaces, as slow and as lossy in both directions."""
    end = f"to{place}"
    need("ip", "-n", run, "link", "add", end, "type", "veth", "peer", "name", "up0", "netns", other)  # fmt: skip
    for space, device, host in ((run, end, 1), (other, "up0", 2)):
        address = f"10.77.{place}.{host}/24"
        need("ip", "-n", space, "address", "add", address, "dev", device)
        need("ip", "-n", space, "link", "set", device, "up")
        if netem():
            need("tc", "-n", space, "qdisc", "add", "dev", device, "root", "netem", "delay", f"{delay_ms}ms", "loss", LOSS)  # fmt: skip
    need("ip", "-n", other, "route", "add", "default", "via", f"10.77.{place}.1")


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
    spaces: dict[str, str],
) -> None:
    """Every count is the server's; each worker's latencies are those of its own way, by its own clock."""
    run = start(spaces["run"], "tests.load.apart", HERE, str(PORT))
    words = ("bench", "worker", "--master", HERE, "--port", str(PORT))
    workers = [start(spaces[role], *words) for role in DELAYS_MS]
    try:
        told, said = run.communicate(timeout=90)
        assert run.returncode == 0, said
        heard = [worker.communicate(timeout=20)[1] for worker in workers]
    finally:
        for process in (run, *workers):
            process.kill()
            process.communicate()
    assert all("the run is over" in text for text in heard), heard
    assert [worker.returncode for worker in workers] == [0, 0]
    for visit in json.loads(told):
        tally = visit["tally"]
        assert tally["errors"] == {}
        assert tally["requests_total"] == visit["seen"] == tally["locust_requests"]
        if visit["due"] is not None:
            assert tally["requests_total"] == visit["due"]
        each = [worker["requests_total"] for worker in tally["workers"]]
        assert sum(each) == tally["requests_total"] and min(each) > 0
        if not netem():
            continue
        trips = sorted(worker["round_trip_ms"] for worker in tally["workers"])
        assert 2 * DELAYS_MS["near"] <= trips[0] < 2 * DELAYS_MS["far"] <= trips[1]
        assert tally["latency_us"]["p50"] >= 2000 * DELAYS_MS["near"]
        assert tally["latency_us"]["max"] >= 2000 * DELAYS_MS["far"]
