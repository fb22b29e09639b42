"""
What a record must be beyond its types, so that it can be counted with.

Nothing here was ever written by this harness; a file that holds it was changed
or damaged, and arithmetic on it would stop somewhere with a traceback, or give
a number that was never measured.
"""

from collections.abc import Iterator, Mapping

from bench.model.load import Load
from bench.model.plan import Plan
from bench.model.run import RunRecord
from bench.model.trial import (
    Burst,
    Event,
    Failure,
    Sketch,
    Window,
    WindowStats,
)


SHORTEST_S = 1e-6
"""Of what was measured; shorter ones would divide by nothing."""
MOST = 10_000
"""Rounds of a run, and windows of a cell in a round."""
MOST_BUCKETS = 10_000
"""1.01 to that power is more nanoseconds than the world is old."""


def refuse_record(record: RunRecord) -> None:
    """ValueError names the first place of a run's head that cannot be."""
    plan = record.plan
    ids = [target.id for target in plan.targets]
    once = bool(ids) and len(set(ids)) == len(ids)
    _refuse("plan.targets", "one target at least, each once", not once)
    looks = plan.profile.looks
    rising = bool(looks) and list(looks) == sorted(set(looks))
    inside = rising and looks[0] >= 1 and looks[-1] <= MOST
    _refuse("plan.profile.looks", "rising numbers of rounds", not inside)
    _refuse_below("plan.workers", plan.workers, 1)
    _refuse_below("plan.threads", plan.threads, 1)
    _refuse_below("machine.cores", record.machine.cores, 1)
    for number, target in enumerate(plan.targets):
        if target.workers is not None:
            _refuse_below(f"plan.targets.{number}.workers", target.workers, 1)
    for where, cycles in _cycles(plan):
        _refuse(where, f"1 to {MOST:,}", not 1 <= cycles <= MOST)
    for where, load in _loads(plan):
        _refuse_load(where, load)
    for number, cell in enumerate(plan.cells):
        planned = cell.target in ids
        _refuse(f"plan.cells.{number}.target", "a target of the plan", not planned)
    if record.calibration is not None:
        ceiling = record.calibration.closed_ceiling_rps
        _refuse("calibration.closed_ceiling_rps", "more than 0", not ceiling > 0)


def _cycles(plan: Plan) -> Iterator[tuple[str, int]]:
    profile = plan.profile
    yield "plan.profile.cycles", profile.cycles
    if profile.open_loop:
        yield "plan.profile.open_loop.cycles", profile.open_loop.cycles
    for number, experiment in enumerate(profile.experiments):
        yield f"plan.profile.experiments.{number}.cycles", experiment.cycles
        yield f"plan.profile.experiments.{number}.rounds", experiment.rounds
        # It is read for the most clients that it had.
        yield f"plan.profile.experiments.{number}.loads", len(experiment.loads)


def _loads(plan: Plan) -> Iterator[tuple[str, Load]]:
    for number, cell in enumerate(plan.cells):
        yield f"plan.cells.{number}.load", cell.load
    for number, experiment in enumerate(plan.profile.experiments):
        for load in experiment.loads:
            yield f"plan.profile.experiments.{number}.loads", load


def _refuse_load(where: str, load: Load) -> None:
    _refuse_below(f"{where}.clients", load.clients, 1)
    _refuse_below(f"{where}.warm_s", load.warm_s, 0)
    _refuse_below(f"{where}.measure_s", load.measure_s, SHORTEST_S)
    if load.rate_rps is not None:
        _refuse(f"{where}.rate_rps", "more than 0", not load.rate_rps > 0)
    if load.surge is not None:
        _refuse_below(f"{where}.surge.from_s", load.surge.from_s, 0)
        _refuse_below(f"{where}.surge.lasts_s", load.surge.lasts_s, 0)


def most_cycles(plan: Plan) -> Mapping[str, int]:
    """How many windows each cell of a plan has in a round, by the cell's key."""
    return {cell.key: plan.windows(cell) for cell in plan.cells}


def refuse_event(event: Event, most: Mapping[str, int]) -> None:
    """ValueError names the first place of a stored line that cannot be; `most` is of the run's plan."""
    # What could not be prepared failed before the first round.
    _refuse_below("round", event.round, 0 if isinstance(event, Failure) else 1)
    if isinstance(event, Burst):
        _refuse("requests", "one at least", not event.requests)
    if isinstance(event, Window):
        cycles = most.get(f"{event.target} {event.workload} {event.load}", MOST)
        _refuse("cycle", f"1 to {cycles}", not 1 <= event.cycle <= cycles)
        if event.trace is not None:
            _refuse_below("trace.elapsed_s", event.trace.elapsed_s, SHORTEST_S)
        _refuse_tally("tally", event.tally)
        if event.tally.beside is not None:
            _refuse_tally("tally.beside", event.tally.beside)


def _refuse_tally(where: str, tally: WindowStats) -> None:
    _refuse_below(f"{where}.measure_s", tally.measure_s, SHORTEST_S)
    counts = (tally.requests, tally.requests_total, tally.offered or 0)
    _refuse_below(f"{where}: requests", min(counts), 0)
    slots = tally.slots or ()
    least = min((min(s.due, s.right, s.answered) for s in slots), default=0)
    _refuse_below(f"{where}.slots", least, 0)
    for number, kind in enumerate(tally.kinds):
        _refuse_below(f"{where}.kinds[{number}]", min(kind.requests, kind.errors), 0)
    sketches = {f"{where}.latency_sketch": tally.latency_sketch} | {
        f"{where}.kinds[{number}].latency_sketch": kind.latency_sketch
        for number, kind in enumerate(tally.kinds)
    }
    for place, sketch in sketches.items():
        if sketch is not None:
            _refuse_sketch(place, sketch)


def _refuse_sketch(where: str, sketch: Sketch) -> None:
    same = len(sketch.buckets) == len(sketch.counts)
    _refuse(where, "as many counts as buckets", not same)
    _refuse_below(f"{where}.counts", min(sketch.counts, default=1), 1)
    ends = (min(sketch.buckets, default=0), max(sketch.buckets, default=0))
    inside = ends[0] >= 0 and ends[1] <= MOST_BUCKETS
    _refuse(f"{where}.buckets", f"0 to {MOST_BUCKETS:,}", not inside)


def _refuse_below(where: str, value: float, least: float) -> None:
    _refuse(where, f"{least:g} or more", not value >= least)


def _refuse(where: str, must_be: str, wrong: bool) -> None:
    if wrong:
        raise ValueError(f"{where}: it must be {must_be}")
