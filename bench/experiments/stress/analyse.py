"""
The stress experiment: what is answered as the offered rate rises past capacity, and afterwards.

Past capacity a queue grows for as long as the window lasts. Rates that are
not reached and requests that fail are then what was asked for, and void
nothing; a generator that was too busy or sent late still does. Each round
gives one value for each thing, and intervals are over rounds.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isclose
from statistics import mean, median

from bench.analyse import reasons
from bench.analyse.comparisons import Doubts
from bench.analyse.experiments import (
    Analyse,
    Analysed,
    Played,
    lay_out_experiment,
    rates_in_doubt_are_void,
)
from bench.analyse.open_metrics import quantile_ms
from bench.analyse.trials import Trials
from bench.analyse.voids import Checked
from bench.experiments.stress.model import Stress, Stressed, StressStep
from bench.model.estimate import RoundSeries
from bench.model.load import experiment_of
from bench.model.plan import Cell
from bench.model.plural import plural
from bench.model.results import Check
from bench.model.trial import SLOT_S, Slot, Window
from bench.model.warning import Scope
from bench.stats import interval, looks


NAME = "stress"
"""The experiment's name in profiles.toml."""
SPARED = f"none: {reasons.FEWEST_ROUNDS} rounds or more are left whole, and decide"
"""Instead of the effect that more void windows would have."""
LEAST_KEPT = 0.001
"""Stands for nothing answered at all, which has no logarithm."""
CALM_TIMES = 2.0
"""A quarter of a second is calm again if its median is at most this many times that before the surge..."""
CALM_LEAST_MS = 25.0
"""...or this, a tenth of that quarter second."""
ANSWERED_SHARE = 0.99
"""Of the requests due in a quarter of a second that is calm, those that must be answered rightly."""

type OfRound = Callable[[int], float | None]


def stress(trials: Trials) -> Stress | None:
    """What a run found; None if it did not play the experiment."""
    played = lay_out_experiment(trials, NAME)
    if played is None:
        return None
    played = rates_in_doubt_are_void(
        replace(
            played,
            checked={
                key: tuple(as_data(each) for each in found)
                for key, found in played.checked.items()
            },
        )
    )
    surges = [c.load for c in played.cells if c.load.surge]
    if not surges or not surges[0].surge or not surges[0].share:
        return None
    load, surge = surges[0], surges[0].surge
    level = looks.level((played.experiment.rounds,))
    return Stress(
        level=level,
        rounds=played.rounds,
        connections=load.clients,
        base_share=load.share or 0.0,
        surge=surge,
        watched_s=load.measure_s - surge.until_s,
        targets=tuple(
            _target(played, target, workload, level)
            for target, workload in dict.fromkeys(
                (cell.target, cell.workload) for cell in played.cells
            )
        ),
    )


def stress_checks(stress: Stress | None) -> Iterator[Check]:
    """Whether the generator did its part; nothing where the experiment was not played."""
    if stress is None:
        return
    steps = [step for one in stress.targets for step in one.steps]
    windows, void = sum(s.windows for s in steps), sum(s.void for s in steps)
    measured = (
        f"{void} of {plural(windows, 'window')} void" if windows else "not measured"
    )
    enough = all(_whole(one) >= reasons.FEWEST_ROUNDS for one in stress.targets)
    if why := [s.void_because for s in steps if s.void_because]:
        measured += f": {Counter(why).most_common(1)[0][0].lower()}"
    yield Check(
        "stress",
        "Past capacity, the server was always the limit",
        measured,
        "0 windows void",
        void == 0 if windows else None,
        SPARED
        if void and enough
        else "the windows are void and left out; other figures stand",
        measured,
        Scope.NOTE if void and enough else Scope.WINDOW,
    )


def _whole(stressed: Stressed) -> int:
    """In how many rounds everything is known that a verdict asks for."""
    asked = [
        stressed.recovery_s.rounds,
        *(series.rounds for s in stressed.steps for series in (s.kept, s.failed)),
    ]
    return sum(None not in row for row in zip(*asked, strict=True))


def as_data(checked: Checked) -> Checked:
    """The same window, read as part of a stress: in an open loop failed answers and a rate that was not reached are data."""
    is_open = checked.window.rate_rps is not None
    data = {reasons.ERRORS, reasons.OFFERED} if is_open else set()
    return Checked(
        checked.window, tuple(f for f in checked.findings if f.reason not in data)
    )


