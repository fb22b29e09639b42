"""
Two runs of different days: what differs between them, and what became of the ratios.

History is never a gate. Absolute figures are not compared at all; each target
is compared with something that stood beside it in both runs, the bare server
under it, or else a target of another framework whose packages are the same in
both. A change is a reason to measure both versions side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from bench.analyse import reasons
from bench.analyse.analysis import AnalysedRun, Analysis
from bench.analyse.comparisons import floor_of
from bench.judge.regressions import MARGINS, slowdown
from bench.model.estimate import Estimate
from bench.model.framework import Role, Target
from bench.model.plan import Plan
from bench.model.run import SPEED_CLASS, RunRecord
from bench.stats.unpaired import log_ratio_unpaired


LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same in both runs; `grave`: their ratios may not be compared."""

    what: str
    before: str
    after: str
    grave: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """How a target's ratio to its reference moved between two runs."""

    before: str  # target ids
    after: str
    reference: str
    workload: str
    metric: str
    change: Estimate | None  # above 1: better than before, beside the reference
    because: str | None = None  # why there is none


def must_be_equal(record: RunRecord) -> dict[str, str]:
    """The list of what must be equal before the ratios of two runs are compared."""
    plan = record.plan
    # Virtual machines of one fingerprint may differ by half; older runs do not say.
    speed = record.machine.details.get(SPEED_CLASS)
    return {
        **({"speed class of a core": speed} if speed else {}),
        "machine": f"{record.machine.cpu_model}, {record.machine.cores} cores "
        f"({record.machine.fingerprint})",
        "engine": plan.engine,
        "workers, threads, connections": f"{plan.workers}, {plan.threads}, {plan.connections}",
        "load": f"{plan.profile.clients} clients, {plan.profile.measure_s} s windows",
        # The targets', not the harness': in containers it is the images'.
        "Python": ", ".join(sorted({r.python for r in record.receipts.values()})),
    }


def worth_knowing(record: RunRecord) -> dict[str, str]:
    return {
        "kernel": record.machine.kernel,
        "PostgreSQL": record.database.get("version", "unknown"),
        "measuring code": record.harness.get("measuring_sha256", "unknown")[:12],
        "profile": record.plan.profile.name,
        "load workers": f"{record.plan.load_workers} here, {record.plan.load_elsewhere} elsewhere",
    }


def differences(before: RunRecord, after: RunRecord) -> tuple[Difference, ...]:
    """Everything that is known to differ, the grave things first, then versions by target."""
    differing = [
        Difference(what, was, now, grave)
        for facts, grave in ((must_be_equal, True), (worth_knowing, False))
        for what, was in facts(before).items()
        # What an older run does not say is not known to differ.
        if (now := facts(after).get(what, was)) != was
    ]
    for old, new in paired_targets(before.plan, after.plan):
        packages = [_packages(before, old), _packages(after, new)]
        for name in sorted({*packages[0], *packages[1]}):
            was, is_now = (versions.get(name, "none") for versions in packages)
            if was != is_now:
                what = f"{new.framework}/{new.deployment}: {name}"
                differing.append(Difference(what, was, is_now, grave=False))
    return tuple(differing)


class Succession(NamedTuple):
    """A target of the run before, and what stands for it in the later one."""

    old: Target
    new: Target


def paired_targets(before: Plan, after: Plan) -> Iterator[Succession]:
    """Targets of the same framework and deployment, each at the last version of its plan."""
    old = {(t.framework, t.deployment): t for t in _compared(before)}
    new = {(t.framework, t.deployment): t for t in _compared(after)}
    yield from (Succession(old[key], new[key]) for key in new if key in old)


def _compared(plan: Plan) -> list[Target]:
    return [t for t in plan.targets if t.role is not Role.TWIN]


def moved(before: AnalysedRun, after: AnalysedRun) -> tuple[Moved, ...]:
    """Every contestant's ratio to its reference, after over before, by workload and metric."""
    plan, earlier = after.record.plan, before.record.plan
    pairs = list(paired_targets(earlier, plan))
    same = {
        pair.new.id: pair.old
        for pair in pairs
        if _unchanged(before.record, after.record, pair)
    }
    workloads = [w for w in plan.profile.workloads if w in earlier.profile.workloads]
    return tuple(
        _moved(before, after, pair, workload, metric, same)
        for pair in pairs
        if pair.new.role is Role.CONTESTANT
        for workload, metric in product(_served(plan, pair.new, workloads), MARGINS)
    )


def _served(plan: Plan, target: Target, workloads: list[str]) -> list[str]:
    served = {cell.workload for cell in plan.cells if cell.target == target.id}
    return [name for name in workloads if name in served]


def _moved(
    before: AnalysedRun,
    after: AnalysedRun,
    pair: Succession,
    workload: str,
    metric: str,
    same: Mapping[str, Target],
) -> Moved:
    old, new = pair.old.id, pair.new.id
    for reference in _references(after.record.plan, pair.new, same):
        was = _logs(before.analysis, old, same[reference.id].id, workload, metric)
        is_now = _logs(after.analysis, new, reference.id, workload, metric)
        if min(len(was), len(is_now)) >= reasons.FEWEST_ROUNDS:
            change = log_ratio_unpaired(is_now, was, LEVEL)
            return Moved(old, new, reference.id, workload, metric, change)
    because = (
        "nothing unchanged stood beside it in both runs, with "
        f"{reasons.FEWEST_ROUNDS} rounds that count"
    )
    return Moved(old, new, "", workload, metric, None, because)


def _references(plan: Plan, target: Target, same: Mapping[str, Target]) -> list[Target]:
    floor = floor_of(plan, target)
    others = [
        other
        for other in plan.targets
        if other.role is Role.CONTESTANT and other.framework != target.framework
    ]
    return [
        reference
        for reference in (floor, *others)
        if reference is not None and reference.id in same
    ]


def _logs(
    analysis: Analysis, target: str, reference: str, workload: str, metric: str
) -> list[float]:
    comparison = slowdown(analysis, target, reference, workload, metric)
    if comparison is None or comparison.void is not None:
        return []
    return comparison.logs


def _unchanged(before: RunRecord, after: RunRecord, pair: Succession) -> bool:
    receipts = before.receipts.get(pair.old.id), after.receipts.get(pair.new.id)
    # Of a deployment that stood already nobody knows whether it is the same.
    all_known = all(receipt is None or receipt.known for receipt in receipts)
    return all_known and _packages(before, pair.old) == _packages(after, pair.new)


def _packages(record: RunRecord, target: Target) -> Mapping[str, str]:
    receipt = record.receipts.get(target.id)
    return receipt.packages if receipt else {}
