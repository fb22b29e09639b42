"""
Who is ahead of whom, by the intervals of the run's comparisons.

A lead is one whose whole interval lies beyond the margin. A step between two
versions is one whose whole interval lies outside what the A/A control reached
on that metric.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cmp_to_key
from itertools import combinations

from bench.analyse.noise import noise, resolution
from bench.model.estimate import Comparison, Estimate, RatioKey
from bench.model.framework import Target
from bench.model.ranking import Pair, Ranking, RankingKind, Relation, Step
from bench.model.releases import releases_of, successions
from bench.model.results import Results
from bench.model.run import Receipt
from bench.model.verdict import Verdict


STEPPED = ("throughput", "cpu")
"""Metrics by which a step between two versions is named."""


DEFAULT_MARGIN = 0.05
"""A lead must exceed 5 % unless a claim of the run declares otherwise."""


def ranked(results: Results, targets: Sequence[str]) -> Results:
    """The results with their rankings of these targets, and with the steps between versions."""
    control_noise = noise(results.targets, results.comparisons)
    reach = {
        metric: far
        for metric in STEPPED
        if (far := resolution(control_noise, metric)) is not None
    }
    margin = margin_of(results.verdicts)
    return replace(
        results,
        rankings=rankings(results.comparisons, targets, margin),
        steps=steps(results.comparisons, results.targets, results.receipts, reach),
        control_reach=reach,
    )


def margin_of(verdicts: Sequence[Verdict]) -> float:
    """The smallest margin of a claim that the run could test by comparisons."""
    margins = [verdict.claim.margin for verdict in verdicts if verdict.parts]
    return min(margins, default=DEFAULT_MARGIN)


def rankings(
    comparisons: Sequence[Comparison], targets: Sequence[str], margin: float
) -> tuple[Ranking, ...]:
    """One for each workload and metric on which two of the targets were compared."""
    advantages = {
        comparison.key: comparison.advantage
        for comparison in comparisons
        if comparison.advantage is not None and not comparison.void
    }
    cells = dict.fromkeys(
        (comparison.workload, comparison.metric) for comparison in comparisons
    )
    ranked_cells = [_ranking(advantages, targets, *cell, margin) for cell in cells]
    return tuple(comparison for comparison in ranked_cells if comparison is not None)


def _ranking(
    advantages: Mapping[RatioKey, Estimate],
    targets: Sequence[str],
    workload: str,
    metric: str,
    margin: float,
) -> Ranking | None:
    ratios: dict[tuple[str, str], Estimate] = {}
    for subject, baseline in combinations(targets, 2):
        advantage = advantages.get(RatioKey(subject, baseline, workload, metric))
        turned = advantages.get(RatioKey(baseline, subject, workload, metric))
        if advantage is None and turned is not None:
            advantage = turned.inverse
        if advantage is not None:
            ratios[subject, baseline] = advantage
            ratios[baseline, subject] = advantage.inverse
    compared = [
        target for target in targets if any(target == first for first, _ in ratios)
    ]
    if len(compared) < 2:
        return None

    def better(first: str, second: str) -> int:
        ratio = ratios.get((first, second))
        return 0 if ratio is None or ratio.point == 1 else -1 if ratio.point > 1 else 1

    ordered = tuple(sorted(compared, key=cmp_to_key(better)))
    pairs = tuple(
        _pair(first, second, ratios[first, second], margin)
        if ratios[first, second].point >= 1
        else _pair(second, first, ratios[second, first], margin)
        for first, second in combinations(ordered, 2)
        if (first, second) in ratios
    )
    whole = len(pairs) == len(ordered) * (len(ordered) - 1) // 2
    kind = _kind(ordered, pairs, whole)
    return Ranking(workload, metric, margin, kind, ordered, pairs, whole)


def _pair(ahead: str, behind: str, advantage: Estimate, margin: float) -> Pair:
    line = 1 + margin
    within = advantage.low > 1 / line and advantage.high < line
    if advantage.low > line:
        relation = Relation.LEADS
    elif advantage.low > 1:
        relation = Relation.AHEAD
    else:
        relation = Relation.EQUAL if within else Relation.OPEN
    return Pair(ahead, behind, relation, within, advantage)


def _kind(ordered: Sequence[str], pairs: Sequence[Pair], whole: bool) -> RankingKind:
    def leads(own_pairs: Sequence[Pair]) -> bool:
        return bool(own_pairs) and all(
            pair.relation is Relation.LEADS for pair in own_pairs
        )

    first, last = ordered[0], ordered[-1]
    others = len(ordered) - 1
    ahead = [pair for pair in pairs if pair.ahead == first]
    behind = [pair for pair in pairs if pair.behind == last]
    if len(ahead) == others and leads(ahead):
        return RankingKind.LEADER
    if whole and all(pair.within_margin for pair in pairs):
        return RankingKind.EQUAL
    decided = {Relation.LEADS, Relation.AHEAD}
    place = {target: at for at, target in enumerate(ordered)}
    if whole and all(
        pair.relation in decided and place[pair.ahead] < place[pair.behind]
        for pair in pairs
    ):
        return RankingKind.ORDER
    if others > 1 and len(behind) == others and leads(behind):
        return RankingKind.LAST
    return RankingKind.OPEN


def steps(
    comparisons: Sequence[Comparison],
    targets: Sequence[Target],
    receipts: Mapping[str, Receipt],
    reach: Mapping[str, float],
) -> tuple[Step, ...]:
    """Every step from a version to the next that lies outside of the noise; `reach` is that noise by metric, as a ratio."""
    following = {
        (old.target.id, new.target.id)
        for releases in releases_of(targets, receipts).values()
        for old, new in successions(releases)
    }
    return tuple(
        Step(
            comparison.baseline,
            comparison.subject,
            comparison.workload,
            comparison.metric,
            comparison.advantage,
        )
        for comparison in comparisons
        if (comparison.baseline, comparison.subject) in following
        and comparison.advantage is not None
        and not comparison.void
        and comparison.metric in STEPPED
        and (band := reach.get(comparison.metric)) is not None
        and (comparison.advantage.low > band or comparison.advantage.high < 1 / band)
    )
