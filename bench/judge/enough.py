"""Whether a run may stop at a look."""

from collections.abc import Sequence

from bench.analyse.analysis import analyse
from bench.judge.decide import can_decide
from bench.judge.judge import judge
from bench.model.framework import Framework
from bench.model.run import Run
from bench.model.verdict import Claim, Outcome, Part
from bench.stats import looks


def enough(run: Run, claims: Sequence[Claim], frameworks: Sequence[Framework]) -> bool:
    """
    Whether every comparison of every claim is decided, or the last look is reached.

    Only ever true at a planned look. Comparisons that more rounds cannot help
    (void throughput, no trials) are not waited for; a run that is forbidden
    to decide (a failed twin, too many void windows) goes on.
    """
    profile = run.record.plan.profile
    done = len(run.complete_rounds)
    if done >= profile.looks[-1]:
        return True
    if not profile.verdicts or looks.reached(profile.looks, done) != done:
        return False
    analysis = analyse(run)
    verdicts = judge(claims, analysis, run.record.plan, frameworks)
    parts = [part for verdict in verdicts for part in verdict.parts]
    return bool(parts) and all(_settled(part) for part in parts)


def _settled(part: Part) -> bool:
    if part.outcome is Outcome.INCONCLUSIVE:
        return part.comparison.void is not None and not can_decide(part.comparison)
    return True
