"""`bench run --engine external` as a person types it, against real servers that stand on this machine."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets, select
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine, Options
from bench.deploy.processes import read
from bench.deploy.server import LocalServer, free_port
from bench.run.contract import verify
from tests.caches import cache_of
from tests.contract.stages import FRAMEWORKS, ROOT
from tests.run.standing import standing, wrong


pytestmark = [pytest.mark.live, pytest.mark.timed]


def typed(
    runs: Path, *words: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A smoke run of hello against what stands."""
    head = ("run", "--engine", "external", "--profile", "smoke", "--workloads", "hello")
    return subprocess.run(
        [sys.executable, "-m", "bench", *head, *words],
        cwd=ROOT,
        env={**os.environ, "BENCH_RUNS": str(runs), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, LocalServer]]:
    """An application and a bare server that somebody started, by framework."""
    folder = tmp_path_factory.mktemp("logs")
    everywhere = os.sched_getaffinity(0)
    cores = pinning(sorted(everywhere))
    table = load_frameworks()
    every = all_targets(table, load_profiles()[1])
    targets = select(every, ["flask", "floor/gunicorn-gthread"], table)
    packages = {name: framework.package for name, (framework, _) in FRAMEWORKS.items()}
    cache = cache_of("rounds")
    with LocalEngine(
        ROOT, cache, folder, cores, packages, Options(wait_s=60)
    ) as engine:
        os.sched_setaffinity(0, everywhere)
        receipts = engine.prepare(targets, lambda line: None)
        assert not [why for why in receipts.values() if isinstance(why, str)]
        placement = CpuPlacement(1, 8, cores, folder)
        started = [engine.start(target, placement, 1) for target in targets]
        yield {server.target.framework: server for server in started}


@contextmanager
def agent_beside(server: LocalServer) -> Iterator[str]:
    """`bench agent` on the server's first process; its address."""
    pids = server.process_ids()
    (first,) = [pid for pid in pids if (p := read(pid)) and p.parent not in pids]
    with subprocess.Popen(
        [sys.executable, "-m", "bench", "agent", str(first)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as agent:
        assert agent.stdout is not None
        try:
            yield agent.stdout.readline().strip()
        finally:
            agent.terminate()


def test_what_stands_is_measured_and_left_standing(
    servers: dict[str, LocalServer], tmp_path: Path
) -> None:
    """Right answers counted, their cost known where an agent tells it, a page that says so."""
    at = [
        f"--at={name}=http://127.0.0.1:{stood.port}" for name, stood in servers.items()
    ]
    with agent_beside(servers["flask"]) as address:
        done = typed(tmp_path, *at, f"--agent=flask={address}")

    assert done.returncode == 0, done.stderr
    (folder,) = tmp_path.glob("*-smoke-*")
    lines = (folder / "trials.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    windows = [event for event in events if event["kind"] == "window"]
    assert {w["target"].partition("@")[0] for w in windows} == {*servers}
    assert len(windows) == 3  # one of them is the twin
    for window in windows:
        assert window["tally"]["requests"] > 0
        assert window["tally"]["errors"] == {}
        cpu_ns = window["server_cpu_ns"] or 0
        assert (cpu_ns > 0) is window["target"].startswith("flask")
        assert (window["server_cpu_ns"] is None) is window["target"].startswith("floor")
    assert not [event for event in events if event["kind"] == "failure"]
    page = (folder / "report.html").read_text()
    assert "Servers were not started afresh" in page
    for server in servers.values():
        assert verify("127.0.0.1", server.port, "hello") is None


def test_workers_that_join_send_the_load_of_a_whole_run(
    servers: dict[str, LocalServer], tmp_path: Path
) -> None:
    """Nothing is sent from here; `bench worker` comes as from another machine and leaves when the run is over."""
    port, token = free_port(), secrets.token_hex(16)
    shared = {"BENCH_LOAD_TOKEN": token, "BENCH_LOAD_LISTEN": f"127.0.0.1:{port}"}
    words = ("worker", "--master", "127.0.0.1", "--port", str(port))
    with subprocess.Popen(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        env={**os.environ, **shared},
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        try:
            at = f"--at=flask=http://127.0.0.1:{servers['flask'].port}"
            done = typed(tmp_path, at, "--load-elsewhere=1", **shared)
            assert done.returncode == 0, done.stderr
            said = worker.communicate(timeout=30)[1]
        finally:
            worker.kill()

    assert worker.returncode == 0 and "the run is over" in said
    assert f"bench worker --master 127.0.0.1 --port {port}" in done.stderr
    (folder,) = tmp_path.glob("*-smoke-*")
    lines = (folder / "trials.jsonl").read_text().splitlines()
    windows = [w for line in lines if (w := json.loads(line))["kind"] == "window"]
    assert len(windows) == 2  # one of them is the twin
    for window in windows:
        (part,) = window["tally"]["workers"]
        assert not part["name"].startswith("here")
        assert part["requests_total"] == window["tally"]["requests_total"] > 0
        assert window["tally"]["errors"] == {}


def test_a_wrong_answer_ends_the_command_before_any_load(tmp_path: Path) -> None:
    """Exit status 3, the failed check by name, one request, no run folder."""
    with standing(wrong) as stood:
        done = typed(tmp_path, f"--at=flask={stood.url}")
        assert stood.asked == ["/hello"]

    assert done.returncode == 3, done.stderr
    assert "hello: answers" in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.glob("*-smoke-*")) == []
