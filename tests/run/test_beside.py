"""An experiment with something beside, played with fakes: order, rates, warm-up, and what is read."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.analyse.analysis import analyse
from bench.load.generator import LoadRequest
from bench.model.plan import Cell, Plan
from bench.model.run import Run
from bench.model.trial import Boot, Failure, RoundEnd, Window, WindowStats
from bench.plan.duration import duration
from bench.plan.schedule import blocks
from bench.run.instruments import Now
from bench.run.rounds import measure
from bench.store.records import from_line, to_line
from bench.workloads import WORKLOADS
from tests.analyse.predictions import BESIDE, CLOSED, EXPERIMENT, POOL
from tests.builders import plan, record
from tests.fakes.engine import FakeEngine
from tests.fakes.generator import Script
from tests.fakes.instruments import instruments
from tests.run.test_rounds import Together


RATES = {"alpha": 2000.0, "beta": 1000.0}
SLOWER = {"alpha": 1.0, "beta": 5.0}


def played_plan() -> Plan:
    """Two contestants, the headline on `json`, the experiment in the first of two rounds."""
    this = plan(*RATES, workloads=("json",), looks=(2,))
    experiment = replace(EXPERIMENT, rounds=1, warmup_requests=7)
    cells = tuple(
        Cell(target.id, workload, load)
        for workload in experiment.workloads
        for target in this.targets
        for load in experiment.loads_of(workload)
    )
    return replace(
        this,
        profile=replace(this.profile, experiments=(experiment,)),
        cells=(*this.cells, *cells),
    )


class Paced(Together):
    """Servers whose rate, and whose patience with cheap requests, go by their target."""

    def visit(self, order: LoadRequest) -> WindowStats:
        """Answer at the rate of the target behind the port."""
        for server in self.engine.servers:
            name = server.target.framework
            self.scripts[server.port] = Script(
                rate_rps=RATES[name], slower_beside=SLOWER[name]
            )
        return super().visit(order)


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Run, list[LoadRequest]]:
    """One run, and every order that the generator was given."""
    this = played_plan()
    engine = FakeEngine()
    with engine, Paced(engine) as generator:
        folder = tmp_path_factory.mktemp("run")
        tools = instruments(engine, generator, folder)
        events = [
            event
            for event in measure(this, tools, dict(WORKLOADS), None, lambda n: False)
            if not isinstance(event, Now)
        ]
        # As they come back from the run folder.
        stored = [from_line(to_line(event)) for event in events]
    run = Run(
        record(this),
        tuple(e for e in stored if isinstance(e, Boot)),
        tuple(e for e in stored if isinstance(e, Window)),
        tuple(e for e in stored if isinstance(e, Failure)),
        tuple(e for e in stored if isinstance(e, RoundEnd)),
    )
    return run, generator.visits


def test_one_rate_for_all_from_the_slowest(
    played: tuple[Run, list[LoadRequest]],
) -> None:
    """Half of what beta predicts, beside everybody; the cheap ones at their own rate."""
    run, visits = played
    mixed = [order.load for order in visits if order.load.beside]
    assert len(mixed) == 2 * EXPERIMENT.cycles
    assert {load.beside.rate_rps for load in mixed if load.beside} == {500.0}
    assert {load.rate_rps for load in mixed} == {250.0}
    assert not run.failures


def test_predictions_come_first_in_the_round(
    played: tuple[Run, list[LoadRequest]],
) -> None:
    """Nothing is played beside predictions before their own closed loop has told a rate."""
    run, _ = played
    loads = [window.load for window in run.windows if window.round == 1]
    last = max(n for n, name in enumerate(loads) if name == CLOSED.name)
    assert last < loads.index(BESIDE.name)
    for seed in range(30):
        names = [b.workload for b in blocks(replace(played_plan(), seed=seed), 1)]
        assert names.index("predict-heavy") < names.index("hello")


def test_each_workload_is_played_under_its_own_loads() -> None:
    """Predictions in the closed loop alone, cheap ones in the open loops alone."""
    loads = {
        name: {c.load.name for c in played_plan().cells if c.workload == name}
        for name in ("hello", "predict-heavy", "json")
    }
    assert loads["predict-heavy"] == {CLOSED.name}
    assert loads["hello"] == {POOL.name, BESIDE.name}
    assert loads["json"] == {"closed-4"}


def test_warm_up_is_the_experiments_own_and_has_nothing_beside_it(
    played: tuple[Run, list[LoadRequest]],
) -> None:
    """Seven requests where it says seven, ten as the profile says elsewhere."""
    _, visits = played
    warm = [order for order in visits if order.requests_limit is not None]
    assert {(v.workload, v.requests_limit) for v in warm} == {
        ("json", 10),
        ("hello", 7),
        ("predict-heavy", 7),
    }
    assert not [order for order in warm if order.load.beside]


def test_what_is_read_from_the_stored_windows(
    played: tuple[Run, list[LoadRequest]],
) -> None:
    """beta's cheap requests take five times as long beside predictions, alpha's as long."""
    run, _ = played
    predictions = analyse(run).found["predictions"]
    assert predictions is not None
    for name, times in SLOWER.items():
        served = predictions.serving(f"{name}@1.0/server")
        assert served is not None
        assert list(served.times.rounds) == [pytest.approx(times, rel=0.02)]
        assert list(served.capacity_rps.rounds) == [
            pytest.approx(RATES[name], rel=0.01)
        ]


def test_a_round_without_it_is_shorter(tmp_path: Path) -> None:
    """The plan knows that the experiment ends before the run."""
    this = played_plan()
    estimate = duration(this)
    assert estimate.longest_s < 2 * estimate.round_s
