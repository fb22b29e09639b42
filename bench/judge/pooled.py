"""
Several runs pooled: each ratio over the runs of a machine, and over machines.

A ratio is pooled where at least two runs hold it with six rounds or more and
void nowhere. Runs of one machine give a random effect of runs; machines give
one of machines, each by what its own runs say, since runs of one machine are
no independent witnesses of what machines do.
A fingerprint does not tell a machine at half the speed from itself, so runs
with one fingerprint whose CPU times per request lie further apart than
SPEED_APART count as two machines.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp, log, sqrt
from statistics import mean

from bench.analyse import metrics, reasons
from bench.analyse.analysis import AnalysedRun, Analysis, analyse
from bench.analyse.comparisons import pairs
from bench.judge.context import withheld_because
from bench.judge.history import must_be_equal, worth_knowing
from bench.judge.settled import settled
from bench.model.estimate import Comparison, Estimate, RatioKey
from bench.model.framework import Role
from bench.model.pooled import (
    POOL_SCHEMA,
    Differs,
    LeftOut,
    Omission,
    Pool,
    PooledMachine,
    PooledRatio,
    PooledRun,
    RatioOfMachine,
    RatioOfRun,
)
from bench.model.run import Run
from bench.stats import interval
from bench.stats.pooled import RandomEffects, random_effects


LEVEL = 0.95
SPEED_APART = 1.3
"""How many times the CPU time per request of another run one machine may have; a
shared one was seen to differ from itself by 1.2 from run to run."""

CONDITIONS = ("clients", "workers", "threads", "connections")
"""What decides which question the closed loop asks."""


def _conditions(run: AnalysedRun) -> tuple[int, ...]:
    """In the order of CONDITIONS."""
    plan = run.record.plan
    return plan.profile.clients, plan.workers, plan.threads, plan.connections


def pool(runs: Iterable[Run]) -> Pool:
    """
    What these runs say together; their order does not matter.

    A run that takes part in nothing is among `left_out`, with the reason.
    """
    read = [
        AnalysedRun(run.record, analyse(run))
        for run in sorted(runs, key=lambda run: (run.record.created_at, run.record.id))
    ]
    unfit = {run.id: why for run in read if (why := _unfit(run))}
    unfit |= _of_other_conditions([run for run in read if run.id not in unfit])
    fit = [run for run in read if run.id not in unfit]
    held, void = _held(fit)
    leading = _one_way(held)
    shared = {key: own for key, own in leading.items() if len(own) > 1}
    alone = [(own[0].run, key) for key, own in leading.items() if len(own) == 1]
    taking_part = {ratio.run for own in shared.values() for ratio in own}
    fit, others = (
        [run for run in fit if (run.id in taking_part) is part]
        for part in (True, False)
    )
    machines, of_run, cpu_times = _machines(fit)
    left_out = [
        *unfit.values(),
        *(LeftOut(run.id, Omission.NOTHING_SHARED) for run in others),
        *_grouped(
            [
                # A ratio is told in one of its two directions.
                *(omitted for key, omitted in void if key.subject <= key.baseline),
                *(LeftOut(run, Omission.ONE_RUN, key.workload) for run, key in alone),
            ],
            taking_part,
        ),
    ]
    return settled(
        Pool(
            POOL_SCHEMA,
            LEVEL,
            machines,
            tuple(
                PooledRun(
                    run.id,
                    run.record.created_at,
                    of_run[run.id],
                    run.record.plan.profile.name,
                    len(run.analysis.rounds),
                    cpu_times[run.id],
                    _facts(run),
                )
                for run in fit
            ),
            _titles(fit),
            _contestants(fit),
            tuple(_ratio(key, own, of_run) for key, own in shared.items()),
            tuple(left_out),
        )
    )


def _unfit(run: AnalysedRun) -> LeftOut | None:
    """Why a run takes no part at all, whatever the others are."""
    plan = run.record.plan
    if not plan.profile.verdicts:
        return LeftOut(run.id, Omission.NO_VERDICTS, profile=plan.profile.name)
    if not plan.own_servers:
        return LeftOut(run.id, Omission.NOT_OURS)
    if (withheld := withheld_because(run.analysis)) is not None:
        return LeftOut(run.id, Omission.CANNOT_DECIDE, withheld=withheld)
    return None


def _of_other_conditions(read: Sequence[AnalysedRun]) -> dict[str, LeftOut]:
    """Of runs that could take part, those under other conditions than most of them."""
    conditions = Counter(_conditions(run) for run in read)
    usual = max(conditions, key=conditions.__getitem__, default=())
    return {
        run.id: LeftOut(
            run.id,
            Omission.CONDITIONS,
            conditions=tuple(
                Differs(what, own, other)
                for what, own, other in zip(
                    CONDITIONS, _conditions(run), usual, strict=True
                )
                if own != other
            ),
        )
        for run in read
        if _conditions(run) != usual
    }


def _held(
    read: Sequence[AnalysedRun],
) -> tuple[dict[RatioKey, list[RatioOfRun]], list[tuple[RatioKey, LeftOut]]]:
    """Every ratio with the runs that hold it, and those that hold it for nothing."""
    held: dict[RatioKey, list[RatioOfRun]] = defaultdict(list)
    void: list[tuple[RatioKey, LeftOut]] = []
    for run in read:
        for comparison in _comparisons(run):
            key = comparison.key
            logs = comparison.logs
            if comparison.void is not None:
                out = LeftOut(run.id, Omission.VOID, key.workload, void=comparison.void)
                void.append((key, out))
            elif len(logs) < reasons.FEWEST_ROUNDS or comparison.advantage is None:
                few = Omission.FEW_ROUNDS
                void.append((key, LeftOut(run.id, few, key.workload, rounds=len(logs))))
            else:
                error = interval.scatter(logs) / sqrt(len(logs))
                held[key].append(RatioOfRun(run.id, comparison.advantage, error))
    return held, void


def _one_way(
    held: Mapping[RatioKey, Sequence[RatioOfRun]],
) -> dict[RatioKey, Sequence[RatioOfRun]]:
    """Of two contestants the ratios of the one that leads on the whole, the same way on every workload."""
    lead: dict[tuple[str, str], float] = defaultdict(float)
    for (subject, baseline, _, metric), own in held.items():
        if metric != metrics.MEMORY.metric.name:
            lead[subject, baseline] += sum(log(r.estimate.point) for r in own)

    def leads(subject: str, baseline: str) -> bool:
        own, turned = (subject, baseline), (baseline, subject)
        return turned not in lead or (lead[own], own) > (lead[turned], turned)

    return {k: own for k, own in held.items() if leads(k.subject, k.baseline)}


def _comparisons(run: AnalysedRun) -> Iterator[Comparison]:
    """The run's ratios, contestants in both directions; twins are checks, and no ratios."""
    plan = run.record.plan
    for workload in dict.fromkeys(cell.workload for cell in plan.cells):
        for measure in metrics.COMPARED:
            for subject, baseline in pairs(plan):
                if subject.role is Role.TWIN:
                    continue
                key = (subject.id, baseline.id, workload, measure.metric.name)
                if (comparison := run.analysis.comparison(*key)) is not None:
                    yield comparison