def _target(played: Played, target: str, workload: str, level: float) -> Stressed:
    own = [c for c in played.cells if (c.target, c.workload) == (target, workload)]
    closed = next((c for c in own if not c.load.is_open), None)
    capacity = _series(played, level, lambda n: _capacity_rps(played, closed, n))
    steps = [
        _step(played, cell, level, capacity)
        for cell in own
        if cell.load.is_open and cell.load.share
    ]
    surge = next((cell for cell in own if cell.load.surge), None)

    def after(number: int) -> float | None:
        window = _only(played, surge, number)
        return recovery_s(window, surge) if window and surge else None

    def waiting(number: int) -> float | None:
        window = _only(played, surge, number)
        return left_waiting(window, surge) if window and surge else None

    recovery = _series(played, level, after)
    watched_s = watched_s_of(surge) if surge else 0.0
    return Stressed(
        target,
        workload,
        capacity_rps=capacity,
        steps=tuple(sorted(steps, key=lambda step: step.share)),
        waiting=_series(played, level, waiting),
        recovery_s=recovery,
        timeline_ms=_timeline_ms(played, surge),
        recovered=sum(
            s is not None and not isclose(s, watched_s) for s in recovery.rounds
        ),
        failures=tuple(_failures(played, target)),
    )


def _failures(played: Played, target: str) -> Iterator[str]:
    """Why it could not go on, once for each round: a server that dies leaves two failures."""
    seen: set[int] = set()
    for failure in played.trials.run.failures:
        own = (failure.target, failure.experiment) == (target, NAME)
        if own and failure.round in played.rounds and failure.round not in seen:
            seen.add(failure.round)
            yield f"round {failure.round}: {failure.message}"


def _capacity_rps(played: Played, cell: Cell | None, number: int) -> float | None:
    windows = played.usable(cell, number) if cell else []
    rates = [w.tally.requests / w.tally.measure_s for w in windows]
    return median(rates) if rates else None


def _step(
    played: Played, cell: Cell, level: float, capacity: RoundSeries
) -> StressStep:
    first_s, end_s = 0.0, cell.load.measure_s
    share = cell.load.share or 0.0
    if cell.load.surge:
        first_s, end_s = cell.load.surge.from_s, cell.load.surge.until_s
        share *= cell.load.surge.times

    def rate(number: int, of: Callable[[Slot], int]) -> float | None:
        """Requests per second of this kind, in the part that the step is about."""
        windows = played.usable(cell, number)
        slots = [s for w in windows for s in part(w, first_s, end_s)]
        return sum(map(of, slots)) / (len(slots) * SLOT_S) if slots else None

    offered = _series(played, level, lambda n: rate(n, lambda slot: slot.due))
    achieved = _series(played, level, lambda n: rate(n, lambda slot: slot.answered))
    own = capacity
    if played.experiment.capacity_around:
        own = _series(played, level, lambda n: _around_rps(played, cell, n))
    kept = {
        number: _kept(*values)
        for number, *values in zip(
            played.rounds,
            achieved.rounds,
            offered.rounds,
            own.rounds,
            strict=True,
        )
    }
    checked = [c for n in played.rounds for c in played.checked.get((cell.key, n), ())]
    void = [c for c in checked if c.void]
    why = Counter(
        f.reason.title
        for c in void
        for f in c.findings
        if f.reason.scope is Scope.WINDOW
    )
    errors: Counter[str] = Counter()
    for each in checked:
        errors.update(each.window.tally.errors)

    def quantile(name: str) -> RoundSeries:
        def of_round(number: int) -> float | None:
            if cell.load.surge:  # its response times are those of three loads together
                return None
            return quantile_ms(played.usable(cell, number), name)

        return _series(played, level, of_round)

    return StressStep(
        share=share,
        in_surge=cell.load.surge is not None,
        offered_rps=offered,
        achieved_rps=achieved,
        kept=_series(played, level, kept.get),
        failed=_series(played, level, lambda n: _failed(played.usable(cell, n))),
        p50_ms=quantile("p50"),
        p99_ms=quantile("p99"),
        errors=dict(errors),
        windows=len(checked),
        void=len(void),
        void_because=why.most_common(1)[0][0] if why else None,
        capacity_rps=own,
    )


