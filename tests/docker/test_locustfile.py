"""The client for Locust's own master and workers, as a worker loads it."""

import os
import subprocess
import sys

from tests.docker.standing import ROOT


LARGE = """
from dataclasses import replace
from bench.load import container_locustfile as client
def again(seed):
    raise AssertionError("the bodies are made once more")
client.WORKLOAD = replace(client.WORKLOAD, requests=again)
aim = client.aim("http://127.0.0.1:1")
assert aim is client.aim("http://127.0.0.1:1")
print(len(aim.sendable), min(variant.size for variant in aim.sendable))
"""


def loaded(code: str, workload: str) -> subprocess.CompletedProcess[str]:
    """A process that loads the client for that workload and runs the code; Locust patches the whole of it."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "BENCH_WORKLOAD": workload},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_bodies_are_made_before_any_user_starts() -> None:
    """Loading the client makes the bodies; what users of one process send is made once."""
    done = loaded(LARGE, "large")

    assert done.returncode == 0, done.stderr
    count, smallest = map(int, done.stdout.split())
    assert count == 32 and smallest > 100_000


def test_an_unknown_workload_is_refused_when_the_client_is_loaded() -> None:
    """Also by the master, which loads it, too."""
    done = loaded("import bench.load.container_locustfile", "lage")

    assert done.returncode == 1
    assert "BENCH_WORKLOAD: no workload named 'lage'" in done.stderr
    assert "did you mean 'large'" in done.stderr and "Traceback" not in done.stderr
