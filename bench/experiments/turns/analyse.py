"""
Requests in turns, or together: meetings, effective concurrency, volleys.

Effective concurrency is Little's law with the response time of a single
client: C = X(n) S(1). A server that takes turns answers n clients no faster
than one, so that C is 1; one that holds all n at once gives n. It is counted
for each process, since two processes of turns are still turns.
"""

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median, median_low

from bench.analyse.comparisons import Doubts
from bench.analyse.experiments import Analyse, Analysed, sound
from bench.analyse.metrics import THROUGHPUT
from bench.analyse.windows import Trials, Windows
from bench.experiments.turns.model import SetUp, Turns
from bench.model.estimate import Series
from bench.model.trial import Burst, OneOfMany, Window
from bench.stats import interval
from bench.workloads.small import WAIT_MS


EXPERIMENT = "turns"


def turns(trials: Trials) -> Turns | None:
    """What the run's experiment found; None where it was not played."""
    experiment = trials.plan.profile.experiment(EXPERIMENT)
    played = next(iter(sound(trials, EXPERIMENT)), None)
    if experiment is None or played is None or not played.cells:
        return None
    return Turns(
        workload=played.cells[0].workload,
        wait_ms=float(WAIT_MS),
        clients=max(load.clients for load in experiment.loads),
        at_once=experiment.at_once,
        set_ups=tuple(
            _set_up(played, target)
            for target in dict.fromkeys(cell.target for cell in played.cells)
        ),
    )


def _set_up(played: Windows, target: str) -> SetUp:
    run = played.run
    effective = interval.over_rounds(_effective(played, target), played.level)
    meetings = [
        m for m in run.meetings if (m.target, m.experiment) == (target, EXPERIMENT)
    ]
    asked = next((m for m in meetings if m.met is not None), None)
    volleys = [
        volley
        for number in played.rounds
        for volley in run.volleys
        if (volley.target, volley.experiment, volley.round)
        == (target, EXPERIMENT, number)
        and all(request.answered_ms is not None for request in volley.requests)
    ]
    typical = _typical(volleys)
    together = [_together(volley.requests) for volley in volleys]
    by_round = {volley.round: last_ms(volley.requests) for volley in volleys}
    return SetUp(
        target=target,
        processes=played.plan.processes(target),
        met=asked.met if asked else None,
        met_because=(asked or meetings[0]).because if meetings else "not asked",
        effective=effective.estimate,
        effective_rounds=effective.rounds,
        reason=None if effective.estimate else _reason(effective.rounds),
        together=int(median(together)) if together else None,
        volley=typical.requests if typical else (),
        volley_round=typical.round if typical else None,
        last_ms=tuple(by_round.get(number) for number in played.rounds),
    )


def _reason(rounds: Series) -> str:
    measured = any(value is not None for value in rounds)
    return "one round has no interval" if measured else "no window of both loops counts"


def _effective(played: Windows, target: str) -> Series:
    """X(most clients) x S(one client) of each round, for each process."""
    cells = sorted(
        (cell for cell in played.cells if cell.target == target),
        key=lambda cell: cell.load.clients,
    )
    single = cells[0] if cells[0].load.clients == 1 else None
    rates_rps = played.row(cells[-1], THROUGHPUT.of_round)
    processes = played.plan.processes(target)
    return tuple(
        rate_rps * alone_s / processes if rate_rps and alone_s is not None else None
        for rate_rps, alone_s in zip(
            rates_rps, played.row(single, _alone_s), strict=True
        )
    )


def _alone_s(windows: Sequence[Window]) -> float | None:
    means = [w.tally.latency_mean_us for w in windows if w.tally.latency_mean_us]
    return median(means) / 1e6 if means else None


def last_ms(requests: Sequence[OneOfMany]) -> float:
    """When the last answer of a volley came; 0 without answers."""
    return max((request.answered_ms or 0.0 for request in requests), default=0.0)


def _typical(volleys: Sequence[Burst]) -> Burst | None:
    """The volley whose last answer is the median of the rounds: a real one, no mean."""
    if not volleys:
        return None
    middle = median_low([last_ms(volley.requests) for volley in volleys])
    return next(v for v in volleys if last_ms(v.requests) == middle)


def _together(requests: Sequence[OneOfMany]) -> int:
    """
    The most answers within half a wait.

    Two requests that wait one after the other are answered a whole wait apart
    or more; only together can both come within the half of it.
    """
    answers = sorted(request.answered_ms or 0.0 for request in requests)
    half_ms = WAIT_MS / 2
    return max(
        bisect_right(answers, first + half_ms) - position
        for position, first in enumerate(answers)
    )


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    return Analysed({"turns": turns(trials)}, sound(trials, EXPERIMENT))


ANALYSE: Analyse = _analysed