def _around_rps(played: Played, cell: Cell, number: int) -> float | None:
    """
    The mean rate of the closed loops next to a cell's windows in a round.

    A speed that changes between them is met by half of it, whichever way.
    """
    own = [
        w
        for w in played.trials.run.windows
        if (w.round, w.target, w.workload, experiment_of(w.load))
        == (number, cell.target, cell.workload, NAME)
    ]
    usable = {
        (c.window.load, c.window.cycle)
        for (_, of), found in played.checked.items()
        for c in found
        if of == number and c.window.target == cell.target and not c.void
    }
    counted = {w.cycle for w in played.usable(cell, number)}
    rates = []
    for at, window in enumerate(own):
        if window.load != cell.load.name or window.cycle not in counted:
            continue
        beside = [
            w.tally.requests / w.tally.measure_s
            for w in (*own[max(0, at - 1) : at], *own[at + 1 : at + 2])
            if w.rate_rps is None and (w.load, w.cycle) in usable
        ]
        if beside:
            rates.append(mean(beside))
    return mean(rates) if rates else None


def _kept(
    achieved: float | None, offered: float | None, capacity: float | None
) -> float | None:
    if achieved is None or not offered or not capacity:
        return None
    return max(achieved / min(offered, capacity), LEAST_KEPT)


def _failed(windows: Sequence[Window]) -> float | None:
    """The share of all requests that were due which no right answer came to."""
    slots = [slot for window in windows for slot in window.tally.slots or ()]
    due = sum(slot.due for slot in slots)
    return 1 - sum(slot.right for slot in slots) / due if due else None


def _timeline_ms(played: Played, cell: Cell | None) -> tuple[float | None, ...]:
    """The median response time of each slot, the middle of the rounds."""
    windows = [_only(played, cell, number) for number in played.rounds]
    rows = [w.tally.slots for w in windows if w and w.tally.slots]
    return tuple(
        median(known) / 1000 if known else None
        for slots in zip(*rows, strict=False)
        for known in [[slot.p50_us for slot in slots if slot.p50_us is not None]]
    )


def _only(played: Played, cell: Cell | None, number: int) -> Window | None:
    """The one window of a round."""
    windows = played.usable(cell, number) if cell else []
    return windows[0] if windows else None


def _series(played: Played, level: float, of_round: OfRound) -> RoundSeries:
    values = tuple(of_round(number) for number in played.rounds)
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return RoundSeries(values, None)
    positive = min(known) > 0
    mean = interval.geometric_mean if positive else interval.arithmetic_mean
    return RoundSeries(values, mean(known, level))


def part(window: Window, first_s: float, end_s: float) -> Sequence[Slot]:
    """The slots that lie wholly between two moments of the measured part."""
    slots = window.tally.slots or ()
    first, end = -(-first_s // SLOT_S), end_s // SLOT_S
    return slots[int(first) : int(end)]


def left_waiting(window: Window, cell: Cell) -> float:
    """Requests due by the end of the surge, less the answers until then."""
    surge = cell.load.surge
    slots = part(window, 0.0, surge.until_s) if surge else ()
    return float(max(0, sum(s.due for s in slots) - sum(s.answered for s in slots)))


def recovery_s(window: Window, cell: Cell) -> float | None:
    """
    Seconds from the end of the surge until response times are back.

    To the end of the first quarter of a second in which nearly everything was
    answered, the median is what it was before the surge, and no more requests
    wait at its end than came in it: a server may be quick with new requests
    while old ones starve. As long as was watched, if there is none. None: nothing was answered before the surge, so
    nobody knows what to come back to.
    """
    surge = cell.load.surge
    assert surge is not None
    calm = [s.p50_us for s in part(window, 0.0, surge.from_s) if s.p50_us is not None]
    if not calm:
        return None
    limit_us = max(CALM_TIMES * median(calm), CALM_LEAST_MS * 1000)
    watched_s = watched_s_of(cell)
    for position, slot in enumerate(
        part(window, surge.until_s, surge.until_s + watched_s), 1
    ):
        back = slot.p50_us is not None and slot.p50_us <= limit_us
        until = part(window, 0.0, surge.until_s + position * SLOT_S)
        # Those that were lost wait for nothing any more.
        left = sum(s.right for s in until) - sum(s.answered for s in until)
        if back and slot.right >= ANSWERED_SHARE * slot.due and left <= slot.due:
            return min(position * SLOT_S, watched_s)
    return watched_s


def watched_s_of(cell: Cell) -> float:
    """How long the visit goes on after the surge; 0 without one."""
    surge = cell.load.surge
    return cell.load.measure_s - surge.until_s if surge else 0.0


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    found = stress(trials)
    return Analysed({"stress": found}, checks=tuple(stress_checks(found)))


ANALYSE: Analyse = _analysed
