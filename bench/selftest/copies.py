"""
What is said of servers whose true differences are known, from a real run.

Every pair of copies is compared over blocks of six rounds by the same
functions that form a run's ratios. Pairs that share a server are not
independent, so a count of them scatters more than a binomial one: the limits
come from simulating the same pairs over as many rounds of noise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

import numpy as np

from bench.analyse import metrics
from bench.analyse.comparisons import log_advantages
from bench.analyse.windows import Trials, lay_out
from bench.model.run import Run
from bench.selftest import gate
from bench.selftest.result import (
    FOUND_AT_LEAST,
    SHOWS,
    SIMULATIONS,
    SURE,
    TELLS_AT_LEAST,
    SelfTestResult,
    SelfTestRow,
)
from bench.stats import holm, interval, student
from bench.stats.interleaved import Floats


BLOCK = 6
"""Rounds of one comparison: as many as the quick profile has."""
ALPHA = 0.05

type Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Called:
    """The comparisons of one kind, over all blocks."""

    planned: int
    p_values: tuple[tuple[float, ...], ...]  # by block
    # logs: how many times better the first is, in the same order
    points: tuple[float, ...]
    # standard deviations of these logs between rounds, in the same order
    scatters: tuple[float, ...]

    @property
    def scatter(self) -> float:
        """One standard deviation for all of them."""
        return float(np.sqrt(np.mean(np.square(self.scatters))))

    @property
    def cases(self) -> int:
        """How many comparisons there were."""
        return sum(len(block) for block in self.p_values)

    @property
    def missing(self) -> int:
        """How many of the planned comparisons could not be formed: a server failed."""
        return self.planned - self.cases

    @property
    def plain(self) -> int:
        """How many were called different at the 95 % level."""
        return sum(p <= ALPHA for block in self.p_values for p in block)

    @property
    def slower(self) -> int:
        """How many were called different at the 95 % level, the first being the slower one."""
        flat = [p for block in self.p_values for p in block]
        return sum(
            p <= ALPHA and point < 0 for p, point in zip(flat, self.points, strict=True)
        )

    @property
    def corrected(self) -> int:
        """How many still are after Holm over their block."""
        return sum(p <= ALPHA for b in self.p_values for p in holm.adjusted(b))


def false_alarms(run: Run, ids: Sequence[str]) -> SelfTestResult:
    """One target entered under all these names: how many pairs are called different."""
    pairs = list(combinations(ids, 2))
    trials = lay_out(run)
    rows = []
    for measure in (metrics.CPU, metrics.THROUGHPUT):
        called = _called(trials, pairs, measure)
        rows += _gaps(f"{measure.metric.title}, not measured", called)
        plain, corrected = _by_chance(ids, pairs, len(called.p_values))
        name = measure.metric.title
        rows.append(_alarm(f"{name}, 95 % level", called.cases, called.plain, plain))
        rows.append(
            _alarm(f"{name}, after Holm", called.cases, called.corrected, corrected)
        )
    rows += gate.alarms(trials, ids)
    from scipy.stats import binom  # takes a second to load: only here

    low, high = binom.interval(SURE, rows[0].cases, ALPHA)
    return SelfTestResult(
        "aa",
        f"One target under {len(ids)} names: how many of the pairs are called different?",
        tuple(rows),
        (
            f"were the pairs independent, {low:.0f} to {high:.0f} of {rows[0].cases} "
            f"would be called at the 95 % level ({SURE:.1%} of the time); they share "
            "servers, and the limit is simulated with the same pairs",
            gate.note(rows),
        ),
    )


def detection(
    run: Run, groups: Mapping[float, Sequence[str]], effects: Mapping[float, float]
) -> SelfTestResult:
    """
    Groups of servers by injected slowdown, 0 among them: how often each is told from 0.

    `effects` is the slowdown as it was counted in instructions.
    """
    trials = lay_out(run)
    rows = []
    for slowdown, measure in product(sorted(groups), (metrics.CPU, metrics.THROUGHPUT)):
        own, none = groups[slowdown], groups[0.0]
        pairs = list(product(own, none)) if slowdown else list(combinations(own, 2))
        called = _called(trials, pairs, measure)
        name = f"{slowdown:.0%} slower, {measure.metric.name}"
        rows += _gaps(f"{name}, not measured", called)
        if slowdown == 0.0:
            limit, _ = _by_chance(own, pairs, len(called.p_values))
            rows.append(_alarm(name, called.cases, called.plain, limit))
            continue
        judged = measure is metrics.CPU
        rows += _found(name, called, pairs, effects[slowdown], judged)
        if judged and slowdown == max(groups):
            rows += _tells(called, pairs, effects[slowdown])
    rows += _gated(trials, groups, effects)
    return SelfTestResult(
        "slowdown",
        f"A known amount of work added to one app: how often is it found in {BLOCK} rounds?",
        tuple(rows),
        (
            "the server's own work is not slowed, so the whole is slowed by a little less",
            f"how often it must be found: {FOUND_AT_LEAST:.0%} of the time, or what {SURE:.1%} "
            "of sound harnesses reach where rounds scatter as they did here; simulated with the same pairs, "
            f"each slower by {SHOWS:.0%} of what was added",
            gate.note(rows),
        ),
    )


def _gated(
    trials: Trials,
    groups: Mapping[float, Sequence[str]],
    effects: Mapping[float, float],
) -> list[SelfTestRow]:
    """The same servers before the gate of two versions."""
    none = groups[0.0]
    rows = gate.alarms(trials, none, f"{0.0:.0%} slower, ")
    for slowdown in sorted(set(groups) - {0.0}):
        what, effect = f"{slowdown:.0%} slower, ", effects[slowdown]
        rows += gate.found(trials, groups[slowdown], none, what, effect)
    return rows


def _found(
    name: str, called: Called, pairs: Pairs, effect: float, judged: bool
) -> list[SelfTestRow]:
    """How often the slower ones were called slower, and how often they must be at this scatter."""
    if not called.cases:
        return []
    least, usual = _by_power(called, pairs, effect)
    return [
        SelfTestRow(
            name,
            called.cases,
            called.slower / called.cases,
            min(FOUND_AT_LEAST, least) if judged else 0.0,
            1.0,
            f"{effect:.2%} more instructions in the application, "
            f"which {usual:.0%} of such comparisons find at a scatter of {called.scatter:.1%}",
            f"seen as {1 / np.exp(np.mean(called.points)) - 1:.1%}",
            judged=judged,
        )
    ]


def _tells(called: Called, pairs: Pairs, effect: float) -> list[SelfTestRow]:
    """A row that fails where rounds scatter so much that missing a slowdown proves nothing."""
    if not called.cases:
        return []
    _, usual = _by_power(called, pairs, effect)
    what = f"can {effect:.0%} be found here?"
    why = f"by sound harnesses; where fewer do, {BLOCK} rounds on this machine test nothing"
    return [SelfTestRow(what, SIMULATIONS, usual, TELLS_AT_LEAST, 1.0, why)]


def _gaps(what: str, called: Called) -> list[SelfTestRow]:
    """A row that fails, if anything is missing: few comparisons raise few alarms."""
    if called.cases and not called.missing:
        return []
    share = called.missing / called.planned if called.planned else 1.0
    return [
        SelfTestRow(
            what, called.planned, share, 0.0, 0.0, "a server failed: read the run's log"
        )
    ]


def _alarm(what: str, cases: int, called: int, limit: int) -> SelfTestRow:
    return SelfTestRow(
        what,
        cases,
        called / max(1, cases),
        0.0,
        limit / max(1, cases),
        f"{called} called, at most {limit} by chance",
    )


def _called(trials: Trials, pairs: Pairs, measure: metrics.Measure) -> Called:
    p_values, points, scatters = [], [], []
    for first in range(0, len(trials.rounds) - BLOCK + 1, BLOCK):
        block = []
        for pair, workload in product(pairs, trials.workloads):
            logs = log_advantages(trials, *pair, workload, measure)
            measured = logs[first : first + BLOCK]
            measured = measured[~np.isnan(measured)]
            if len(measured) >= 2:
                block.append(interval.p_no_difference(measured))
                points.append(float(measured.mean()))
                scatters.append(float(measured.std(ddof=1)))
        p_values.append(tuple(block))
    planned = len(p_values) * len(pairs) * len(trials.workloads)
    return Called(planned, tuple(p_values), tuple(points), tuple(scatters))


def _by_chance(ids: Sequence[str], pairs: Pairs, blocks: int) -> tuple[int, int]:
    """What sound noise calls at most, plain and after Holm, in SURE of the simulations."""
    first, second = (tuple(ids.index(pair[side]) for pair in pairs) for side in (0, 1))
    return _simulated(len(ids), first, second, blocks)


@cache  # the same for each metric
def _simulated(
    targets: int, first: tuple[int, ...], second: tuple[int, ...], blocks: int
) -> tuple[int, int]:
    random = np.random.default_rng(1)
    plain, corrected = [], []
    for _ in range(SIMULATIONS):
        counts = [0, 0]
        for _ in range(blocks):
            noise = random.normal(0, 1, (BLOCK, targets))
            p = p_values(noise[:, [*first]] - noise[:, [*second]])
            counts[0] += sum(value <= ALPHA for value in p)
            counts[1] += sum(q <= ALPHA for q in holm.adjusted(p))
        plain.append(counts[0])
        corrected.append(counts[1])
    return _quantile(plain), _quantile(corrected)


def _by_power(called: Called, pairs: Pairs, effect: float) -> tuple[float, float]:
    """
    The share of comparisons that SURE of the sound harnesses find at least, and the usual one.

    The first of each pair is slower by what shows of `effect`, and differences
    scatter between rounds as those that were called.
    """
    scatter, shift = called.scatter, float(np.log1p(SHOWS * effect))
    first, second = (tuple(side) for side in zip(*pairs, strict=True))
    return shares_found(first, second, len(called.p_values), scatter, shift)


def _quantile(counts: Sequence[int]) -> int:
    return int(np.quantile(counts, SURE, method="higher"))


@cache  # the same for two rows
def shares_found(
    first: tuple[str, ...],
    second: tuple[str, ...],
    blocks: int,
    scatter: float,
    shift: float,
) -> tuple[float, float]:
    """
    The share of comparisons that SURE of the sound harnesses find at least, and the usual one.

    Each of the first is slower by `shift` (a log) than the one in the same place
    among the second; pairs share servers, and a pair's difference scatters by
    `scatter` between rounds.
    """
    random = np.random.default_rng(1)
    slower, others = list(dict.fromkeys(first)), list(dict.fromkeys(second))
    at_first = [slower.index(name) for name in first]
    at_second = [others.index(name) for name in second]
    shares = []
    for _ in range(SIMULATIONS):
        detected = 0
        for _ in range(blocks):
            own, none = (
                random.normal(0, scatter / np.sqrt(2), (BLOCK, len(side)))
                for side in (slower, others)
            )
            differences = none[:, at_second] - own[:, at_first] - shift
            p = np.array(p_values(differences))
            detected += int(((p <= ALPHA) & (differences.mean(axis=0) < 0)).sum())
        shares.append(detected / (blocks * len(first)))
    return float(np.quantile(shares, 1 - SURE, method="lower")), float(np.mean(shares))


def p_values(differences: Floats) -> list[float]:
    """Two-sided p of "no difference" for each column of rounds."""
    error = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    t_values = np.abs(differences.mean(axis=0) / error)
    tails = student.all_above(t_values, len(differences) - 1)
    return [2 * p for p in tails]
