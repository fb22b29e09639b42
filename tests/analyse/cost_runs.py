"""Runs whose costs are known to the microsecond, with the two experiments that tell parts apart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bench.model.framework import CostPart, Role, Target
from bench.model.load import Load
from bench.model.plan import Cell, Experiment
from bench.model.run import Run
from bench.model.trial import Window
from tests.analyse.builders import (
    AGAIN,
    ASGI,
    DJANGO,
    FASTAPI,
    FLASK,
    TARGETS,
    WSGI,
    Truth,
    make_run,
    target,
    window_of,
)


NAMED = {
    DJANGO: {"validator": "REST framework", "layer": "Django's ORM"},
    FLASK: {"validator": "pydantic", "layer": "SQLAlchemy"},
    FASTAPI: {"validator": "pydantic", "layer": "SQLAlchemy"},
}


def ablation(target_id: str, interface: str = "wsgi", **what: object) -> Target:
    """A contestant with one thing changed."""
    made = target(target_id, Role.ABLATION, interface)
    return replace(made, title=f"{made.title}, {made.deployment}", **what)  # type: ignore[arg-type]


DJANGO_PYDANTIC = ablation(
    "django@2.0/pydantic", validator="pydantic", isolates=CostPart.VALIDATION
)
FLASK_MSGSPEC = ablation(
    "flask@2.0/msgspec", validator="msgspec", isolates=CostPart.VALIDATION
)
DJANGO_SQL = ablation("django@2.0/sql", layer="SQL by hand", isolates=CostPart.DATABASE)
FLASK_DRIVER = ablation(
    "flask@2.0/psycopg", layer="psycopg alone", isolates=CostPart.DATABASE
)
FASTAPI_DRIVER = ablation(
    "fastapi@2.0/asyncpg", "asgi", layer="asyncpg alone", isolates=CostPart.DATABASE
)

CONTESTANTS = tuple(
    replace(one, **NAMED.get(one.id, {}))  # type: ignore[arg-type]
    if one.role is not Role.FLOOR
    else replace(one, workloads=("hello",))
    for one in TARGETS
)

HEADLINE_US: Mapping[str, Mapping[str, float]] = {
    "hello": {FASTAPI: 90, FLASK: 180, DJANGO: 250, AGAIN: 180, WSGI: 100, ASGI: 20},
    "validate": {FASTAPI: 170, FLASK: 320, DJANGO: 1500, AGAIN: 320},
    "db-read": {FASTAPI: 800, FLASK: 880, DJANGO: 760, AGAIN: 880},
}
VALIDATORS_US = {
    FASTAPI: 170.0, FLASK: 320.0, FLASK_MSGSPEC.id: 290.0, DJANGO: 1500.0, DJANGO_PYDANTIC.id: 500.0,
}  # fmt: skip
LAYERS_US = {
    FASTAPI: 800.0, FASTAPI_DRIVER.id: 300.0, FLASK: 880.0, FLASK_DRIVER.id: 480.0,
    DJANGO: 760.0, DJANGO_SQL.id: 460.0,
}  # fmt: skip


def cost_run(
    headline: Mapping[str, Mapping[str, float]] = HEADLINE_US,
    validators: Mapping[str, float] | None = VALIDATORS_US,
    layers: Mapping[str, float] | None = LAYERS_US,
    noise: float = 0.004,
    rounds: int = 6,
) -> Run:
    """A run of these costs (µs per request), each scattered by window; None: not played."""
    truth = Truth(rounds=rounds, looks=(rounds,), targets=CONTESTANTS)
    run = make_run(truth)
    random = np.random.default_rng(7)
    scatter = Scatter(random, noise)
    run = replace(run, windows=_headline(run, headline, scatter))
    if validators is not None:
        leaner = (DJANGO_PYDANTIC, FLASK_MSGSPEC)
        run = _with(run, ("validators", "validate"), leaner, validators, scatter)
    if layers is not None:
        bare = (DJANGO_SQL, FLASK_DRIVER, FASTAPI_DRIVER)
        run = _with(run, ("layers", "db-read"), bare, layers, scatter)
    return run


def _headline(
    run: Run,
    costs: Mapping[str, Mapping[str, float]],
    scatter: "Scatter",
) -> tuple[Window, ...]:
    return tuple(
        _costing(window, costs[window.workload][window.target], scatter)
        for window in run.windows
    )


@dataclass(frozen=True)
class Scatter:
    """The noise of a run, from window to window (logs)."""

    random: np.random.Generator
    noise: float


def _costing(window: Window, cost_us: float, scatter: Scatter) -> Window:
    spent_us = cost_us * float(np.exp(scatter.random.normal(0, scatter.noise)))
    requests = window.tally.requests_total
    return replace(window, server_cpu_ns=round(requests * spent_us * 1e3))


def _with(
    run: Run,
    where: tuple[str, str],
    added: tuple[Target, ...],
    costs: Mapping[str, float],
    scatter: Scatter,
) -> Run:
    name, workload = where
    plan = run.record.plan
    load = Load(16, 0.3, 1.0, experiment=name)
    experiment = Experiment(name, "a test", tuple(costs), (workload,), (load,), 3, 6)
    cells = tuple(Cell(each, workload, load) for each in costs)
    windows = tuple(
        _costing(
            replace(window_of((number, cycle, each, workload), 1.0), load=load.name),
            cost_us,
            scatter,
        )
        for number in run.complete_rounds
        if number <= experiment.rounds
        for cycle in range(1, experiment.cycles + 1)
        for each, cost_us in costs.items()
    )
    profile = replace(plan.profile, experiments=(*plan.profile.experiments, experiment))
    plan = replace(
        plan,
        profile=profile,
        targets=(*plan.targets, *(one for one in added if one.id in costs)),
        cells=(*plan.cells, *cells),
    )
    return replace(
        run,
        record=replace(run.record, plan=plan),
        windows=(*run.windows, *windows),
    )
