"""
The stress experiment: what is answered as the offered rate rises past capacity, and afterwards.

Past capacity a queue grows for as long as the window lasts. Rates that are
not reached and requests that fail are then what was asked for, and void
nothing; a generator that was too busy or sent late still does. Each round
gives one value for each thing, and intervals are over rounds.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import isclose
from statistics import mean, median

from bench.analyse import reasons
from bench.analyse.comparisons import Doubts
from bench.analyse.experiments import Analyse, Analysed, why_most
from bench.analyse.open_metrics import quantile_ms
from bench.analyse.voids import Checked
from bench.analyse.windows import (
    Trials,
    Windows,
    rate_in_doubt_is_void,
)
from bench.experiments.stress.model import Stress, Stressed, StressStep
from bench.model.estimate import RoundSeries, Series
from bench.model.load import experiment_of
from bench.model.plan import Cell
from bench.model.plural import plural
from bench.model.results import Check
from bench.model.trial import SLOT_S, Slot, Window
from bench.model.warning import Scope
from bench.stats import interval


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


def stress(trials: Trials) -> Stress | None:
    """What a run found; None if it did not play the experiment."""
    played = trials.played(NAME)
    if played is None:
        return None
    played = played.read_as(lambda checked: rate_in_doubt_is_void(as_data(checked)))
    surges = [c.load for c in played.cells if c.load.surge]
    if not surges or not surges[0].surge or not surges[0].share:
        return None
    load, surge = surges[0], surges[0].surge
    return Stress(
        level=played.level,
        rounds=played.rounds,
        connections=load.clients,
        base_share=load.share or 0.0,
        surge=surge,
        watched_s=load.measure_s - surge.until_s,
        targets=tuple(
            _target(played, target, workload)
            for target, workload in dict.fromkeys(
                (cell.target, cell.workload) for cell in played.cells
            )
        ),
    )


def stress_checks(stress: Stress | None) -> Iterator[Check]:
    """Whether the generator did its part; nothing where the experiment was not played."""
    if stress is None:
        return
    steps = [step for stressed in stress.targets for step in stressed.steps]
    windows, void = sum(s.windows for s in steps), sum(s.void for s in steps)
    measured = (
        f"{void} of {plural(windows, 'window')} void" if windows else "not measured"
    )
    enough = all(
        _whole(stressed) >= reasons.FEWEST_ROUNDS for stressed in stress.targets
    )
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


def _target(played: Windows, target: str, workload: str) -> Stressed:
    own = [c for c in played.cells if (c.target, c.workload) == (target, workload)]
    capacity = played.series(played.closed(target, workload), _capacity_rps)
    steps = [
        _step(played, cell, capacity)
        for cell in own
        if cell.load.is_open and cell.load.share
    ]
    surge = next((cell for cell in own if cell.load.surge), None)

    # A surge comes once in a round.
    def after(windows: Sequence[Window]) -> float | None:
        return recovery_s(windows[0], surge) if surge else None

    def waiting(windows: Sequence[Window]) -> float | None:
        return left_waiting(windows[0], surge) if surge else None

    recovery = played.series(surge, after)
    watched_s = watched_s_of(surge) if surge else 0.0
    return Stressed(
        target,
        workload,
        capacity_rps=capacity,
        steps=tuple(sorted(steps, key=lambda step: step.share)),
        waiting=played.series(surge, waiting),
        recovery_s=recovery,
        timeline_ms=_timeline_ms(played, surge),
        recovered=sum(
            s is not None and not isclose(s, watched_s) for s in recovery.rounds
        ),
        failures=tuple(_failures(played, target)),
    )


def _failures(played: Windows, target: str) -> Iterator[str]:
    """Why it could not go on, once for each round: a server that dies leaves two failures."""
    reported: set[int] = set()
    for failure in played.run.failures:
        own = (failure.target, failure.experiment) == (target, NAME)
        if own and failure.round in played.rounds and failure.round not in reported:
            reported.add(failure.round)
            yield f"round {failure.round}: {failure.message}"


def _capacity_rps(windows: Sequence[Window]) -> float | None:
    return median(w.tally.requests / w.tally.measure_s for w in windows)


def _step(played: Windows, cell: Cell, capacity: RoundSeries) -> StressStep:
    first_s, end_s = 0.0, cell.load.measure_s
    share = cell.load.share or 0.0
    if cell.load.surge:
        first_s, end_s = cell.load.surge.from_s, cell.load.surge.until_s
        share *= cell.load.surge.times

    def rate(kind: Callable[[Slot], int]) -> RoundSeries:
        """Requests per second of this kind, in the part that the step is about."""

        def of_round(windows: Sequence[Window]) -> float | None:
            slots = [s for w in windows for s in part(w, first_s, end_s)]
            return sum(map(kind, slots)) / (len(slots) * SLOT_S) if slots else None

        return played.series(cell, of_round)

    offered = rate(lambda slot: slot.due)
    achieved = rate(lambda slot: slot.answered)
    own = capacity
    if played.experiment and played.experiment.capacity_around:
        own = interval.over_rounds(_around_rps(played, cell), played.level)
    by_round = zip(achieved.rounds, offered.rounds, own.rounds, strict=True)
    kept = tuple(_kept(*values) for values in by_round)
    checked = played.checked_of(cell)
    errors: Counter[str] = Counter()
    for visit in checked:
        errors.update(visit.window.tally.errors)

    def quantile(name: str) -> RoundSeries:
        # In a surge response times are those of three loads together.
        asked = None if cell.load.surge else cell
        return played.series(asked, lambda windows: quantile_ms(windows, name))

    return StressStep(
        share=share,
        in_surge=cell.load.surge is not None,
        offered_rps=offered,
        achieved_rps=achieved,
        kept=interval.over_rounds(kept, played.level),
        failed=played.series(cell, _failed),
        p50_ms=quantile("p50"),
        p99_ms=quantile("p99"),
        errors=dict(errors),
        windows=len(checked),
        void=sum(visit.void for visit in checked),
        void_because=why_most(checked),
        capacity_rps=own,
    )


def _around_rps(played: Windows, cell: Cell) -> Series:
    """
    The mean rate of the closed loops next to a cell's windows, in each round.

    A speed that changes between them is met by half of it, whichever way.
    """
    # In the order in which they were measured, as the run has them.
    visits = [
        window
        for window in played.run.windows
        if (window.target, window.workload) == (cell.target, cell.workload)
        and experiment_of(window.load) == NAME
    ]
    sound = {id(c.window) for c in played.rows["checked"] if not c.void}

    def around(window: Window) -> float | None:
        at = next(at for at, visit in enumerate(visits) if visit is window)
        beside = [
            w.tally.requests / w.tally.measure_s
            for w in (*visits[max(0, at - 1) : at], *visits[at + 1 : at + 2])
            if w.round == window.round and w.rate_rps is None and id(w) in sound
        ]
        return mean(beside) if beside else None

    def of_round(windows: Sequence[Window]) -> float | None:
        rates = [rate for rate in map(around, windows) if rate is not None]
        return mean(rates) if rates else None

    return played.row(cell, of_round)


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


def _timeline_ms(played: Windows, surge: Cell | None) -> tuple[float | None, ...]:
    """The median response time of each slot, the middle of the rounds."""
    windows = [w for number in played.rounds for w in played.usable(surge, number)[:1]]
    rows = [window.tally.slots for window in windows if window.tally.slots]
    return tuple(
        median(p50s_us) / 1000 if p50s_us else None
        for slots in zip(*rows, strict=False)
        for p50s_us in [[slot.p50_us for slot in slots if slot.p50_us is not None]]
    )


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
    experiment = stress(trials)
    return Analysed({"stress": experiment}, checks=tuple(stress_checks(experiment)))


ANALYSE: Analyse = _analysed
