"""
What the history keeps of one run.

Ratios to the bare server that stood beside it, by CPU time and throughput, and
instructions per request where they were counted. Never an absolute time: it
says more of the machine's hour than of a framework.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.analyse.comparisons import floor_of
from bench.errors import UsageError
from bench.judge.context import withheld_because
from bench.judge.history import must_be_equal
from bench.judge.regressions import MARGINS
from bench.model.estimate import Comparison
from bench.model.framework import Framework, Role, contestants
from bench.model.history import INSTRUCTIONS, KeptRun, MadeOf, Point
from bench.model.instructions import EXACT, Instructions
from bench.model.plan import Plan
from bench.model.run import Run, RunRecord


def kept_of(
    run: Run,
    analysis: Analysis,
    frameworks: Sequence[Framework],
    made_from: str,
    counted: Instructions | None = None,
) -> KeptRun:
    """
    The run as the history holds it; `made_from` is the hash of its stored files.

    One that may decide nothing although it was meant to (its twin differs from
    itself) is kept, with the reason. UsageError where there is nothing to keep.
    """
    record = run.record
    lines = lines_of(record.plan, frameworks)
    conditions = must_be_equal(record)
    points = [*_ratios(record.plan, analysis, lines, digest_of(conditions))]
    by_digest = {digest_of(conditions): conditions}
    if counted is not None:
        held = _counted_where(counted)
        by_digest[digest_of(held)] = held
        points += _counts(counted, lines, digest_of(held))
    if not points:
        raise UsageError(
            f"run {record.id} is not kept: no contestant stood beside its bare server",
            "measure both: bench run --targets contestant,floor",
        )
    return KeptRun(
        id=record.id,
        created_at=record.created_at,
        machine=record.machine.fingerprint,
        profile=record.plan.profile.name,
        rounds=len(analysis.rounds),
        measuring=record.harness.get("measuring_sha256"),
        decides_nothing=withheld_because(analysis),
        made_from=made_from,
        conditions=by_digest,
        targets=tuple(_made_of(record, points)),
        points=tuple(points),
    )


def lines_of(plan: Plan, frameworks: Sequence[Framework]) -> dict[str, str]:
    """
    By target id, what goes on from run to run.

    The version that speaks for its framework hands over to its successor; any
    other version, and each floor, goes on as itself.
    """
    newest = {target.id for target in contestants(plan.targets, frameworks).values()}
    return {
        t.id: f"{t.framework}/{t.deployment}" if t.id in newest else t.id
        for t in plan.targets
        if t.role in (Role.CONTESTANT, Role.FLOOR)
    }


def digest_of(conditions: Mapping[str, str]) -> str:
    """A short name for everything that must be equal before figures are compared."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(conditions.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _ratios(
    plan: Plan, analysis: Analysis, lines: Mapping[str, str], conditions: str
) -> Iterator[Point]:
    floors = {
        target.id: floor.id
        for target in plan.targets
        if target.role is Role.CONTESTANT
        if (floor := floor_of(plan, target)) is not None
    }
    for comparison in analysis.comparisons:
        if (
            comparison.metric in MARGINS
            and floors.get(comparison.subject) == comparison.baseline
        ):
            yield _ratio(comparison, lines[comparison.subject], conditions)


def _ratio(comparison: Comparison, line: str, conditions: str) -> Point:
    estimate = comparison.advantage
    n = estimate.n if estimate else 0
    few = f"{n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"
    point = Point(
        line=line,
        target=comparison.subject,
        workload=comparison.workload,
        metric=comparison.metric,
        reference=comparison.baseline,
        conditions=conditions,
        value=None,
        void=comparison.void or (few if n < reasons.FEWEST_ROUNDS else None),
    )
    if estimate is None:
        return point
    return replace(
        point,
        value=estimate.point,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        n=estimate.n,
    )


def _counted_where(counted: Instructions) -> dict[str, str]:
    return {
        "machine": counted.fingerprint,
        "Python": counted.python,
        "valgrind": counted.valgrind,
        "requests": str(counted.requests),
    }


def _counts(
    counted: Instructions, lines: Mapping[str, str], conditions: str
) -> Iterator[Point]:
    for count in counted.counts:
        if count.target in lines:
            apart = f"two counts of the same thing are {100 * count.apart:.2g} % apart"
            yield Point(
                line=lines[count.target],
                target=count.target,
                workload=count.workload,
                metric=INSTRUCTIONS,
                reference=None,
                conditions=conditions,
                value=count.instructions,
                void=apart if count.apart > EXACT else None,
            )


def _made_of(record: RunRecord, points: Sequence[Point]) -> Iterator[MadeOf]:
    """What the targets of these points ran on, and what their floors did."""
    named = [name for point in points for name in (point.target, point.reference)]
    for name in dict.fromkeys(named):
        receipt = record.receipts.get(name or "")
        if name is not None and receipt is not None:
            yield MadeOf(name, receipt.version, receipt.packages, receipt.app_sha256)
