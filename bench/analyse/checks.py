"""The questions that a run asks of itself, with limits and answers."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bench.analyse import reasons
from bench.analyse.metrics import THROUGHPUT
from bench.analyse.noise import Noise, resolution
from bench.analyse.suspicions import headroom
from bench.analyse.trials import Trials
from bench.analyse.whole_run import (
    rounds_text,
    steal_windows,
    twin_text,
    void_windows,
)
from bench.analyse.words import per_cent
from bench.model.doubt import Reason, Warning
from bench.model.results import Check
from bench.model.trial import Window


ALL_INCONCLUSIVE = "every verdict becomes inconclusive"
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
    for reason, limit, effect in REST:
        found = [w for w in warnings if w.reason is reason]
        of_windows = effect in (NO_THROUGHPUT, VOID_WINDOWS)
        here = SPARED if found and of_windows and _spares(trials, reason) else effect
        yield _absence(reason, limit, here, found, _looked(trials, reason))


REST = (
    (reasons.MACHINE, "the same fingerprint after every round", ALL_INCONCLUSIVE),
    (reasons.AFRESH, "every server in every round", ALL_INCONCLUSIVE),
    (reasons.IDLE, f"{per_cent(reasons.IDLE_SHARE)} of a core together, or {per_cent(reasons.IDLE_SHARE_EACH, 2)} each", "the windows are void and left out; beyond the limit over a whole round, all of that round"),
    (reasons.FOREIGN, f"{per_cent(reasons.FOREIGN_SHARE)} of its time in a window", NO_THROUGHPUT),
    (reasons.WAITED, f"{per_cent(reasons.WAIT_SHARE)} of a window", NOTHING),
    (reasons.COUNT, "equal", VOID_WINDOWS),
    (reasons.LITTLE_LAW, f"{per_cent(reasons.LITTLE)} apart, edges aside", VOID_WINDOWS),
    (reasons.CONNECTIONS, f"{reasons.CONNECTIONS_APART} per request apart", "the pair gets no verdict"),
    (reasons.THROTTLED, "never", VOID_WINDOWS),
    (reasons.HOT, "never", VOID_WINDOWS),
    (reasons.SWAP, f"{reasons.SWAPPED_PAGES} pages in a window", VOID_WINDOWS),
    (reasons.FREQUENCY, f"{per_cent(reasons.FREQUENCY_APART)} between windows", NOTHING),
    (reasons.FAILED, "never", "pairs are missing from those rounds"),
    (reasons.RESUMED, "never", NOTHING),
    (reasons.WARMING, f"{per_cent(reasons.DRIFT)} from the first cycle to the last", NOTHING),
    (reasons.DATABASE, "workers x connections of the pool", NOTHING),
    (reasons.PYTHON, "optimised build", NOTHING),
    (reasons.CORES, "cores of their own", NOTHING),
)  # fmt: skip


def _spares(trials: Trials, reason: Reason) -> bool:
    """
    Whether so few windows have this reason that nothing hangs on them.

    No headline cell lost a round to it, nor more of its windows than
    `VOID_SHARE`, beyond which its throughput would decide nothing.
    """
    all_of: Counter[tuple[str, str]] = Counter()
    hit: Counter[tuple[str, str]] = Counter()
    for place, windows in trials.checked.items():
        found = sum(any(f.reason is reason for f in c.findings) for c in windows)
        # Limited: several reasons together may leave out what none does alone.
        lost = place[:2] in trials.limited or not trials.usable(place, THROUGHPUT)
        if found and lost:
            return False
        all_of[place[:2]] += len(windows)
        hit[place[:2]] += found
    return all(hit[cell] <= reasons.VOID_SHARE * n for cell, n in all_of.items())


def _noise(trials: Trials, noise: Noise) -> Check:
    # CPU time is not known of servers that stand already.
    reaches = {
        name: per_cent(reach - 1, 1)
        for name, metric in (("throughput", "throughput"), ("CPU", "cpu"))
        if (reach := resolution(noise, metric)) is not None
    }
    if noise.passed is None or "throughput" not in reaches:
        measured, short = "not measured", "no twin was measured"
    else:
        title = trials.plan.target(noise.worst.baseline).title
        both = " and ".join(f"{far} ({name})" for name, far in reaches.items())
        measured = f"{twin_text(trials, noise)}; its intervals reach {both}"
        short = f"{title} against itself: {'no' if noise.passed else 'a'} difference, resolution {reaches['throughput']}"
    return Check(
        "noise",
        "Does a target entered twice equal itself?",
        measured,
        f"Holm-adjusted p of at least {reasons.TWIN_P}",
        noise.passed,
        ALL_INCONCLUSIVE,
        short,
    )


def _generator(trials: Trials, warnings: tuple[Warning, ...]) -> Check:
    shares = [
        c.window.tally.generator_cpu_s / c.window.tally.measure_s
        for windows in trials.checked.values()
        for c in windows
    ]
    worst = max(shares, default=None)
    touched = {w.where for w in warnings if w.reason is reasons.GENERATOR}
    text = "not measured" if worst is None else f"at most {per_cent(worst)} of its core"
    crew = trials.plan.load_workers + trials.plan.load_elsewhere
    text += (
        f" (the busiest of {crew} workers)" if worst is not None and crew > 1 else ""
    )
    more = f", over the limit in {len(touched)} cells" if touched else ""
    return Check(
        "generator",
        "Was the load generator ever the limit?",
        text + more,
        f"{per_cent(reasons.GENERATOR_SHARE)} of its core",
        None if worst is None else not touched,
        NO_THROUGHPUT,
        f"generator {text}",
    )


def _errors(trials: Trials) -> Check:
    windows = [c.window for found in trials.checked.values() for c in found]
    answered = sum(w.tally.requests_total for w in windows)
    wrong = sum(sum(w.tally.errors.values()) for w in windows)
    return Check(
        "errors",
        "Was every answer right?",
        f"{wrong:,} wrong or failed of {answered:,}",
        "0",
        wrong == 0 if windows else None,
        VOID_WINDOWS,
        f"{answered:,} answers checked, {wrong:,} wrong",
    )


def _rounds(trials: Trials) -> Check:
    n = len(trials.rounds)
    return Check(
        "rounds",
        "Are there enough rounds?",
        rounds_text(trials),
        f"{reasons.FEWEST_ROUNDS} rounds",
        n >= reasons.FEWEST_ROUNDS,
        ALL_INCONCLUSIVE,
        f"{n} rounds, {100 * trials.level:.4g} % intervals",
    )


def _floor(trials: Trials) -> Check:
    found = [
        (times, workload, target)
        for workload in trials.workloads
        for target, times in headroom(trials, workload).items()
    ]
    closest = min(found, default=None)
    measured = "not measured: no bare server took part"
    if closest is not None:
        times, workload, target = closest
        measured = f"{times:.2f} times the rate of {target} on {workload}"
    return Check(
        "floor",
        "Is the best bare server clearly faster than every target?",
        measured,
        f"{reasons.FLOOR_RATIO} times",
        None if closest is None else closest[0] >= reasons.FLOOR_RATIO,
        NO_THROUGHPUT,
        measured,
    )


def _void(trials: Trials) -> Check:
    void, total = void_windows(trials)
    measured = f"{void} of {total}"
    return Check(
        "windows",
        "Are few windows void?",
        measured,
        f"{per_cent(reasons.VOID_SHARE)} of those of contestants and their twin",
        void <= reasons.VOID_SHARE * total if total else None,
        ALL_INCONCLUSIVE,
        f"{measured} windows void",
    )


def _steal(trials: Trials) -> Check:
    stolen, known = steal_windows(trials)
    measured = f"{stolen} of {known} windows" if known else "not measured"
    return Check(
        "steal",
        f"Did the hypervisor take more than {per_cent(reasons.STEAL_SHARE)} of the time?",
        measured,
        f"{per_cent(reasons.STEAL_WINDOWS)} of the windows",
        stolen <= reasons.STEAL_WINDOWS * known if known else None,
        NOTHING,
        f"steal in {measured}",
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
    told = _TOLD.get(reason)
    return told is None or any(
        told(c.window) is not None for found in trials.checked.values() for c in found
    )


def _absence(
    reason: Reason,
    limit: str,
    effect: str,
    found: Sequence[Warning],
    looked: bool,
) -> Check:
    measured = "nothing found" if looked else "not measured"
    if found:
        first = f"{found[0].where}: " if found[0].where else ""
        more = f"; and {len(found) - 1} more" if len(found) > 1 else ""
        measured = f"{first}{found[0].detail}{more}"
    return Check(
        reason.code,
        f"{reason.title}?",
        measured,
        limit,
        not found if looked else None,
        effect,
        measured,
    )
