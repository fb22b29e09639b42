"""The conditions that a run asks of itself, with limits and whether they held."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench.analyse import reasons
from bench.analyse.metrics import THROUGHPUT
from bench.analyse.noise import Noise, resolution
from bench.analyse.warning_rules import headroom
from bench.analyse.whole_run import (
    rounds_text,
    steal_windows,
    twin_text,
    void_windows,
)
from bench.analyse.windows import Trials, too_many
from bench.model.framework import Role
from bench.model.plural import per_cent, plural
from bench.model.results import Check
from bench.model.trial import Window
from bench.model.warning import Reason, Scope, Warning


ALL_INCONCLUSIVE = "every verdict becomes inconclusive"
NO_SPEED = "no verdict on throughput or CPU time where it happened"
NO_THROUGHPUT = "no throughput verdict for what it touches; CPU verdicts stand"
VOID_WINDOWS = "the windows are void and left out"
NOTHING = "none; the reader must know"
SPARED = (
    "none: every cell keeps its rounds and nine tenths of its windows, which decide"
)
"""Instead of the effect that more of them would have had."""


def checks(
    trials: Trials, noise: Noise, warnings: tuple[Warning, ...]
) -> Iterator[Check]:
    """The four of the trust strip first: noise, generator, errors, rounds."""
    yield _noise(trials, noise)
    yield _generator(trials, warnings)
    yield _errors(trials)
    yield _rounds(trials)
    yield _floor(trials)
    yield _void(trials)
    yield _steal(trials)
    for condition in REST:
        fired = [w for w in warnings if w.reason is condition.reason]
        if fired and condition.of_windows and _spares(trials, condition.reason):
            condition = replace(condition, effect=SPARED, severity=Scope.NOTE)
        yield _absence(condition, fired, _looked(trials, condition.reason))


@dataclass(frozen=True, slots=True)
class Condition:
    """What must not be found, said as what is good, and what finding it takes away."""

    reason: Reason
    good: str
    limit: str
    severity: Scope
    effect: str
    of_windows: bool = False  # few windows of it take nothing


REST = (
    Condition(reasons.MACHINE, "The machine stayed the same", "the same fingerprint after every round", Scope.RUN, ALL_INCONCLUSIVE),
    Condition(reasons.AFRESH, "Every server was started afresh", "every server in every round", Scope.RUN, ALL_INCONCLUSIVE),
    Condition(reasons.IDLE, "Other servers stayed idle while one was measured", f"{per_cent(reasons.IDLE_SHARE)} of a core together, or {per_cent(reasons.IDLE_SHARE_EACH, 2)} each", Scope.WINDOW, "the windows are void and left out; beyond the limit over a whole round, all of that round"),
    Condition(reasons.FOREIGN, "No other program on the server’s core", f"{per_cent(reasons.FOREIGN_SHARE)} of its time in a window", Scope.SPEED, NO_SPEED, of_windows=True),
    Condition(reasons.WAITED, "The load generator did not wait for its core", f"{per_cent(reasons.WAIT_SHARE)} of a window", Scope.NOTE, NOTHING),
    Condition(reasons.COUNT, "The generator’s record and Locust’s statistics agree", "equal", Scope.WINDOW, VOID_WINDOWS, of_windows=True),
    Condition(reasons.LITTLE_LAW, "Clients, throughput and latency agree (Little’s law)", f"{per_cent(reasons.LITTLE)} apart, edges aside", Scope.WINDOW, VOID_WINDOWS, of_windows=True),
    Condition(reasons.RESTARTED, "No server closed its connections and paused", "never", Scope.NOTE, NOTHING),
    Condition(reasons.CONNECTIONS, "Connections per request are alike", f"{reasons.CONNECTIONS_APART} per request apart", Scope.THROUGHPUT, "the pair gets no verdict"),
    Condition(reasons.THROTTLED, "No processor quota stopped a server", "never", Scope.WINDOW, VOID_WINDOWS, of_windows=True),
    Condition(reasons.HOT, "Heat did not slow the processor down", "never", Scope.WINDOW, VOID_WINDOWS, of_windows=True),
    Condition(reasons.SWAP, "No memory went to swap", f"{reasons.SWAPPED_PAGES} pages in a window", Scope.WINDOW, VOID_WINDOWS, of_windows=True),
    Condition(reasons.FREQUENCY, "The processor kept its speed", f"{per_cent(reasons.FREQUENCY_APART)} between windows", Scope.NOTE, NOTHING),
    Condition(reasons.FAILED, "No target failed", "never", Scope.WINDOW, "pairs are missing from those rounds"),
    Condition(reasons.RESUMED, "No round was interrupted", "never", Scope.NOTE, NOTHING),
    Condition(reasons.WARMING, "Servers were warm before they were measured", f"{per_cent(reasons.DRIFT)} from the first cycle to the last", Scope.NOTE, NOTHING),
    Condition(reasons.DATABASE, "No target used more database connections than the others may", "workers x connections of the pool", Scope.NOTE, NOTHING),
    Condition(reasons.PYTHON, "The targets’ Python is an optimised build", "optimised build", Scope.NOTE, NOTHING),
    Condition(reasons.CORES, "Server, load and database have cores of their own", "cores of their own", Scope.NOTE, NOTHING),
)  # fmt: skip


def _spares(trials: Trials, reason: Reason) -> bool:
    """
    Whether so few windows have this reason that nothing hangs on them.

    No headline cell lost a round to it, nor more of its windows than
    `VOID_SHARE`, beyond which its throughput would decide nothing.
    """
    own_rate = trials.of_metric(THROUGHPUT)
    for cell in trials.cells:
        # Several reasons together may leave out what none does alone.
        limited = (cell.target, cell.workload) in trials.limited
        hit: list[bool] = []
        for number in trials.rounds:
            trial = trials.checked.get((cell.key, number), ())
            own = [any(f.reason is reason for f in c.findings) for c in trial]
            if any(own) and (limited or not own_rate.usable(cell, number)):
                return False
            hit += own
        if too_many(hit):
            return False
    return True


def _noise(trials: Trials, noise: Noise) -> Check:
    # CPU time is not known of servers that stand already.
    reaches = {
        name: per_cent(reach - 1, 1)
        for name, metric in (("throughput", "throughput"), ("CPU", "cpu"))
        if (reach := resolution(noise, metric)) is not None
    }
    entered = any(t.role is Role.TWIN for t in trials.plan.targets)
    if noise.passed is None or "throughput" not in reaches:
        measured = "not measured"
        short = (
            f"a target was entered twice, but {plural(len(trials.rounds), 'round')} cannot test it"
            if entered
            else "no target was entered twice"
        )
    else:
        title = trials.plan.target(noise.worst.baseline).title
        both = " and ".join(f"{far} ({name})" for name, far in reaches.items())
        measured = f"{twin_text(trials, noise)}; its intervals reach {both}: a check of the run, not the resolution of other pairs"
        short = (
            f"{title} entered twice: {'no' if noise.passed else 'a'} difference found"
        )
    return Check(
        "noise",
        "A target entered twice equals itself (A/A)",
        measured,
        f"Holm-adjusted p of at least {reasons.TWIN_P}",
        noise.passed,
        ALL_INCONCLUSIVE,
        short,
        Scope.RUN,
    )


def _generator(trials: Trials, warnings: tuple[Warning, ...]) -> Check:
    tallies = [window.tally for window in trials.windows]
    shares = [tally.generator_cpu_s / tally.measure_s for tally in tallies]
    worst = max(shares, default=None)
    touched = {w.where for w in warnings if w.reason is reasons.GENERATOR}
    text = "not measured" if worst is None else f"at most {per_cent(worst)} of its core"
    worker_pool = trials.plan.load_workers + trials.plan.load_elsewhere
    text += (
        f" (the busiest of {worker_pool} workers)"
        if worst is not None and worker_pool > 1
        else ""
    )
    more = f", over the limit in {plural(len(touched), 'cell')}" if touched else ""
    return Check(
        "generator",
        "The load generator was never the limit",
        text + more,
        f"{per_cent(reasons.GENERATOR_SHARE)} of its core",
        None if worst is None else not touched,
        NO_THROUGHPUT,
        f"generator {text}",
        Scope.THROUGHPUT,
        None if worst is None else 100 * worst,
        100 * reasons.GENERATOR_SHARE,
        "% of a core",
    )


def _errors(trials: Trials) -> Check:
    windows = trials.windows
    answered = sum(w.tally.requests_total for w in windows)
    wrong = sum(sum(w.tally.errors.values()) for w in windows)
    return Check(
        "errors",
        "Every answer was right",
        f"{wrong:,} wrong or failed of {answered:,}",
        "0",
        wrong == 0 if windows else None,
        VOID_WINDOWS,
        f"{plural(answered, 'answer')} checked, {wrong:,} wrong",
        Scope.WINDOW,
        wrong if windows else None,
        0,
        "answers",
    )


def _rounds(trials: Trials) -> Check:
    n = len(trials.rounds)
    return Check(
        "rounds",
        "There are enough rounds",
        rounds_text(trials),
        f"{reasons.FEWEST_ROUNDS} rounds",
        n >= reasons.FEWEST_ROUNDS,
        ALL_INCONCLUSIVE,
        f"{plural(n, 'round')}, {100 * trials.level:.4g} % intervals",
        Scope.RUN,
        n,
        reasons.FEWEST_ROUNDS,
        "rounds",
    )


def _floor(trials: Trials) -> Check:
    behind = [
        (times, workload, target)
        for workload in trials.workloads
        for target, times in headroom(trials, workload).items()
    ]
    closest = min(behind, default=None)
    measured = "not measured: no bare server took part"
    if closest is not None:
        times, workload, target = closest
        measured = f"{times:.2f} times the rate of {target} on {workload}"
    return Check(
        "floor",
        "The best bare server is clearly faster than every target",
        measured,
        f"{reasons.FLOOR_RATIO} times",
        None if closest is None else closest[0] >= reasons.FLOOR_RATIO,
        NO_THROUGHPUT,
        measured,
        Scope.THROUGHPUT,
        None if closest is None else closest[0],
        reasons.FLOOR_RATIO,
        "times",
    )


def _void(trials: Trials) -> Check:
    void, total = void_windows(trials)
    measured = f"{void} of {total}"
    return Check(
        "windows",
        "Few windows are void",
        measured,
        f"{per_cent(reasons.VOID_SHARE)} of those of contestants and their twin",
        void <= reasons.VOID_SHARE * total if total else None,
        ALL_INCONCLUSIVE,
        f"{measured} windows void",
        Scope.RUN,
        void,
        reasons.VOID_SHARE * total,
        "windows",
    )


def _steal(trials: Trials) -> Check:
    stolen, windows = steal_windows(trials)
    measured = f"{stolen} of {plural(windows, 'window')}" if windows else "not measured"
    return Check(
        "steal",
        f"The hypervisor took at most {per_cent(reasons.STEAL_SHARE)} of the time",
        measured,
        f"{per_cent(reasons.STEAL_WINDOWS)} of the windows",
        stolen <= reasons.STEAL_WINDOWS * windows if windows else None,
        NOTHING,
        f"steal in {measured}",
        Scope.NOTE,
        stolen if windows else None,
        reasons.STEAL_WINDOWS * windows if windows else None,
        "windows",
    )


_TOLD: dict[Reason, Callable[[Window], object]] = {
    reasons.FOREIGN: lambda w: w.trace and w.trace.foreign_s,
    reasons.WAITED: lambda w: w.trace and w.trace.generator_wait_s,
    reasons.THROTTLED: lambda w: w.throttled_s,
    reasons.IDLE: lambda w: w.others_cpu_ns,
    reasons.HOT: lambda w: w.trace and w.trace.throttles,
    reasons.SWAP: lambda w: w.trace and w.trace.swapped_pages,
    reasons.FREQUENCY: lambda w: w.trace and w.trace.frequency_mhz,
    reasons.LITTLE_LAW: lambda w: w.tally.latency_mean_us,
    reasons.RESTARTED: lambda w: w.tally.latency_mean_us,
}
"""What must have been recorded before its absence says anything."""


_KNOWN: dict[Reason, Callable[[Trials], bool]] = {
    reasons.MACHINE: lambda t: any(end.fingerprint is not None for end in t.run.ends),
    reasons.AFRESH: lambda t: bool(t.run.boots),
    # Of servers that stand already nobody told these.
    reasons.DATABASE: lambda t: t.plan.own_servers,
    reasons.PYTHON: lambda t: any(r.known for r in t.run.record.receipts.values()),
    reasons.CORES: lambda t: t.plan.own_servers,
}
"""The same of what is recorded once for a run or a round."""


def _looked(trials: Trials, reason: Reason) -> bool:
    """Whether anything was recorded that could have given this reason."""
    if reason in _KNOWN:
        return _KNOWN[reason](trials)
    recorded = _TOLD.get(reason)
    return recorded is None or any(
        recorded(window) is not None for window in trials.windows
    )


def _absence(condition: Condition, fired: Sequence[Warning], looked: bool) -> Check:
    measured = "nothing found" if looked else "not measured"
    if fired:
        first = f"{fired[0].where}: " if fired[0].where else ""
        more = f"; and {len(fired) - 1} more" if len(fired) > 1 else ""
        measured = f"{first}{fired[0].detail}{more}"
    return Check(
        condition.reason.code,
        condition.good,
        measured,
        condition.limit,
        not fired if looked else None,
        condition.effect,
        measured,
        condition.severity,
    )
