"""Who is ahead on one workload, in words; what was judged comes from the results."""

from collections.abc import Sequence
from itertools import pairwise

from bench.model.ranking import Pair, Ranking, RankingKind, Relation
from bench.report.numbers import at_least, percent, percent_span, percent_up, times_span
from bench.report.view import View, lower_first
from bench.wording.numbers import TIMES_FROM, joined


NOT_COMPARED = "Not compared in this run."
MOST_PAIRS = 6
"""Pairs that a sentence names."""


def ranking_sentence(view: View, workload: str, metric: str) -> str:
    """The ranking of that workload, largest lead first."""
    ranking = view.ranking(workload, metric)
    if ranking is None:
        return NOT_COMPARED
    names = joined([view.label(target) for target in ranking.targets])
    match ranking.kind:
        case RankingKind.LEADER:
            nearest = min(ranking.pairs_of(ranking.targets[0]), key=_low)
            least = f"at least {at_least(nearest.advantage.low)}"
            return f"{lead(view, nearest.ahead, nearest.behind, metric, least)}."
        case RankingKind.ORDER:
            order = ", then ".join(view.label(target) for target in ranking.targets)
            neighbours = [
                ranking.pair(*neighbours_ids)
                for neighbours_ids in pairwise(ranking.targets)
            ]
            said = [
                pair_words(view, ranking, neighbour)
                for neighbour in neighbours
                if neighbour
            ]
            return f"{order}: {joined(said)}."
        case RankingKind.EQUAL:
            apart = percent_up(max(_reach(pair) for pair in ranking.pairs))
            return f"{names} are practically equal in this run: at most {apart} apart."
        case RankingKind.LAST:
            return _last(view, ranking)
        case RankingKind.OPEN:
            return _open(view, ranking, names)


def _last(view: View, ranking: Ranking) -> str:
    last, others = ranking.targets[-1], ranking.targets[:-1]
    nearest = min((pair for pair in ranking.pairs if pair.behind == last), key=_low)
    least = f"at least {at_least(nearest.advantage.low)}"
    behind = lead(view, nearest.ahead, last, ranking.metric, least)
    between = [pair for pair in ranking.pairs if last not in (pair.ahead, pair.behind)]
    whole = len(between) == len(others) * (len(others) - 1) // 2
    if whole and all(pair.within_margin for pair in between):
        apart = percent_up(max(_reach(pair) for pair in between))
        names = joined([view.label(target) for target in others])
        how = f"{names} are practically equal in this run, at most {apart} apart"
    elif relations := _told(view, ranking, between):
        how = relations
    else:
        how = f"{joined([view.label(target) for target in others])} are not told apart"
    return f"{how}; {behind}."


def _open(view: View, ranking: Ranking, names: str) -> str:
    if relations := _told(view, ranking, ranking.pairs):
        return f"No clear leader: {relations}."
    return f"No clear leader: this run cannot tell {names} apart."


def _told(view: View, ranking: Ranking, pairs: Sequence[Pair]) -> str:
    """What is known of these pairs; empty where nothing is."""
    decided = [pair for pair in pairs if pair.relation is not Relation.OPEN]
    said = [pair_words(view, ranking, pair) for pair in decided[:MOST_PAIRS]]
    return joined(said)


def pair_words(view: View, ranking: Ranking, pair: Pair) -> str:
    """Who is ahead of whom by how much, and whether that counts; no full stop."""
    ahead, behind = view.label(pair.ahead), view.label(pair.behind)
    margin = percent(ranking.margin)
    if pair.relation is Relation.OPEN:
        return f"{ahead} and {behind} are not told apart"
    if pair.relation is Relation.EQUAL:
        return f"{ahead} and {behind} are practically equal in this run (at most {percent_up(_reach(pair))} apart)"
    if pair.advantage.point >= TIMES_FROM:
        return lead(
            view, pair.ahead, pair.behind, ranking.metric, times_span(pair.advantage)
        )
    said = _ahead(view, ranking, pair)
    if pair.relation is Relation.LEADS:
        return said
    less = "less than" if pair.within_margin else "not clearly more than"
    return f"{said}, {less} the {margin} that count here"


def _ahead(view: View, ranking: Ranking, pair: Pair) -> str:
    by = percent_span(pair.advantage)
    metric = view.metric(ranking.metric)
    ahead, behind = view.label(pair.ahead), view.label(pair.behind)
    if metric.higher_is_better:
        return f"{ahead} is ahead of {behind} by {by}"
    return f"{behind} needs {by} more {lower_first(metric.title)} than {ahead}"


def lead(view: View, ahead: str, behind: str, metric: str, times: str) -> str:
    """A lead in the terms of its metric: "A reaches 2.2 times B's throughput"."""
    chosen = view.metric(metric)
    title = lower_first(chosen.title)
    if chosen.higher_is_better:
        return (
            f"{view.label(ahead)} reaches {times} times {view.label(behind)}’s {title}"
        )
    return f"{view.label(behind)} needs {times} times {view.label(ahead)}’s {title}"


def _low(pair: Pair) -> float:
    return pair.advantage.low


def _reach(pair: Pair) -> float:
    """How far apart the two may be at most, as a share."""
    return max(pair.advantage.high, pair.advantage.inverse.high) - 1
