"""`bench run --engine compose` that can measure nothing ends with status 3 and the reasons."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docker.standing import ROOT, needs_engine, traces


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
            *("--targets", "floor/uvicorn", "--workloads", "hello"),
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
