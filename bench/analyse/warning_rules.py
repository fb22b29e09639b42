"""From findings in windows and facts of the run to warnings with their numbers."""

from collections import defaultdict
from collections.abc import Iterator

from bench.analyse import metrics, reasons
from bench.analyse.comparisons import Doubts
from bench.analyse.voids import Violation
from bench.analyse.windows import Trials, Windows
from bench.model.framework import Role
from bench.model.plural import per_cent, plural
from bench.model.warning import Reason, Warning


def warnings_of(trials: Trials) -> Doubts:
    """Everything about cells that must be known before ratios are formed."""
    void = {**_near_ceiling(trials), **_limited(trials), **_near_floor(trials)}
    return Doubts(
        throughput_void=void,
        cpu_void=dict.fromkeys(trials.disturbed, DISTURBED),
        connections=_connections(trials),
        warnings=(
            *warnings_from(trials),
            *_ceiling_warnings(trials),
            *_floor_warnings(trials),
            *_failures(trials),
            *_resumed(trials),
            *_database(trials),
            *_frequency(trials),
        ),
    )


def warnings_from(windows: Windows) -> Iterator[Warning]:
    """What was found in windows, by reason and cell, each with the worst of it."""
    grouped: dict[tuple[Reason, str], list[Violation]] = defaultdict(list)
    visits: dict[str, int] = defaultdict(int)
    for (where, _), trial in windows.checked.items():
        visits[where] += len(trial)
        for finding in (f for checked in trial for f in checked.findings):
            grouped[finding.reason, where].append(finding)
    for (reason, where), findings in grouped.items():
        worst = max(findings, key=lambda finding: finding.amount)
        yield Warning(
            reason,
            f"{len(findings)} of {plural(visits[where], 'window')}, worst {worst.text}",
            where,
        )


def _limited(trials: Trials) -> dict[tuple[str, str], str]:
    return {cell: _WHY[reason] for cell, reason in trials.limited.items()}


DISTURBED = (
    "somebody else used the server's core in more than "
    f"{per_cent(reasons.VOID_SHARE)} of the windows"
)
"""Why a cell has no verdict on throughput or CPU time."""
_WHY = {
    reasons.GENERATOR: "the load generator was near its own limit: the ratio is a lower bound",
    reasons.FOREIGN: DISTURBED,
}


def rate_rps(trials: Trials, target: str, workload: str) -> float | None:
    """The mean rate of a cell over the rounds that count, for checks only."""
    cell, own = trials.closed(target, workload), trials.of_metric(metrics.THROUGHPUT)
    windows = [w for number in trials.rounds for w in own.usable(cell, number)]
    return metrics.THROUGHPUT.of_round(windows)


def headroom(trials: Trials, workload: str) -> dict[str, float]:
    """How many times faster the best bare server was than each contestant or its twin."""
    rates = {t: rate_rps(trials, t, workload) for t in trials.targets(workload)}
    roles = {target.id: target.role for target in trials.plan.targets}
    floors = [r for t, r in rates.items() if r and roles[t] is Role.FLOOR]
    if not floors:
        return {}
    return {
        target: max(floors) / rate
        for target, rate in rates.items()
        if rate and roles[target] is not Role.FLOOR
    }


def _near_floor(trials: Trials) -> dict[tuple[str, str], str]:
    return {
        (target, workload): "the best bare server is less than "
        f"{reasons.FLOOR_RATIO} times as fast: the ratio is a lower bound"
        for workload in trials.workloads
        for target, times in headroom(trials, workload).items()
        if times < reasons.FLOOR_RATIO
    }


def _near_ceiling(trials: Trials) -> dict[tuple[str, str], str]:
    calibration = trials.run.record.calibration
    if calibration is None:
        return {}
    # One process was calibrated; workers on cores of their own add up.
    ceiling = calibration.closed_ceiling_rps * trials.plan.senders
    return {
        (cell.target, cell.workload): f"{rate:,.0f} requests/s, "
        f"{per_cent(rate / ceiling)} of the {ceiling:,.0f} that the generator could "
        "send when it was calibrated"
        for cell in trials.cells
        if (rate := rate_rps(trials, cell.target, cell.workload) or 0.0)
        > reasons.CEILING_SHARE * ceiling
    }


def _ceiling_warnings(trials: Trials) -> Iterator[Warning]:
    for (target, workload), text in _near_ceiling(trials).items():
        yield Warning(reasons.CEILING, text, trials.key(target, workload))


def _floor_warnings(trials: Trials) -> Iterator[Warning]:
    for target, workload in _near_floor(trials):
        times = headroom(trials, workload)[target]
        yield Warning(
            reasons.FLOOR,
            f"the best bare server is {times:.2f} times as fast, {reasons.FLOOR_RATIO} is needed",
            trials.key(target, workload),
        )


def _failures(trials: Trials) -> Iterator[Warning]:
    lost: dict[str, set[int]] = defaultdict(set)
    for failure in trials.run.failures:
        # Round 0 is the preparation: the target was in no round at all.
        if failure.round in trials.rounds or failure.round == 0:
            work = failure.workload
            if work and failure.experiment:  # touches no headline ratio
                work = f"{failure.experiment}.{work}"
            where = " ".join(filter(None, (failure.target, work)))
            lost[where].add(failure.round)
    for where, rounds in lost.items():
        often = f"in {len(rounds)} of {plural(len(trials.rounds), 'round')}"
        if 0 in rounds:
            often = "it could not be prepared, so it is in no round"
        yield Warning(reasons.FAILED, often, where)


def _resumed(trials: Trials) -> Iterator[Warning]:
    starts: dict[tuple[int, str], int] = defaultdict(int)
    for boot in trials.run.boots:
        starts[boot.round, boot.target] += 1
    again = {number for (number, _), n in starts.items() if n > 1}
    rounds = sorted(again & set(trials.rounds))
    if rounds:
        yield Warning(reasons.RESUMED, f"round {', '.join(map(str, rounds))}")


def _database(trials: Trials) -> Iterator[Warning]:
    plan = trials.plan
    most: dict[str, int] = defaultdict(int)
    for end in trials.run.ends:
        if end.round in trials.rounds:
            for name, count in end.database_connections.items():
                most[name] = max(most[name], count)
    for target in plan.targets:
        allowed = (target.workers or plan.workers) * target.pool_connections
        if most[target.id] > allowed:
            yield Warning(
                reasons.DATABASE,
                f"{most[target.id]} open at once, {allowed} allowed",
                target.id,
            )


def _frequency(trials: Trials) -> Iterator[Warning]:
    frequencies_mhz = [
        window.trace.frequency_mhz
        for window in trials.windows
        if window.trace and window.trace.frequency_mhz
    ]
    if frequencies_mhz and min(frequencies_mhz) < max(frequencies_mhz) * (
        1 - reasons.FREQUENCY_APART
    ):
        yield Warning(
            reasons.FREQUENCY,
            f"between {min(frequencies_mhz):.0f} and {max(frequencies_mhz):.0f} MHz",
        )


def _connections(trials: Trials) -> dict[tuple[str, str], float]:
    opened: dict[tuple[str, str], int] = defaultdict(int)
    answered: dict[tuple[str, str], int] = defaultdict(int)
    for window in trials.windows:
        cell = (window.target, window.workload)
        opened[cell] += window.tally.connections_opened
        answered[cell] += window.tally.requests_total
    return {
        cell: opened[cell] / requests for cell, requests in answered.items() if requests
    }
