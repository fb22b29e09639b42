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
    found = view.ranking(workload, metric)
    if found is None:
        return NOT_COMPARED
    names = joined([view.label(each) for each in found.targets])
    match found.kind:
        case RankingKind.LEADER:
            nearest = min(found.pairs_of(found.targets[0]), key=_low)
            least = f"at least {at_least(nearest.advantage.low)}"
            return f"{lead(view, nearest.ahead, nearest.behind, metric, least)}."
        case RankingKind.ORDER:
            order = ", then ".join(view.label(each) for each in found.targets)
            neighbours = [found.pair(*each) for each in pairwise(found.targets)]
            said = [pair_words(view, found, each) for each in neighbours if each]
            return f"{order}: {joined(said)}."
        case RankingKind.EQUAL:
            apart = percent_up(max(_reach(each) for each in found.pairs))
            return f"{names} are practically equal in this run: at most {apart} apart."
        case RankingKind.LAST:
            return _last(view, found)
        case RankingKind.OPEN:
            return _open(view, found, names)


def _last(view: View, found: Ranking) -> str:
    last, others = found.targets[-1], found.targets[:-1]
    nearest = min((each for each in found.pairs if each.behind == last), key=_low)
    least = f"at least {at_least(nearest.advantage.low)}"
    behind = lead(view, nearest.ahead, last, found.metric, least)
    between = [each for each in found.pairs if last not in (each.ahead, each.behind)]
    whole = len(between) == len(others) * (len(others) - 1) // 2
    if whole and all(each.within_margin for each in between):
        apart = percent_up(max(_reach(each) for each in between))
        names = joined([view.label(each) for each in others])
        how = f"{names} are practically equal in this run, at most {apart} apart"
    elif told := _told(view, found, between):
        how = told
    else:
        how = f"{joined([view.label(each) for each in others])} are not told apart"
    return f"{how}; {behind}."


def _open(view: View, found: Ranking, names: str) -> str:
    if told := _told(view, found, found.pairs):
        return f"No clear leader: {told}."
    return f"No clear leader: this run cannot tell {names} apart."


def _told(view: View, found: Ranking, pairs: Sequence[Pair]) -> str:
    """What is known of these pairs; empty where nothing is."""
    known = [each for each in pairs if each.relation is not Relation.OPEN]
    said = [pair_words(view, found, each) for each in known[:MOST_PAIRS]]
    return joined(said)


def pair_words(view: View, found: Ranking, pair: Pair) -> str:
    """Who is ahead of whom by how much, and whether that counts; no full stop."""
    ahead, behind = view.label(pair.ahead), view.label(pair.behind)
    margin = percent(found.margin)
    if pair.relation is Relation.OPEN:
        return f"{ahead} and {behind} are not told apart"
    if pair.relation is Relation.EQUAL:
        return f"{ahead} and {behind} are practically equal in this run (at most {percent_up(_reach(pair))} apart)"
    if pair.advantage.point >= TIMES_FROM:
        return lead(
            view, pair.ahead, pair.behind, found.metric, times_span(pair.advantage)
        )
    said = _ahead(view, found, pair)
    if pair.relation is Relation.LEADS:
        return said
    less = "less than" if pair.within_margin else "not clearly more than"
    return f"{said}, {less} the {margin} that count here"


def _ahead(view: View, found: Ranking, pair: Pair) -> str:
    by = percent_span(pair.advantage)
    metric = view.metric(found.metric)
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
