"""
A mix of requests, kind by kind, and the parts of a request from workloads that differ in one of them.

Costs are server CPU time per request in the closed loop of the headline, and
every sum and difference is formed within a round. A difference of two
workloads is what the second has more than the first:

    answer       json
    validation   validate - json
    first query  db-read - json
    query        (db-many - db-read) / 19, as db-many asks twenty times
    template     html - db-read: one query each, a page in the place of JSON
    write        db-write - db-read - 4 queries: it reads five rows first

Response times of a kind are quantiles of all its requests in a round's windows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from bench.analyse.comparisons import Doubts, ratios
from bench.analyse.experiments import Analyse, Analysed
from bench.analyse.metrics import CPU
from bench.analyse.open_metrics import sketch_quantile_ms
from bench.analyse.windows import Trials, Windows
from bench.experiments.mix.model import (
    MIX,
    CommonWork,
    Endpoint,
    EndpointCost,
    KindLatency,
    Mix,
    MixCost,
    OtherMix,
    PartCost,
    RequestPart,
)
from bench.model.estimate import RoundSeries, Series
from bench.model.framework import Role, Target
from bench.model.plan import Cell
from bench.model.trial import KindStats, Window
from bench.stats import interval, sketch
from bench.workloads.mix import OTHER_SHARES, SHARES


LEAD = 1.1
"""How many times the leader's cost the other's is, when the lead counts as small."""

MANY = 20
"""Queries of db-many."""

QUERIES = (0, 1, 5, 20)
"""Of the endpoints that are reckoned."""

PARTS: Mapping[RequestPart, Mapping[str, float]] = {
    RequestPart.ANSWER: {"json": 1},
    RequestPart.VALIDATION: {"validate": 1, "json": -1},
    RequestPart.FIRST_QUERY: {"db-read": 1, "json": -1},
    RequestPart.QUERY: {"db-many": 1 / (MANY - 1), "db-read": -1 / (MANY - 1)},
    RequestPart.TEMPLATE: {"html": 1, "db-read": -1},
    RequestPart.WRITE: {
        "db-write": 1,
        "db-read": -1 + 4 / (MANY - 1),
        "db-many": -4 / (MANY - 1),
    },
}
"""Each part as a sum of workloads' costs."""


@dataclass(frozen=True)
class _Costs:
    """CPU time per request of each workload, by round."""

    trials: Trials

    def row(self, target: str, workload: str) -> Series:
        """µs; None where there is none, and throughout where another program may have moved it."""
        if (target, workload) in self.trials.disturbed:
            return (None,) * len(self.trials.rounds)
        return self.trials.measured(self.trials.closed(target, workload), CPU)

    def total(self, target: str, weights: Mapping[str, float]) -> Series:
        """A weighted sum of workloads; None in rounds that lack one of them."""
        rows = [self.row(target, workload) for workload in weights]
        return tuple(
            None
            if any(value is None for value in values)
            else sum(
                weight * (value or 0.0)
                for weight, value in zip(weights.values(), values, strict=True)
            )
            for values in zip(*rows, strict=True)
        )

    def mean(self, row: Series) -> RoundSeries:
        """The rounds with their arithmetic mean: a difference may be below zero."""
        return interval.over_rounds(row, self.trials.level, interval.arithmetic_mean)

    def times(self, above: Series, below: Series) -> RoundSeries:
        """How many times, round by round, with the geometric mean; rounds without two positive costs say nothing."""
        row = tuple(
            None if value is None or value <= 0 else value
            for value in ratios(above, below)
        )
        return interval.over_rounds(row, self.trials.level)


def mix(trials: Trials) -> Mix | None:
    """What the run measured of it; None where it has neither the mix nor any part."""
    costs = _Costs(trials)
    targets = [t for t in trials.plan.targets if t.role is Role.CONTESTANT]
    parts = tuple(_parts(costs, targets))
    kinds = tuple(_kinds(trials, targets))
    if not parts and not kinds:
        return None
    return Mix(
        kinds,
        tuple(_mix_costs(costs, targets)),
        parts,
        tuple(_common_work(costs, targets)),
        tuple(_endpoints(costs, targets)),
        tuple(_others(costs, targets)),
    )


def _parts(costs: _Costs, targets: Sequence[Target]) -> Iterator[PartCost]:
    """Those of which every workload was measured; the answer alone is no part of anything."""
    present = set(costs.trials.workloads)
    measured = [part for part, weights in PARTS.items() if weights.keys() <= present]
    if measured == [RequestPart.ANSWER]:
        return
    for target, part in product(targets, measured):
        weights = PARTS[part]
        yield PartCost(target.id, part, costs.mean(costs.total(target.id, weights)))


def _mix_costs(costs: _Costs, targets: Sequence[Target]) -> Iterator[MixCost]:
    present = set(costs.trials.workloads)
    if not {MIX, *SHARES} <= present:
        return
    for target in targets:
        predicted = costs.total(target.id, SHARES)
        measured = costs.row(target.id, MIX)
        yield MixCost(
            target.id,
            costs.mean(predicted),
            costs.mean(measured),
            costs.times(predicted, measured),
        )


