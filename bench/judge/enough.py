"""Whether a run may stop at a look."""

from collections.abc import Sequence

from bench.analyse.analysis import analyse
from bench.judge.judge import judge
from bench.model.framework import Framework
from bench.model.run import Run
from bench.model.verdict import (
    Claim,
    Exclusion,
    GroupKind,
    GroupResult,
    GroupState,
    Outcome,
    Part,
    Verdict,
)
from bench.stats import looks


DECIDED = (GroupState.HOLDS, GroupState.FAILS, GroupState.NOT_MEASURED)


def enough(run: Run, claims: Sequence[Claim], frameworks: Sequence[Framework]) -> bool:
    """
    Whether every order is decided in every group of it, or the last look is reached.

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
    orders = [
        verdict
        for verdict in judge(claims, analyse(run), run.record.plan, frameworks)
        if verdict.parts
    ]
    return bool(orders) and all(map(_settled, orders))


def _settled(verdict: Verdict) -> bool:
    withheld = verdict.withheld_because
    if withheld is not None and withheld.code != "void":
        return False
    return verdict.outcome is Outcome.SUPPORTED or all(
        _group_settled(group, verdict.parts) for group in verdict.groups
    )


def _group_settled(group: GroupResult, parts: Sequence[Part]) -> bool:
    # A layer is taken away in an experiment, which has one length.
    if group.state in DECIDED or group.kind is GroupKind.LAYER:
        return True
    own = [part for part in parts if part.group == group.key]
    still = [part for part in own if part.outcome is Outcome.INCONCLUSIVE]
    return bool(still) and all(
        part.excluded is not None and part.excluded.why is Exclusion.VOID
        for part in still
    )
