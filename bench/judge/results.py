"""Everything that a report prints, put together once."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analyse import reasons
from bench.analyse.analysis import analyse
from bench.judge.context import JudgeContext, RunEvidence
from bench.judge.judge import judge
from bench.judge.ranking import ranked
from bench.judge.rules import decided
from bench.judge.settled import settled
from bench.model.framework import Framework, contestants
from bench.model.plan import Profile
from bench.model.probe import ProbeResults
from bench.model.results import (
    RESULTS_SCHEMA,
    NoVerdicts,
    Results,
    StoredFile,
    WorkloadNote,
)
from bench.model.run import Run
from bench.model.verdict import Article, Claim


@dataclass(frozen=True, slots=True)
class SupplementaryResults:
    """What is judged with, beside the run: exhibits, and the table of claims."""

    exhibits: ProbeResults | None = None
    claims_sha256: str = ""
    claims_source: str = ""
    article: Article | None = None


def results(
    run: Run,
    claims: Sequence[Claim],
    frameworks: Sequence[Framework],
    workload_notes: Sequence[WorkloadNote],
    files: Sequence[StoredFile] = (),
    beside: SupplementaryResults = SupplementaryResults(),
) -> Results:
    """
    A run understood and judged; the same run and claims give the same results.

    Notes of workloads and tables of frameworks that the run does not hold are
    left out. `rounds_done` counts the rounds that were analysed. Numbers have
    twelve digits, what lies beyond is the processor's.
    """
    record, plan = run.record, run.record.plan
    analysis = analyse(run)
    used = {target.framework for target in plan.targets}
    # One that could not be prepared is in no plan, and is spoken of.
    used |= {failure.target.partition("@")[0] for failure in run.failures}
    measured = {cell.workload for cell in plan.cells}
    own = contestants(plan.targets, frameworks)
    versions = {
        name: record.receipts[target.id].version
        for name, target in own.items()
        if target.id in record.receipts
    }
    evidence = RunEvidence(beside.exhibits, versions)
    unranked = Results(
        schema=RESULTS_SCHEMA,
        run_id=record.id,
        created_at=record.created_at,
        command=record.command,
        engine=plan.engine,
        profile=plan.profile,
        seed=plan.seed,
        workers=plan.workers,
        threads=plan.threads,
        pinning=plan.pinning,
        rounds_planned=plan.profile.looks[-1],
        rounds_done=len(analysis.rounds),
        frameworks=tuple(f for f in frameworks if f.name in used),
        targets=plan.targets,
        workloads=tuple(note for note in workload_notes if note.name in measured),
        metrics=analysis.metrics,
        quantities=analysis.quantities,
        comparisons=analysis.comparisons,
        checks=analysis.checks,
        warnings=analysis.warnings,
        verdicts=judge(claims, analysis, plan, frameworks, evidence),
        no_verdicts_because=None,
        failures=run.failures,
        machine=record.machine,
        receipts=record.receipts,
        database=record.database,
        harness=record.harness,
        files=tuple(files),
        curves=analysis.curves,
        open_loads=analysis.open_loads,
        machine_trace=analysis.machine_trace,
        found=decided(JudgeContext(analysis, plan, own, evidence), claims),
        calibration=record.calibration,
        claims_sha256=beside.claims_sha256,
        claims_source=beside.claims_source,
        article=beside.article,
        exhibits=beside.exhibits,
        no_verdicts=no_verdicts(plan.profile, len(analysis.rounds)),
    )
    return settled(ranked(unranked, [target.id for target in own.values()]))


def no_verdicts(profile: Profile, rounds: int) -> NoVerdicts | None:
    """Why a run of so many rounds was never meant to decide, or is too short to; None where it may."""
    if profile.below:
        return NoVerdicts.EXTENT
    if not profile.verdicts:
        return NoVerdicts.PROFILE
    return NoVerdicts.ROUNDS if rounds < reasons.FEWEST_ROUNDS else None