def _common_work(costs: _Costs, targets: Sequence[Target]) -> Iterator[CommonWork]:
    """Of every pair in which one is shown to be cheaper, that one first: (other - 1.1 x leader) / 0.1."""
    for workload in (work for work in ("json", MIX) if work in costs.trials.workloads):
        rows = {target.id: costs.row(target.id, workload) for target in targets}
        for leader, other in permutations(rows, 2):
            lead = costs.times(rows[other], rows[leader]).estimate
            if lead is None or lead.low <= 1:
                continue
            extra = tuple(
                None
                if more is None or less is None
                else (more - LEAD * less) / (LEAD - 1)
                for more, less in zip(rows[other], rows[leader], strict=True)
            )
            yield CommonWork(leader, other, workload, costs.mean(extra))


def _endpoints(costs: _Costs, targets: Sequence[Target]) -> Iterator[Endpoint]:
    """Every combination of parts, where all of them were measured."""
    needed = {work for part in PARTS.values() for work in part} - {"db-write"}
    if not needed <= set(costs.trials.workloads):
        return
    for queries, validation, template in product(QUERIES, (False, True), (False, True)):
        weights = _weights(queries, validation, template)
        if target_costs := _beside_the_cheapest(costs, targets, weights):
            yield Endpoint(queries, validation, template, target_costs)


def _others(costs: _Costs, targets: Sequence[Target]) -> Iterator[OtherMix]:
    """The kinds with other weights, where all of them were measured."""
    if not SHARES.keys() <= set(costs.trials.workloads):
        return
    for name, shares in OTHER_SHARES.items():
        if target_costs := _beside_the_cheapest(costs, targets, shares):
            yield OtherMix(name, target_costs)


def _beside_the_cheapest(
    costs: _Costs, targets: Sequence[Target], weights: Mapping[str, float]
) -> tuple[EndpointCost, ...]:
    """Every target's cost, and how many times the cheapest's it is; nothing if one is not known."""
    rows = {target.id: costs.total(target.id, weights) for target in targets}
    means = {target: costs.mean(row).estimate for target, row in rows.items()}
    measured = {target: mean for target, mean in means.items() if mean is not None}
    if len(measured) < len(rows) or not measured:
        return ()
    cheapest = min(measured, key=lambda target: measured[target].point)
    return tuple(
        EndpointCost(
            target,
            cost,
            None
            if target == cheapest
            else costs.times(rows[target], rows[cheapest]).estimate,
        )
        for target, cost in measured.items()
    )


def _weights(queries: int, validation: bool, template: bool) -> dict[str, float]:
    """An endpoint as a sum of workloads' costs."""
    counts = {
        RequestPart.ANSWER: 1,
        RequestPart.VALIDATION: int(validation),
        RequestPart.FIRST_QUERY: min(queries, 1),
        RequestPart.QUERY: max(queries - 1, 0),
        RequestPart.TEMPLATE: int(template),
    }
    weights: dict[str, float] = {}
    for part, count in counts.items():
        for workload, weight in PARTS[part].items() if count else ():
            weights[workload] = weights.get(workload, 0.0) + count * weight
    return weights


def _kinds(trials: Trials, targets: Sequence[Target]) -> Iterator[KindLatency]:
    """Each kind of the mix in the closed loop and at each open load."""
    for target in targets:
        closed = trials.closed(target.id, MIX)
        if closed is not None:
            yield from _of_cell(trials, closed)
        for cell in trials.opened.cells:
            if (cell.target, cell.workload) == (target.id, MIX):
                yield from _of_cell(trials.opened, cell)


def _of_cell(windows: Windows, cell: Cell) -> Iterator[KindLatency]:
    usable = [w for number in windows.rounds for w in windows.usable(cell, number)]
    # Errors void a window: they are counted in all of them.
    played = [checked.window for checked in windows.checked_of(cell)]
    for name in SHARES:
        if any(w.tally.kinds for w in played):
            yield KindLatency(
                cell.target,
                cell.load.name,
                name,
                sum(kind.requests for kind in _of_kind(usable, name)),
                sum(kind.errors for kind in _of_kind(played, name)),
                *(_quantiles(windows, cell, name, q) for q in ("p50", "p90", "p99")),
            )


def _of_kind(windows: Sequence[Window], name: str) -> list[KindStats]:
    return [kind for w in windows for kind in w.tally.kinds if kind.name == name]


def _quantiles(windows: Windows, cell: Cell, kind: str, quantile: str) -> RoundSeries:
    def of_round(own: Sequence[Window]) -> float | None:
        sketches = (stats.latency_sketch for stats in _of_kind(own, kind))
        kept = [whole for whole in sketches if whole]
        return sketch_quantile_ms(sketch.together(kept), quantile) if kept else None

    return windows.series(cell, of_round)


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    return Analysed({"mix": mix(trials)})


ANALYSE: Analyse = _analysed
