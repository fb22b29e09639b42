"""`bench run --engine compose` that can measure nothing ends with status 3 and the reasons."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.deploy.asked_locks import asked_lock
from tests.docker.standing import ROOT, needs_engine, new_engine, targets, traces


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(600),
    needs_engine,
]

COMMAND = """
import sys
from pathlib import Path
from bench.cli import engines, main
engines.CACHE = Path(sys.argv.pop(1))
main.main()
"""


def bench(place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A short run of two targets, with a cache and so a lock of its own."""
    words = ("run", "--profile", "smoke", "--engine", "compose")
    return subprocess.run(
        [
            *(sys.executable, "-c", COMMAND, str(place / "cache"), *words),
            *("--targets", "floor", "--workloads", "hello"),
        ],
        cwd=ROOT,
        env={**os.environ, "BENCH_RUNS": str(place / "runs"), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_servers_that_cannot_live_are_the_reason(tmp_path: Path) -> None:
    """No server comes up: the run has a page, and ends with status 3 and what each died of."""
    done = bench(tmp_path, APP_MEMORY="8m")

    assert done.returncode == 3, done.stderr
    assert "nothing was measured" in done.stderr
    assert "for want of memory (APP_MEMORY)" in " ".join(done.stderr.split())
    (page,) = (tmp_path / "runs").glob("*/report.html")
    assert "memory_limit_bytes_app" in page.read_text()
    record = json.loads(page.with_name("run.json").read_text())
    assert record["machine"]["details"]["memory_limit_bytes_app"] == str(8 << 20)
    assert "Traceback" not in done.stderr
    assert traces(tmp_path / "cache") == []


def test_a_build_network_that_is_not_there_is_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has to be built cannot be: that target has the reason instead of a receipt."""
    asked = asked_lock(tmp_path / "cache", "flask", "3.0-unbuilt")
    asked.parent.mkdir(parents=True)
    asked.write_text(f"# {tmp_path}\n")
    unbuilt = replace(targets()["flask/gunicorn-gthread"], version="3.0-unbuilt")

    with new_engine(tmp_path / "cache", tmp_path / "logs") as engine:
        monkeypatch.setenv("BUILD_NETWORK", "nosuch")
        reason = engine.prepare([unbuilt], lambda line: None)[unbuilt.id]

    assert isinstance(reason, str)
    assert "the network that images are built in does not exist" in reason
