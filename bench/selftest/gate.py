"""
The gate of `bench compare` on servers whose true differences are known.

Each pair goes the gate's own way within the run (`--within-run`): an alarm in the
first half of the rounds, its confirmation in the second, both metrics in one family. What
a run is warned of, and what is void in it, the gate is not told.
What must come out of it is simulated by the rule as METHODOLOGY tells it and
not by the gate's code, over the same pairs and noise that scatters as this run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, permutations, product

import numpy as np
import numpy.typing as npt

from bench.analyse import metrics, reasons
from bench.analyse.analysis import Analysis
from bench.analyse.comparisons import comparison_by_logs, log_advantages
from bench.analyse.windows import Trials
from bench.judge.regressions import ERROR, MARGINS, Change, judge_change
from bench.selftest.result import FOUND_AT_LEAST, SHOWS, SIMULATIONS, SURE, SelfTestRow
from bench.stats import interval, student
from bench.stats.interleaved import Floats


FEWEST = 2 * reasons.FEWEST_ROUNDS
"""Rounds in which an alarm can be confirmed."""
CLEAR = 2.0
"""Times the margin from which a slowdown must be found: the whole is slowed by a little
less than the application, and a little is much of what lies just above the margin."""
NAME = "gate of bench compare"
GATED = {m.metric.name: m for m in metrics.COMPARED if m.metric.name in MARGINS}

type Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GateTrial:
    """What became of the pairs (old, new), those with enough rounds."""

    pairs: tuple[tuple[str, str], ...]
    planned: int
    rounds: int  # of the pair with the fewest among these
    cases: int  # pairs by workloads
    by_cpu: int  # cases in which the new one is slower by CPU time, and confirmed
    regressions: int  # the same by either metric
    scatters: Mapping[str, float]  # between the rounds of a half (logs), by metric


def alarms(trials: Trials, ids: Sequence[str], what: str = "") -> list[SelfTestRow]:
    """Copies of one server, each as old and as new: how many are confirmed as slower; no row below 12 rounds."""
    if len(trials.rounds) < FEWEST:
        return []
    gated = _gated(trials, list(permutations(ids, 2)))
    if not gated.cases:
        return _gaps(what, gated)
    chance = _simulated(gated, tuple(MARGINS), 0.0)
    limit = int(np.quantile(chance, SURE, method="higher"))
    row = SelfTestRow(
        what + NAME,
        gated.cases,
        gated.regressions / gated.cases,
        0.0,
        limit / gated.cases,
        f"{gated.regressions} regressions, at most {limit} by chance",
    )
    return [*_gaps(what, gated), row]


def found(
    trials: Trials, own: Sequence[str], none: Sequence[str], what: str, effect: float
) -> list[SelfTestRow]:
    """Servers with more work as new, the others as old: how many are confirmed as slower by CPU time; no row below 12 rounds."""
    if len(trials.rounds) < FEWEST:
        return []
    gated = _gated(trials, list(product(none, own)))
    if not gated.cases:
        return _gaps(what, gated)
    shift = float(np.log1p(SHOWS * effect))
    shares = _simulated(gated, ("cpu",), shift) / gated.cases
    least = float(np.quantile(shares, 1 - SURE, method="lower"))
    judged = effect >= CLEAR * MARGINS["cpu"]
    row = SelfTestRow(
        what + NAME,
        gated.cases,
        gated.by_cpu / gated.cases,
        min(FOUND_AT_LEAST, least) if judged else 0.0,
        1.0,
        f"slower by CPU time beyond {MARGINS['cpu']:.0%} and confirmed, "
        f"which {np.mean(shares):.0%} of such pairs are in {gated.rounds} rounds "
        f"at a scatter of {gated.scatters['cpu']:.1%}",
        judged=judged,
    )
    return [*_gaps(what, gated), row]


def note(rows: Sequence[SelfTestRow]) -> str:
    """What the rows of the gate are, or why there are none."""
    if not any(NAME in row.what for row in rows):
        return f"the {NAME} is not asked: it confirms nothing in fewer than {FEWEST} rounds"
    return (
        f"{NAME}: an alarm in the first half of all rounds, confirmed in the second; "
        f"a slowdown must be found where it is {CLEAR:.0f} times the margin of {MARGINS['cpu']:.0%} or more"
    )


def _gated(trials: Trials, pairs: Pairs) -> GateTrial:
    rounds = {pair: _rounds_of(trials, *pair) for pair in pairs}
    whole = tuple(pair for pair in pairs if rounds[pair] >= FEWEST)
    by_cpu = regressions = 0
    for pair in whole:
        changes = judge_change(
            _analysed(trials, *pair), *pair, trials.workloads, within_run=True
        ).changes
        for workload in trials.workloads:
            slower = {
                change.metric
                for change in changes
                if change.workload == workload and change.change is Change.SLOWER
            }
            by_cpu += "cpu" in slower
            regressions += bool(slower)
    return GateTrial(
        whole,
        len(pairs) * len(trials.workloads),
        min((rounds[pair] for pair in whole), default=0),
        len(whole) * len(trials.workloads),
        by_cpu,
        regressions,
        {name: _scatter(trials, whole, name) for name in MARGINS},
    )


def _analysed(trials: Trials, old: str, new: str) -> Analysis:
    """As much of an analysis as the gate looks at: a run forms no ratios of copies by itself."""
    compared = tuple(
        comparison_by_logs(trials, old, new, workload, GATED[name])
        for workload, name in product(trials.workloads, MARGINS)
    )
    return Analysis(trials.level, trials.rounds, (), (), compared, (), ())


def _logs(trials: Trials, old: str, new: str, workload: str, name: str) -> Floats:
    logs = log_advantages(trials, old, new, workload, GATED[name])
    return logs[~np.isnan(logs)]


def _rounds_of(trials: Trials, old: str, new: str) -> int:
    """How many rounds hold the CPU time of both, on the workload with the fewest."""
    return min(len(_logs(trials, old, new, w, "cpu")) for w in trials.workloads)


def _scatter(trials: Trials, pairs: Pairs, name: str) -> float:
    # Within halves: a slowdown that is gone in the second is no scatter.
    scatters = []
    for pair, workload in product(pairs, trials.workloads):
        logs = _logs(trials, *pair, workload, name)
        halves = logs[: len(logs) // 2], logs[len(logs) // 2 :]
        scatters += [interval.scatter(half) for half in halves if len(half) >= 2]
    return float(np.sqrt(np.mean(np.square(scatters)))) if scatters else 0.0


def _gaps(what: str, gated: GateTrial) -> list[SelfTestRow]:
    """A row that fails, if pairs lack rounds that others have: few pairs raise few alarms."""
    missing = gated.planned - gated.cases
    if not missing:
        return []
    share, why = missing / gated.planned, "a server failed: read the run's log"
    return [
        SelfTestRow(
            f"{what}{NAME}, too few rounds", gated.planned, share, 0.0, 0.0, why
        )
    ]


def _simulated(
    gated: GateTrial, counted: Sequence[str], shift: float
) -> npt.NDArray[np.int_]:
    """
    In each simulation: how many cases are slower and confirmed by one of the metrics that are counted.

    The new one of each pair is slower by `shift` (a log) by every metric.
    """
    random = np.random.default_rng(1)
    column = {
        name: at
        for at, name in enumerate(dict.fromkeys(chain.from_iterable(gated.pairs)))
    }
    old = [column[name] for name, _ in gated.pairs]
    new = [column[name] for _, name in gated.pairs]
    half = gated.rounds // 2
    workloads = gated.cases // len(gated.pairs)
    # One row for each comparison of a pair: its whole family.
    family = [name for name in MARGINS for _ in range(workloads)]
    counts = np.zeros(SIMULATIONS, dtype=np.int_)
    for number in range(SIMULATIONS):
        first, second = [], []
        for name in family:
            size = (gated.rounds, len(column))
            noise = random.normal(0, gated.scatters[name] / np.sqrt(2), size)
            logs = noise[:, old] - noise[:, new] + shift
            first.append(_p_not_above(logs[:half], MARGINS[name]))
            second.append(_p_not_above(logs[half:], MARGINS[name]))
        alarmed = _holm(np.array(first)) <= ERROR
        left = np.where(alarmed, np.array(second), np.inf)
        confirmed = _holm(left) <= ERROR
        by_metric = [
            confirmed[at * workloads : (at + 1) * workloads]
            for at, name in enumerate(MARGINS)
            if name in counted
        ]
        counts[number] = np.logical_or.reduce(by_metric).sum()
    return counts


def _holm(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Holm's adjusted p-values of each column; what is infinite is not of its family."""
    order = np.argsort(p_values, axis=0)
    ranked = np.take_along_axis(p_values, order, axis=0)
    members = np.isfinite(p_values).sum(axis=0)
    weights = np.maximum(members - np.arange(len(p_values))[:, None], 1)
    adjusted = np.empty_like(p_values)
    stepped = np.maximum.accumulate(ranked * weights, axis=0)
    np.put_along_axis(adjusted, order, stepped, axis=0)
    return adjusted


def _p_not_above(logs: Floats, margin: float) -> Floats:
    """One-sided p of "at most 1 + margin" for each column of rounds."""
    error = logs.std(axis=0, ddof=1) / np.sqrt(len(logs))
    t_values = (logs.mean(axis=0) - np.log1p(margin)) / np.maximum(
        error, interval.SMALLEST_ERROR
    )
    return np.array(student.all_above(t_values, len(logs) - 1))
