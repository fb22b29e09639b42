"""
`weight`: every subject is heavier than every baseline in all that weighs.

By kind of cost: CPU time per request, on each workload of the claim; time from
the start to the first answer; memory, at rest and under load. Each question is
an ordinary comparison, paired by round. Time per request is the core of it: a
run that did not measure it on every workload of the claim gives no verdict,
nor one in which all of it is void.
Import time is counted, not timed over rounds: it stands beside them.
"""

from collections.abc import Iterator
from itertools import product

from bench.analyse.metrics import CPU, IDLE_MEMORY, MEMORY, STARTUP
from bench.analyse.paired import paired, ratios
from bench.experiments.costs.model import CostsEvidence
from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question, all_void
from bench.judge.ratios import question
from bench.model.estimate import Comparison, Metric
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupKind,
    Lacking,
    Untested,
)


IMPORT = "import_cpu_ms"
"""The count that stands beside the verdict."""

_METRICS: dict[str, Metric] = {
    CostsEvidence.CPU: CPU.metric,
    CostsEvidence.STARTUP: STARTUP,
    CostsEvidence.IDLE_MEMORY: IDLE_MEMORY,
    CostsEvidence.MEMORY: MEMORY.metric,
}


def weight(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether every subject weighs more than every baseline by all of them."""
    groups = (
        *(Group(GroupKind.WORKLOAD, each, each) for each in claim.workloads),
        Group(GroupKind.COST, "startup"),
        Group(GroupKind.COST, "memory"),
    )
    rows = [
        _question(context, (subject, baseline), what, margin)
        for what in _asked(claim)
        for subject, baseline in product(claim.subjects, claim.baselines)
    ]
    # Without all of it, void or not, nothing is said of the claim.
    core = [row for row in rows if row.group in claim.workloads]
    missing = {row.group for row in core if not row.measured}
    lacking = tuple(each for each in claim.workloads if each in missing)
    return Inquiry(
        groups,
        (*rows, *_imports(context, claim)),
        Untested(Lacking.TRIALS, lacking) if lacking else None,
        all_void(core),
    )


def _asked(claim: Claim) -> Iterator[tuple[str, str | None, str]]:
    """What is compared, on which workload, and in which group."""
    for workload in claim.workloads:
        yield CostsEvidence.CPU, workload, workload
    yield CostsEvidence.STARTUP, None, "startup"
    yield CostsEvidence.IDLE_MEMORY, None, "memory"
    for workload in claim.workloads:
        yield CostsEvidence.MEMORY, workload, "memory"


def _question(
    context: JudgeContext,
    pair: tuple[str, str],
    what: tuple[str, str | None, str],
    margin: float,
) -> Question:
    asked, workload, group = what
    heavy, light = (context.id_of(each) for each in pair)
    comparison = _comparison(context, (light, heavy), asked, workload)
    finding = Evidence(
        heavy,
        estimate=comparison.advantage,
        asked=asked,
        against=light,
        workload=workload,
        line=1 + margin,
    )
    return question(group, comparison, margin, finding)


def _comparison(
    context: JudgeContext,
    pair: tuple[str, str],
    asked: str,
    workload: str | None,
) -> Comparison:
    """How many times lighter the first of the pair is: above 1 the claim's subject weighs more."""
    metric = _METRICS[asked].name
    if workload is not None:
        return context.comparison(*pair, workload, metric)
    series = {
        each.target: each.rounds
        for each in context.analysis.quantities
        if each.metric == metric and each.workload is None
    }
    light, heavy = (series.get(target, ()) for target in pair)
    known = ratios(heavy, light) if light and heavy else ()
    return paired(pair, "", metric, known, context.analysis.level)


def _imports(context: JudgeContext, claim: Claim) -> Iterator[Evidence]:
    exhibits = context.evidence.exhibits
    if exhibits is None:
        return
    for framework in (*claim.subjects, *claim.baselines):
        count = exhibits.count(framework, IMPORT)
        if count is not None and count.value is not None:
            yield Evidence(
                context.id_of(framework), asked=CostsEvidence.IMPORT, amount=count.value
            )
