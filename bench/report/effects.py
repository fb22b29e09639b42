"""How many times as many requests: the ratios of the short answer, one row for each workload."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.model.estimate import Estimate
from bench.model.ranking import Pair, Relation
from bench.model.verdict import GroupKind, Label
from bench.report.numbers import percent, ratio
from bench.report.view import View
from bench.wording.names import Names


MOST_COLUMNS = 3
MOST_ROWS = 8
METRIC = "throughput"


@dataclass(frozen=True, slots=True)
class EffectCell:
    """One ratio as printed; `near` where it is within the margin."""

    value: str
    interval: str
    near: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """Columns are pairs, rows workloads; None where a pair was not compared."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[EffectCell | None, ...]], ...]
    level: str
    margin: str


def effects(
    view: View, first: str | None, workloads: tuple[str, ...]
) -> Effects | None:
    """
    The ratios of the default deployments on these workloads, then on others.

    `first` is the framework that the answer is about: its pairs come first.
    None where nothing was compared.
    """
    ids = [target.id for target in view.contestants]
    ids.sort(key=lambda one: _place(view, one, first))
    pairs = list(combinations(ids, 2))[:MOST_COLUMNS]
    names = dict.fromkeys([*workloads, *view.workloads_with(METRIC)])
    rows = []
    for name in names:
        found = view.ranking(name, METRIC)
        if found is None:
            continue
        cells = tuple(_cell(view, name, pair, found.pair(*pair)) for pair in pairs)
        if any(cells):
            rows.append((view.workload(name), cells))
    rows += _without_layer(view, pairs)
    if not rows:
        return None
    level = next(
        percent(pair.advantage.level)
        for ranking in view.results.rankings
        if ranking.metric == METRIC
        for pair in ranking.pairs
    )
    columns = tuple(f"{view.label(a)} : {view.label(b)}" for a, b in pairs)
    return Effects(columns, tuple(rows[:MOST_ROWS]), level, percent(view.margin))


def _without_layer(
    view: View, pairs: Sequence[tuple[str, str]]
) -> list[tuple[str, tuple[EffectCell | None, ...]]]:
    """Workloads on which claims were asked with the database layer taken away, each with its usual driver."""
    names = Names(view.results)
    found: dict[str, dict[tuple[str, str], EffectCell]] = {}
    for verdict in view.results.verdicts:
        titles = {
            group.key: names.title(group)
            for group in verdict.groups
            if group.kind is GroupKind.LAYER
        }
        for part in verdict.parts:
            pair, advantage = part.comparison, part.comparison.advantage
            if part.group not in titles or advantage is None or pair.void:
                continue
            one, other = (
                _framework(view, each) for each in (pair.subject, pair.baseline)
            )
            own = found.setdefault(titles[part.group], {})
            near = part.label is Label.TIE
            own[one, other] = _printed(advantage, near)
            own[other, one] = _printed(advantage.inverse, near)
    rows = []
    for title, ratios in found.items():
        sides = [(_framework(view, a), _framework(view, b)) for a, b in pairs]
        cells = tuple(ratios.get(side) for side in sides)
        if any(cells):
            rows.append((title, cells))
    return rows


def _framework(view: View, target: str) -> str:
    found = view.target(target)
    return found.framework if found else target


def _place(view: View, target: str, first: str | None) -> tuple[bool, int]:
    """The one that is asked about, then by the first ranking there is."""
    found = next((r for r in view.results.rankings if r.metric == METRIC), None)
    order = found.targets if found else ()
    framework = view.target(target)
    own = framework is not None and framework.framework == first
    return (not own, order.index(target) if target in order else len(order))


def _cell(
    view: View, workload: str, pair: tuple[str, str], found: Pair | None
) -> EffectCell | None:
    advantage = view.advantage(*pair, workload, METRIC)
    if advantage is None or found is None:
        return None
    near = found.within_margin or found.relation is Relation.EQUAL
    return _printed(advantage, near)


def _printed(advantage: Estimate, near: bool) -> EffectCell:
    value, interval = ratio(advantage)
    return EffectCell(value.removesuffix("×"), interval.replace(" to ", "\u2013"), near)
