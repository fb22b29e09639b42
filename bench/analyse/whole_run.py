"""Reasons to doubt that concern the run as a whole."""

from collections.abc import Iterator

from bench.analyse import reasons
from bench.analyse.noise import Noise
from bench.analyse.windows import Trials
from bench.model.framework import Role
from bench.model.plural import per_cent, plural
from bench.model.warning import Warning


STOP_WORDS = 500
"""Characters of the reason why a run was broken off; the file has all of it."""


def run_warnings(trials: Trials, noise: Noise) -> Iterator[Warning]:
    """Warnings without a place; those that forbid verdicts first."""
    if noise.passed is False:
        yield Warning(reasons.TWIN, twin_text(trials, noise))
    changed = changed_rounds(trials)
    if changed:
        yield Warning(
            reasons.MACHINE,
            f"another fingerprint than {trials.run.record.machine.fingerprint} "
            f"after round {_list(changed)}",
        )
    stood = standing(trials)
    if stood:
        yield Warning(
            reasons.AFRESH,
            f"{', '.join(stood)} stood already in each of {plural(len(trials.rounds), 'round')}",
        )
    if len(trials.rounds) < reasons.FEWEST_ROUNDS:
        yield Warning(reasons.ROUNDS, rounds_text(trials))
    void, total = void_windows(trials)
    if total and void / total > reasons.VOID_SHARE:
        yield Warning(
            reasons.VOID,
            f"{void} of {plural(total, 'window')} of contestants and their twin",
        )
    yield from _notes(trials)


def _notes(trials: Trials) -> Iterator[Warning]:
    for stop in trials.run.stops:
        # Without what a log added: its line ends mean nothing in a sentence.
        why = " ".join(stop.message.split())[:STOP_WORDS]
        yield Warning(reasons.STOPPED, f"in round {stop.round}, {stop.at}: {why}")
    complete = len(trials.run.complete_rounds)
    looks = trials.plan.profile.looks
    if len(trials.rounds) < complete:
        yield Warning(
            reasons.LOOKS,
            f"{complete} rounds are complete, the first {len(trials.rounds)} are analysed; looks are planned after {_list(looks)}",
        )
    stolen, windows = steal_windows(trials)
    if windows and stolen / windows > reasons.STEAL_WINDOWS:
        yield Warning(
            reasons.STEAL,
            f"more than {per_cent(reasons.STEAL_SHARE)} of the processors' time in {stolen} of {windows} windows",
        )
    receipts = trials.run.record.receipts.values()
    plain = sorted({r.python for r in receipts if r.configured_plainly})
    if plain:
        yield Warning(reasons.PYTHON, ", ".join(plain))
    calibration = trials.run.record.calibration
    if calibration is None:
        yield Warning(reasons.UNCALIBRATED, "no calibration was stored when it began")
    else:
        still_open = (*calibration.failed, *calibration.untold)
        said = "; ".join(f"{p.title} {p.measured}" for p in still_open)
        if said:
            yield Warning(
                reasons.UNCALIBRATED,
                f"open since {calibration.created_at[:10]}: {said}",
            )
    if trials.plan.pinning.shared:
        yield Warning(reasons.CORES, trials.plan.pinning.shared)


def changed_rounds(trials: Trials) -> tuple[int, ...]:
    """The rounds at whose end the machine was not the one that the run began on."""
    first = trials.run.record.machine.fingerprint
    return tuple(
        end.round
        for end in trials.run.ends
        if end.round in trials.rounds and end.fingerprint not in (None, first)
    )


def standing(trials: Trials) -> tuple[str, ...]:
    """
    The targets that nobody started for a round: their start was not seen.

    What differs from one start of a process to the next (its layout in memory,
    its hash seed) is in no interval of theirs.
    """
    return tuple(
        dict.fromkeys(
            boot.target
            for boot in trials.run.boots
            if boot.round in trials.rounds and boot.first_answer_s is None
        )
    )


def void_windows(trials: Trials) -> tuple[int, int]:
    """How many windows of contestants and twins are void, and of how many."""
    judged = {
        target.id
        for target in trials.plan.targets
        if target.role in {Role.CONTESTANT, Role.TWIN}
    }
    own = trials.rows[trials.rows["target"].isin(judged)]
    return int(own["void"].sum()), len(own)


def steal_windows(trials: Trials) -> tuple[int, int]:
    """How many windows lost more than the tolerated share to the hypervisor, and of how many."""
    cores = trials.run.record.machine.cores
    lasts_s = {cell.key: cell.load.duration_s for cell in trials.cells}
    shares = [
        window.steal_s / (lasts_s[window.cell] * cores)
        for window in trials.windows
        if window.steal_s is not None
    ]
    return sum(share > reasons.STEAL_SHARE for share in shares), len(shares)


def twin_text(trials: Trials, noise: Noise) -> str:
    """What the worst of the twin's comparisons says."""
    worst = noise.worst
    estimate = worst.advantage
    original = trials.plan.target(worst.baseline)
    if estimate is None:
        return f"{original.title} against itself: not measured"
    return (
        f"{original.title} against itself on {worst.workload} ({worst.metric}): "
        f"{estimate.spelled('{:.3f}'.format)}, "
        f"adjusted p = {min(noise.adjusted):.2g}"
    )


def rounds_text(trials: Trials) -> str:
    """How many rounds there are, and how many a verdict needs."""
    n = len(trials.rounds)
    return f"{plural(n, 'complete round')}, {reasons.FEWEST_ROUNDS} are needed"


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in numbers)
