"""Plans and runs of experiments for tests: given truths, no servers."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from bench.model.load import Load
from bench.model.plan import Cell, Experiment, Plan
from bench.model.run import Run
from bench.model.trial import Burst, OneOfMany, Overlap, Window
from tests.analyse.builders import Truth, make_run, window_of
from tests.builders import plan


WAIT_MS = 50.0


def experiment(name: str = "turns", **changes: Any) -> Experiment:
    """One client and eight, one cycle, in the first two rounds."""
    loads = tuple(Load(n, 0.0, 1.0, experiment=name) for n in (1, 8))
    plain = Experiment(name, "a test", ("contestant",), ("wait",), loads, 1, 2)
    return replace(plain, **changes)


def with_experiment(this: Plan, added: Experiment, *targets: str) -> Plan:
    """The plan and the cells of an experiment with these of its targets (all, if none)."""
    cells = tuple(
        Cell(target.id, workload, load)
        for workload in added.workloads
        for target in this.targets
        if not targets or target.id in targets
        for load in added.loads
    )
    played = (*this.profile.experiments, added)
    profile = replace(this.profile, experiments=played)
    return replace(this, profile=profile, cells=(*this.cells, *cells))


def small(added: Experiment | None = None, *names: str, **changes: Any) -> Plan:
    """A tiny plan that plays an experiment with all of its targets."""
    return with_experiment(plan(*names, **changes), added or experiment())


def volley_of(place: tuple[int, str], at_once: int, size: int = 8) -> Burst:
    """Requests handled so many at a time, each 50 ms."""
    requests = tuple(
        OneOfMany(0.0, WAIT_MS * (1 + n // at_once) + 0.1 * n) for n in range(size)
    )
    number, target = place
    return Burst(number, target, "wait", "turns", requests)


def turns_run(
    at_once: Mapping[str, float],
    met: Mapping[str, bool | None],
    truth: Truth | None = None,
    noise: float = 0.02,
) -> Run:
    """A run whose targets hold so many of eight requests at once, and met or not."""
    run = make_run(truth) if truth else _headline()
    numbers = run.complete_rounds
    loads = tuple(Load(n, 0.2, 0.8, experiment="turns") for n in (1, 8))
    turns_experiment = experiment(loads=loads, rounds=len(numbers), at_once=8)
    this = with_experiment(run.record.plan, turns_experiment, *at_once)
    random = np.random.default_rng(7)
    windows, volleys = list(run.windows), list(run.volleys)
    for number in numbers:
        for target, held in at_once.items():
            alone_rps = 1000 / WAIT_MS * float(np.exp(random.normal(0, noise)))
            rates = {1: alone_rps, 8: alone_rps * held * float(np.exp(random.normal(0, noise)))}  # fmt: skip
            windows += [
                window_at((number, 1, target, "wait"), load, rates[load.clients])
                for load in loads
            ]
            volleys.append(volley_of((number, target), max(1, round(held))))
    return replace(
        run,
        record=replace(run.record, plan=this),
        windows=tuple(windows),
        volleys=tuple(volleys),
        meetings=tuple(
            Overlap(1, target, "turns", 2, came, "said so")
            for target, came in met.items()
        ),
    )


def window_at(place: tuple[int, int, str, str], load: Load, rate_rps: float) -> Window:
    plain = window_of(place, 1.0)
    mean_us = load.clients / rate_rps * 1e6
    total = round(rate_rps * 1000)
    # A thousand seconds, so that whole requests do not round the truth away.
    tally = replace(
        plain.tally,
        requests=total,
        requests_total=total,
        locust_requests=total,
        measure_s=1000.0,
        latency_mean_us=mean_us,
    )
    return replace(plain, load=load.name, tally=tally)


@cache
def _headline() -> Run:
    """The comparison beside an experiment, the same in every run."""
    return make_run(Truth(seed=3, restart=0.005, window=0.01))


def scaling_run(
    rates: dict[str, dict[int, float]], noise: float = 0.03, seed: int = 11
) -> Run:
    """A run whose targets answer so many requests per second at so many clients, on hello and db-read."""
    run = _headline()
    numbers = run.complete_rounds
    levels = sorted(
        {level for rates_by_level in rates.values() for level in rates_by_level}
    )
    loads = tuple(Load(n, 0.2, 0.8, experiment="scaling") for n in levels)
    works = ("hello", "db-read")
    scaling_experiment = experiment(
        "scaling", loads=loads, rounds=len(numbers), workloads=works
    )
    this = with_experiment(run.record.plan, scaling_experiment, *rates)
    random = np.random.default_rng(seed)
    windows = list(run.windows)
    for number in numbers:
        for workload in works:
            for target, by_level in rates.items():
                for load in loads:
                    rate = by_level[load.clients] * np.exp(random.normal(0, noise))
                    place = (number, 1, target, workload)
                    windows.append(window_at(place, load, float(rate)))
    return replace(run, record=replace(run.record, plan=this), windows=tuple(windows))
