"""Runs with a stress whose truth is known: a queue before one server, by arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from bench.load.arrivals import due_times
from bench.model.load import Arrivals, Basis, Load, Surge
from bench.model.plan import Cell, Experiment, Plan
from bench.model.run import Run
from bench.model.trial import SLOT_S, Slot, Window, WindowStats
from bench.plan.schedule import Turn, blocks
from bench.stats.sketch import sketch
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, Truth, make_run, window_of


POOL = Load(256, 0.25, 1.25, None, Arrivals.POISSON, Basis.OWN, 0.4, "stress")
CLOSED = Load(16, 0.25, 1.25, experiment="stress")
SURGE = replace(POOL, share=0.3, measure_s=9.25, surge=Surge(5.0, 1.25, 2.5))
LOADS = (CLOSED, *(replace(POOL, share=s) for s in (0.1, 0.4, 0.7, 0.9, 1.1)), SURGE)
STRESS = Experiment("stress", "a test", ("contestant",), ("db-read",), LOADS, 2, 6)


@dataclass(frozen=True)
class Nature:
    """How a server is under stress; the default keeps its capacity, whatever comes."""

    capacity_rps: float = 1000.0
    overloaded: float = 1.0  # of its capacity, when more is offered
    fails: float = 0.0  # of the requests in a window that offers too much
    afterwards: float = 1.0  # of its capacity, once a surge has been
    scatter: float = 0.01  # of its speed, from window to window


@dataclass(frozen=True)
class Stressful:
    """A run in which each contestant has a nature."""

    natures: Mapping[str, Nature] = field(default_factory=dict)
    rounds: int = 6
    seed: int = 1
    around: bool = False  # a closed loop comes before and after every open one
    # Of every server's speed, once the closed loops at the beginning of a round are over.
    later: float = 1.0


def stressful_run(stressful: Stressful = Stressful()) -> Run:
    """The usual synthetic run, and the stress experiment beside it."""
    run = make_run(Truth(rounds=stressful.rounds, restart=0.005, window=0.01))
    plan = run.record.plan
    ids = (FASTAPI, FLASK, DJANGO)
    cells = tuple(Cell(one, "db-read", load) for one in ids for load in LOADS)
    plan = replace(
        plan,
        cells=(*plan.cells, *cells),
        profile=replace(
            plan.profile,
            experiments=(
                replace(
                    STRESS,
                    rounds=stressful.rounds,
                    capacity_around=stressful.around,
                ),
            ),
        ),
    )
    random = np.random.default_rng(stressful.seed)
    windows = tuple(
        _window(
            turn.cell,
            number,
            turn.number,
            stressful.natures.get(turn.cell.target, Nature()),
            random,
            stressful.later if _is_later(turn) else 1.0,
        )
        for number in range(1, stressful.rounds + 1)
        for turn in _turns(plan, number)
    )
    record = replace(run.record, plan=plan)
    return replace(run, record=record, windows=(*run.windows, *windows))


def _turns(plan: Plan, number: int) -> list[Turn]:
    """The windows of the experiment: those of a target in the order in which a round has them."""
    (block,) = (b for b in blocks(plan, number) if b.experiment)
    first = [
        Turn(cell, at) for at, cells in enumerate(block.cycles, 1) for cell in cells
    ]
    places = [(cell.target, cell.load.name) for cell in plan.cells]
    turns = [*first, *block.open_turns]
    if not block.open_turns[0].cell.load.is_open:
        return turns
    return sorted(
        turns,
        key=lambda t: (places.index((t.cell.target, t.cell.load.name)), t.number),
    )


def _is_later(turn: Turn) -> bool:
    """Whether it comes after the closed loops at the beginning of a round."""
    return turn.cell.load.is_open or turn.number > STRESS.cycles


def _window(
    cell: Cell,
    number: int,
    cycle: int,
    nature: Nature,
    random: np.random.Generator,
    factor: float,
) -> Window:
    place = (number, cycle, cell.target, cell.workload)
    plain = window_of(place, 1.0)
    speed = nature.capacity_rps * float(np.exp(random.normal(0, nature.scatter)))
    speed *= factor
    if cell.load.share is None:
        tally = _closed(plain.tally, speed)
        return replace(plain, load=cell.load.name, tally=tally)
    rate_rps = cell.load.share * nature.capacity_rps
    tally = open_tally(cell.load.at(rate_rps), speed, nature, number * 100 + cycle)
    return replace(plain, load=cell.load.name, tally=tally, rate_rps=rate_rps)


def _closed(plain: WindowStats, speed: float) -> WindowStats:
    requests = round(speed * CLOSED.measure_s)
    mean_us = CLOSED.clients / requests * CLOSED.measure_s * 1e6
    return replace(
        plain,
        requests=requests,
        requests_total=requests,
        locust_requests=requests,
        measure_s=CLOSED.measure_s,
        latency_mean_us=mean_us,
    )


def open_tally(load: Load, speed: float, nature: Nature, seed: int) -> WindowStats:
    """First come, first served, one at a time, at a speed that the load may change."""
    due_s = np.array(due_times(load, seed)) / 1e9 - load.warm_s
    peak = (load.share or 0.0) * (load.surge.times if load.surge else 1.0)
    done_s = np.empty(len(due_s))
    free_s = -load.warm_s
    for n, moment_s in enumerate(due_s):
        begins_s = max(free_s, moment_s)
        free_s = begins_s + 1 / (speed * _factor(load, nature, begins_s, peak))
        done_s[n] = free_s
    random = np.random.default_rng(seed)
    lost = random.random(len(due_s)) < (nature.fails if peak > 1 else 0.0)
    return tally_of(load, due_s, done_s, lost)


def _factor(load: Load, nature: Nature, now_s: float, peak: float) -> float:
    if peak <= 1:
        return 1.0
    if load.surge is None:
        return nature.overloaded
    if now_s < load.surge.from_s:
        return 1.0
    return nature.overloaded if now_s < load.surge.until_s else nature.afterwards


def tally_of(
    load: Load, due_s: np.ndarray, done_s: np.ndarray, lost: np.ndarray
) -> WindowStats:
    """What a generator would have written down."""
    measure_s = load.measure_s
    inside = (due_s >= 0) & (due_s < measure_s)
    right = inside & ~lost
    came = ~lost & (done_s >= 0) & (done_s < measure_s)
    latency_ns = ((done_s - due_s) * 1e9).astype(np.int64)
    slots = []
    for n in range(round(measure_s / SLOT_S)):
        here = (due_s >= n * SLOT_S) & (due_s < (n + 1) * SLOT_S)
        own = latency_ns[here & right]
        answered = came & (done_s >= n * SLOT_S) & (done_s < (n + 1) * SLOT_S)
        middle = float(np.median(own)) / 1000 if len(own) else None
        slots.append(Slot(int((here & inside).sum()), len(own), int(answered.sum()), middle))  # fmt: skip
    plain = window_of((1, 1, "", ""), 1.0).tally
    total = int((~lost).sum())
    return replace(
        plain,
        requests=int(right.sum()),
        requests_total=total,
        locust_requests=total,
        measure_s=measure_s,
        errors={"timeout": int(lost.sum())} if lost.any() else {},
        offered=int(inside.sum()),
        latency_mean_us=float(latency_ns[right].mean()) / 1000,
        latency_sketch=sketch(latency_ns[right]),
        slots=tuple(slots),
    )
