"""What a page costs: a run of the standard size, made with the fakes, read, judged and drawn."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.run_options import RunOptions, plan_for
from bench.load.generator import LoadRequest
from bench.model.plan import Plan
from bench.model.trial import WindowStats
from bench.run.instruments import Now
from bench.run.rounds import measure
from bench.store.folder import TRIALS, create
from bench.store.records import to_line
from bench.workloads import WORKLOADS
from tests.builders import record
from tests.fakes.engine import FakeEngine, Script
from tests.fakes.generator import Script as Sends
from tests.fakes.instruments import instruments
from tests.report.states import STATES
from tests.run.test_rounds import Together


pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PROMISED_S = {"standard": 10.0, "full": 30.0}
SLOWER = 1.5
"""Another test runs beside it, and two that share a core slow each other down."""
MEMORY_BYTES = 2**30
RENDER = """
import resource, sys
from pathlib import Path
from bench.cli.rendering import render
render(Path(sys.argv[1]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""
WRITE = """
import sys
from pathlib import Path
from bench.report.write import write_report
from tests.report.states import STATES
for state in sys.argv[2:]:
    write_report(STATES[state](), Path(sys.argv[1]) / state)
"""


class Uneven(Together):
    """Servers of different speeds, a little different in each window; keeps no samples."""

    def __init__(self, engine: FakeEngine) -> None:
        super().__init__(engine)
        self.random = random.Random(1)

    def visit(self, order: LoadRequest) -> WindowStats:
        """Answer some two hundred requests a second."""
        self.visits.clear()
        server = next(
            candidate
            for candidate in self.engine.servers
            if candidate.port == order.port
        )
        rate = 100 + 40 * (len(server.target.id) % 5)
        self.scripts[order.port] = Sends(rate_rps=rate * self.random.gauss(1, 0.02))
        return super().visit(replace(order, samples=None))


def store_run(plan: Plan, runs: Path) -> Path:
    """Measure with the fakes and store it as a run would be."""
    engine = FakeEngine(Script())
    with create(runs, record(plan)) as writer:
        folder = writer.folder
    with engine, Uneven(engine) as generator:
        tools = instruments(engine, generator, folder)
        events = measure(plan, tools, dict(WORKLOADS), None, lambda number: False)
        lines = [to_line(event) for event in events if not isinstance(event, Now)]
    (folder / TRIALS).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder


@pytest.mark.parametrize(
    "profile",
    ["standard", pytest.param("full", marks=pytest.mark.nightly)],
)
def test_a_run_is_rendered_quickly(tmp_path: Path, profile: str) -> None:
    """To its last look, with every experiment: within the promised time and memory."""
    plan = plan_for(RunOptions(profile, seed=7))
    folder = store_run(plan, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", RENDER, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    cpu_s, memory_bytes = map(float, done.stdout.split())

    assert (folder / "report.html").stat().st_size < 1_500_000
    assert cpu_s < PROMISED_S[profile] * SLOWER
    assert memory_bytes < MEMORY_BYTES


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the seed of hashes: no order of a set gets into a file."""
    states = ("normal", "open_loops")
    assert set(states) <= set(STATES)
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", WRITE, str(tmp_path / seed), *states],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
    first, two = (
        {
            path.relative_to(tmp_path / seed): path.read_bytes()
            for path in (tmp_path / seed).rglob("*")
            if path.is_file()
        }
        for seed in ("1", "2")
    )

    assert {path.parts[0] for path in first} == set(states)
    assert first.keys() == two.keys()
    assert [path for path in first if first[path] != two[path]] == []
