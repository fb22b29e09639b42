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
    scalings: Scalings | None = context.analysis.found["scalings"]
    own = {t.id for name in claim.subjects if (t := context.contestants.get(name))}
    asked = [
        by_clients
        for by_clients in (scalings.clients if scalings else ())
        if by_clients.target in own and by_clients.workload in claim.workloads
    ]
    if scalings is None or len(asked) < len(claim.subjects) * len(claim.workloads):
        return Inquiry(untested=Untested(Lacking.EXPERIMENT))
    groups = [
        *(
            Group(GroupKind.PART, _clients(workload), workload)
            for workload in claim.workloads
        ),
        Group(GroupKind.PART, WORKERS),
    ]
    rows: list[Question | Evidence] = []
    for by_clients in scalings.clients:
        finding = _of_clients(by_clients, margin)
        key, void = _clients(by_clients.workload), by_clients.points[-1].excluded
        kept = [fewer.rounds for fewer in by_clients.kept]
        asks = by_clients in asked
        rows.append(_question(key, finding, kept, margin, void) if asks else finding)
    rows += _of_workers(scalings, own, claim, margin)
    rows += [_peak(by_clients) for by_clients in scalings.clients]
    return Inquiry(tuple(groups), tuple(rows))


def _clients(workload: str) -> str:
    return f"clients on {workload}"


def _of_clients(by_clients: Scaling, margin: float) -> Evidence:
    least = by_clients.least
    return Evidence(
        by_clients.target,
        estimate=least.share if least else None,
        asked=ScalingEvidence.KEPT_OF_BEST,
        workload=by_clients.workload,
        at=float(by_clients.points[-1].clients),
        amount=float(least.clients) if least else None,
        line=1 - margin,
    )


def _of_workers(
    scalings: Scalings, own: set[str], claim: Claim, margin: float
) -> list[Question | Evidence]:
    most = max((gain.workers for gain in scalings.workers), default=0)
    if not scalings.workers:
        why = Excluded(Exclusion.NO_PLACE, scalings.no_workers or "")
        finding = Evidence("", asked=ScalingEvidence.WORKERS, excluded=why)
        return [Question(WORKERS, finding, excluded=why)]
    rows: list[Question | Evidence] = []
    for gain in scalings.workers:
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


def _peak(by_clients: Scaling) -> Evidence:
    peak = (
        by_clients.fit.peak_clients
        if by_clients.fit and by_clients.no_fit is None
        else None
    )
    return Evidence(
        by_clients.target,
        asked=ScalingEvidence.PEAK_CLIENTS,
        workload=by_clients.workload,
        amount=peak,
    )


QUESTIONS = Questions({"scaling": scaling})