def _grouped(void: Sequence[LeftOut], taking_part: set[str]) -> Iterator[LeftOut]:
    """By run, workload and reason: how many ratios."""
    for omitted, number in Counter(e for e in void if e.run in taking_part).items():
        yield replace(omitted, ratios=number)


def _machines(
    read: Sequence[AnalysedRun],
) -> tuple[tuple[PooledMachine, ...], dict[str, int], dict[str, float | None]]:
    """Which machine each run is of, with its CPU time beside the machine's first run."""
    machines: list[PooledMachine] = []
    first: list[AnalysedRun] = []
    of_run: dict[str, int] = {}
    cpu_times: dict[str, float | None] = {}
    for run in read:
        record = run.record
        own = PooledMachine(
            record.machine.fingerprint, record.machine.cpu_model, record.plan.engine
        )
        for number, machine in enumerate(machines):
            times = _times(first[number], run)
            near = times is None or 1 / SPEED_APART <= times <= SPEED_APART
            if machine == own and near:
                of_run[run.id], cpu_times[run.id] = number, times
                break
        else:
            of_run[run.id], cpu_times[run.id] = len(machines), 1.0
            machines.append(own)
            first.append(run)
    return tuple(machines), of_run, cpu_times


def _times(first: AnalysedRun, other: AnalysedRun) -> float | None:
    """How many times the CPU time per request of the first run the other took, over the cells that both have."""
    cells = [_cpu_times(run.analysis) for run in (first, other)]
    shared = [
        log(cells[1][cell] / cells[0][cell]) for cell in cells[0] if cell in cells[1]
    ]
    return exp(mean(shared)) if shared else None


def _cpu_times(analysis: Analysis) -> Mapping[tuple[str, str | None], float]:
    return {
        (q.target, q.workload): q.estimate.point
        for q in analysis.quantities
        if q.metric == metrics.CPU.metric.name and q.estimate and q.estimate.point > 0
    }


def _facts(run: AnalysedRun) -> dict[str, str]:
    record = run.record
    return {
        **must_be_equal(record),
        **worth_knowing(record),
        "commit": record.harness.get("commit", "unknown"),
        **{
            f"installed as {target.id}": record.receipts[target.id].version
            for target in record.plan.targets
            if target.role is Role.CONTESTANT and target.id in record.receipts
        },
    }


def _titles(read: Sequence[AnalysedRun]) -> dict[str, str]:
    """By target id; what two targets share is no title."""
    titles = {t.id: t.title for run in read for t in run.record.plan.targets}
    often = Counter(titles.values())
    return {
        name: title if often[title] == 1 else name for name, title in titles.items()
    }


def _contestants(read: Sequence[AnalysedRun]) -> tuple[str, ...]:
    targets = (t for run in read for t in run.record.plan.targets)
    return tuple(dict.fromkeys(t.id for t in targets if t.role is Role.CONTESTANT))


def _ratio(
    key: RatioKey, own: Sequence[RatioOfRun], of_run: Mapping[str, int]
) -> PooledRatio:
    by_machine: dict[int, list[RatioOfRun]] = defaultdict(list)
    for ratio in own:
        by_machine[of_run[ratio.run]].append(ratio)
    machines, values, errors = [], [], []
    for number, runs in sorted(by_machine.items()):
        if len(runs) > 1:
            effects = _pooled(
                [log(r.estimate.point) for r in runs], [r.error for r in runs]
            )
            values.append(effects.mean)
            errors.append(effects.error)
            estimate, between = _estimate(effects, len(runs)), effects.between
        else:
            values.append(log(runs[0].estimate.point))
            errors.append(runs[0].error)
            estimate, between = None, None
        machines.append(RatioOfMachine(number, tuple(runs), estimate, between))
    if len(machines) < 2:
        return PooledRatio(*key, tuple(machines), None, None)
    over = _pooled(values, errors)
    return PooledRatio(
        *key, tuple(machines), _estimate(over, len(machines)), over.between
    )


def _pooled(values: Sequence[float], errors: Sequence[float]) -> RandomEffects:
    return random_effects(values, errors, LEVEL)


def _estimate(effects: RandomEffects, n: int) -> Estimate:
    return Estimate(exp(effects.mean), exp(effects.low), exp(effects.high), LEVEL, n)
