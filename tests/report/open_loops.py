"""Results with open loops: states of the section on the same load. All numbers invented."""

from collections.abc import Iterator
from dataclasses import replace
from math import log
from random import Random

from bench.analyse.open_loop import LEVELS
from bench.analyse.open_metrics import measures, metric_name
from bench.model.calibration import Calibration, Proof
from bench.model.estimate import Comparison, Quantity
from bench.model.framework import Target
from bench.model.load import Arrivals, Basis, Load
from bench.model.results import Curve, CurvePoint, Results
from tests.report.builders import estimate, quantity, results, series


EQUAL = Load(64, 0.5, 2.5, None, Arrivals.POISSON, Basis.EQUAL, 0.7)
OWN = replace(EQUAL, basis=Basis.OWN, share=0.9)
MEDIANS_MS = {"django": 2.1, "flask": 1.3, "fastapi": 0.7}
TIMES = {"p50": 1.0, "p90": 2.5, "p99": 7.0, "p999": None, "service_p99": 6.0, "late": 0.1}  # fmt: skip


def with_open_loops(
    made: Results, scale: float = 1.0, spread: float = 1.2, requests: int = 5000
) -> Results:
    """The same results with two open loads of every contestant on the first workload."""
    loads = (EQUAL, OWN)
    targets = [t for t in made.targets if t.framework in MEDIANS_MS and not t.twin_of]
    quantities = [
        measured
        for load in loads
        for target in targets
        for measured in _quantities(target, load, scale)
    ]
    return replace(
        made,
        open_loads=loads,
        metrics=(*made.metrics, *(m.metric for load in loads for m in measures(load))),
        quantities=(*made.quantities, *quantities),
        comparisons=(*made.comparisons, *_comparisons(targets, quantities)),
        curves=tuple(_curve(target, scale, spread, requests) for target in targets),
    )


def _quantities(target: Target, load: Load, scale: float) -> Iterator[Quantity]:
    random = Random(f"{target.id} {load.name}")
    middle = MEDIANS_MS[target.framework] * scale
    rates = {"rate": 1012.0, **{name: t and t * middle for name, t in TIMES.items()}}
    for what, centre in rates.items():
        name = metric_name(what, load.name)
        if centre is None:
            why = "fewer than 50,000 requests in a round"
            yield Quantity(target.id, "hello", name, None, (None,) * 12, why)
        else:
            values = series(random, centre, 12, 0.05)
            yield quantity(target.id, "hello", name, values)


def _comparisons(targets: list[Target], made: list[Quantity]) -> Iterator[Comparison]:
    name = metric_name("p99", EQUAL.name)
    rounds = {q.target: q.rounds for q in made if q.metric == name}
    for target in targets:
        for other in (candidate for candidate in targets if candidate is not target):
            both = zip(rounds[target.id], rounds[other.id], strict=True)
            ratios = [theirs / ours for ours, theirs in both if ours and theirs]
            yield Comparison(
                target.id, other.id, "hello", name, estimate(ratios), tuple(ratios), 1.1, 0.01
            )  # fmt: skip


def _curve(target: Target, scale: float, spread: float, requests: int) -> Curve:
    middle = MEDIANS_MS[target.framework] * scale
    points = [
        CurvePoint(level, value / spread, value, value * spread, beyond)
        for level in LEVELS
        if (beyond := int(requests * (1 - level))) >= 1
        for value in [middle * (1 + 1.6 * log(1 / (1 - level)))]
    ]
    return Curve(target.id, "hello", EQUAL.name, 12, tuple(points))


def open_loops() -> Results:
    """A run with open loops on a calibrated machine in which everything went well."""
    words = "at 50% 1.012 (0.974 to 1.061) times theory, at 70% 0.981 (0.934 to 1.072)"
    grades = {"queue": True, "stall": False, "witness": None}
    calibration = Calibration(
        schema=1,
        created_at="2026-11-20T09:00:00Z",
        fingerprint="7c1f9e",
        cpu_model="EPYC 7763",
        took_s=104.0,
        closed_ceiling_rps=190_000.0,
        open_ceiling_rps=None,
        proofs=tuple(
            Proof(name, f"Is the {name} as it should be?", words, "15 %", passed)
            for name, passed in grades.items()
        ),
        numbers={"generator_us": 4.6},
    )
    return replace(with_open_loops(results()), calibration=calibration)


def open_extremes() -> Results:
    """Hours, a band over decades, few requests, names as long as a line."""
    made = with_open_loops(results(), scale=1e7, spread=300.0, requests=60)
    longer = "{0.title} on a server with a very long name"
    return replace(
        made,
        targets=tuple(replace(t, title=longer.format(t)) for t in made.targets),
    )


def open_nanoseconds() -> Results:
    """Response times that no clock resolves, all alike."""
    return with_open_loops(results(), scale=1e-6, spread=1.0, requests=200_000)


def open_all_void() -> Results:
    """Open loops were planned and nothing of them counts."""
    made = open_loops()
    return replace(
        made,
        curves=(),
        comparisons=results().comparisons,
        quantities=tuple(
            replace(q, estimate=None, rounds=(None,) * 12, reason="no round is left")
            if q.metric.startswith("open_")
            else q
            for q in made.quantities
        ),
    )
