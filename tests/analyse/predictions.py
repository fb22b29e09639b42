"""Runs that played the experiment on predictions, with a known truth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from bench.model.framework import Role, Target
from bench.model.load import Arrivals, BackgroundLoad, Load
from bench.model.plan import Cell, Experiment, Plan
from bench.model.run import Run
from bench.model.trial import Sketch, Window, WindowStats
from bench.stats.sketch import sketch
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, Truth, make_run, target
from tests.builders import tally


PITFALL = "fastapi@2.0/blocking"
TARGETS = (*(target(one) for one in (FASTAPI, FLASK, DJANGO)), target(PITFALL, Role.ABLATION))  # fmt: skip
POOL = Load(
    64,
    0.4,
    2.4,
    rate_rps=250.0,
    arrivals=Arrivals.POISSON,
    experiment="predictions",
)
BESIDE = replace(POOL, beside=BackgroundLoad("predict-heavy", 16, 0.5))
CLOSED = Load(4, 0.4, 2.4, experiment="predictions")
EXPERIMENT = Experiment(
    name="predictions",
    why="a test",
    targets=("contestant",),
    workloads=("hello", "predict-heavy"),
    loads=(CLOSED, POOL, BESIDE),
    cycles=2,
    rounds=6,
    beside="predict-heavy",
)


ALIKE_RPS = {FASTAPI: 100.0, FLASK: 100.0, DJANGO: 98.0, PITFALL: 101.0}
ALONE_MS = {FASTAPI: 2.0, FLASK: 2.0, DJANGO: 3.0, PITFALL: 2.0}
BESIDE_MS = {FASTAPI: 10.0, FLASK: 10.0, DJANGO: 12.0, PITFALL: 40.0}


@dataclass(frozen=True)
class Served:
    """What is really so of each target."""

    rounds: int = 6
    capacity_rps: Mapping[str, float] = field(default_factory=lambda: ALIKE_RPS)
    alone_ms: Mapping[str, float] = field(default_factory=lambda: ALONE_MS)
    beside_ms: Mapping[str, float] = field(default_factory=lambda: BESIDE_MS)
    noise: float = 0.02  # of logs, from round to round
    seed: int = 1
    requests: int = 600  # cheap ones in a window
    fault: Callable[[Window], Window] = lambda window: window


def plan_of(base: Plan) -> Plan:
    """The plan with the experiment and its cells."""
    cells = tuple(
        Cell(one.id, workload, load)
        for workload in EXPERIMENT.workloads
        for one in TARGETS
        for load in EXPERIMENT.loads_of(workload)
    )
    return replace(
        base,
        profile=replace(base.profile, experiments=(EXPERIMENT,)),
        targets=_everyone(base),
        cells=(*base.cells, *cells),
    )


def _everyone(base: Plan) -> tuple[Target, ...]:
    known = {one.id for one in base.targets}
    return (*base.targets, *(one for one in TARGETS if one.id not in known))


def served_run(served: Served | None = None) -> Run:
    """A run in which the truth holds, noise aside; its headline comparison is sound."""
    served = served or Served()
    run = _headline(served.rounds)
    plan = plan_of(run.record.plan)
    windows = tuple(served.fault(window) for window in _windows(served))
    record = replace(run.record, plan=plan)
    return replace(run, record=record, windows=(*run.windows, *windows))


@cache
def _headline(rounds: int) -> Run:
    """The comparison beside it, the same in every run."""
    return make_run(Truth(rounds=rounds, workloads=("hello",)))


def _windows(served: Served) -> Iterator[Window]:
    random = np.random.default_rng(served.seed)
    for number in range(1, served.rounds + 1):
        for one in TARGETS:
            noise = np.exp(random.normal(0, served.noise, 3))
            capacity = served.capacity_rps[one.id] * noise[0]
            tails_ms = {
                POOL.name: served.alone_ms[one.id] * noise[1],
                BESIDE.name: served.beside_ms[one.id] * noise[2],
            }
            for cycle in (1, 2):
                yield _heavy((number, cycle, one.id), capacity)
                for load in (POOL, BESIDE):
                    place = (number, cycle, one.id)
                    yield _cheap(place, load, tails_ms[load.name], served.requests)


def _heavy(place: tuple[int, int, str], capacity_rps: float) -> Window:
    # Large counts, so that whole requests do not round the truth away.
    count = round(capacity_rps * 2.4e4)
    answered = tally(count, measure_s=2.4e4, latency_mean_us=None)
    return _window(place, "predict-heavy", CLOSED.name, answered)


def _cheap(
    place: tuple[int, int, str], load: Load, p99_ms: float, requests: int
) -> Window:
    answered = tally(
        requests,
        measure_s=2.4,
        offered=requests,
        latency_sketch=_tail(p99_ms, requests),
    )
    if load.beside:
        other = tally(
            120, measure_s=2.4, offered=120, latency_sketch=_tail(p99_ms * 2, 120)
        )
        answered = replace(answered, beside=other)
    return _window(place, "hello", load.name, answered, 250.0)


def _tail(p99_ms: float, requests: int) -> Sketch:
    """Latencies of which nine in ten are a tenth of the 99th percentile, and the rest it."""
    values = np.full(requests, p99_ms * 1e6)
    values[: requests * 9 // 10] /= 10
    return sketch(values.astype(np.int64))


def _window(
    place: tuple[int, int, str],
    workload: str,
    load: str,
    answered: WindowStats,
    rate_rps: float | None = None,
) -> Window:
    number, cycle, target_id = place
    return Window(
        round=number,
        cycle=cycle,
        target=target_id,
        workload=workload,
        load=load,
        started_at="2026-01-01T00:00:00Z",
        tally=answered,
        server_cpu_ns=1_000_000_000,
        server_memory_bytes=50_000_000,
        database_cpu_ns=0,
        others_cpu_ns=0,
        steal_s=0.0,
        throttled_s=None,
        samples=None,
        rate_rps=rate_rps,
    )
