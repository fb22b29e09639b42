"""
Scalability: what is kept under the most clients, and what more workers bring.

Each is a share with its interval over rounds, and its line is 1 - margin. What
is kept of the best must be kept of every smaller number of clients: the best is
not chosen first, which would choose the luckiest; the least of these is told.
Clients are a group on every workload of the claim, workers are one; where the
machine had no processors for more workers, that group stays open.
"""

from collections.abc import Sequence
from math import log

from bench.experiments.scaling.model import (
    Scaling,
    ScalingEvidence,
    Scalings,
    WorkerGain,
)
from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question, by_rounds
from bench.judge.rules import Questions
from bench.model.estimate import values_of
from bench.model.verdict import (
    Claim,
    Evidence,
    Excluded,
    Exclusion,
    GroupKind,
    Lacking,
    Untested,
)


WORKERS = "workers"
"""The key of that group."""


def scaling(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether the subjects' deployments keep and gain enough; the others are told beside it."""
    found: Scalings | None = context.analysis.found["scalings"]
    own = {t.id for name in claim.subjects if (t := context.contestants.get(name))}
    asked = [
        one
        for one in (found.clients if found else ())
        if one.target in own and one.workload in claim.workloads
    ]
    if found is None or len(asked) < len(claim.subjects) * len(claim.workloads):
        return Inquiry(untested=Untested(Lacking.EXPERIMENT))
    groups = [
        *(Group(GroupKind.PART, _clients(each), each) for each in claim.workloads),
        Group(GroupKind.PART, WORKERS),
    ]
    rows: list[Question | Evidence] = []
    for one in found.clients:
        finding = _of_clients(one, margin)
        key, void = _clients(one.workload), one.points[-1].excluded
        kept = [each.rounds for each in one.kept]
        asks = one in asked
        rows.append(_question(key, finding, kept, margin, void) if asks else finding)
    rows += _of_workers(found, own, claim, margin)
    rows += [_peak(one) for one in found.clients]
    return Inquiry(tuple(groups), tuple(rows))


def _clients(workload: str) -> str:
    return f"clients on {workload}"


def _of_clients(one: Scaling, margin: float) -> Evidence:
    least = one.least
    return Evidence(
        one.target,
        estimate=least.share if least else None,
        asked=ScalingEvidence.KEPT_OF_BEST,
        workload=one.workload,
        at=float(one.points[-1].clients),
        amount=float(least.clients) if least else None,
        line=1 - margin,
    )


def _of_workers(
    found: Scalings, own: set[str], claim: Claim, margin: float
) -> list[Question | Evidence]:
    most = max((gain.workers for gain in found.workers), default=0)
    if not found.workers:
        why = Excluded(Exclusion.NO_PLACE, found.no_workers or "")
        finding = Evidence("", asked=ScalingEvidence.WORKERS, excluded=why)
        return [Question(WORKERS, finding, excluded=why)]
    rows: list[Question | Evidence] = []
    for gain in found.workers:
        finding = _of_gain(gain, margin)
        asks = gain.target in own and gain.workload in claim.workloads
        if asks and gain.workers == most:
            rows.append(_question(WORKERS, finding, [gain.rounds], margin, gain.reason))
        else:
            rows.append(finding)
    return rows


def _of_gain(gain: WorkerGain, margin: float) -> Evidence:
    return Evidence(
        gain.target,
        estimate=gain.gain,
        asked=ScalingEvidence.WORKERS,
        workload=gain.workload,
        at=float(gain.workers),
        line=1 - margin,
        excluded=Excluded(Exclusion.VOID, gain.reason) if gain.reason else None,
    )


def _question(
    group: str,
    finding: Evidence,
    rounds: Sequence[Sequence[float | None]],
    margin: float,
    void: str | None,
) -> Question:
    logs = [[log(value) for value in values_of(series)] for series in rounds]
    return by_rounds(group, finding, logs if finding.estimate else [], -margin, void)


def _peak(one: Scaling) -> Evidence:
    peak = one.fit.peak_clients if one.fit and one.no_fit is None else None
    return Evidence(
        one.target,
        asked=ScalingEvidence.PEAK_CLIENTS,
        workload=one.workload,
        amount=peak,
    )


QUESTIONS = Questions({"scaling": scaling})
