"""What stands around the short answer: conditions, advice, and the ratios between the set-ups."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePath
from statistics import median

from bench.analyse.open_metrics import metric_name
from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.model.load import Basis, Load
from bench.model.plural import plural
from bench.model.ranking import Pair, Relation
from bench.model.verdict import GroupKind, Label
from bench.model.warning import Scope
from bench.report.answer import ShortAnswer
from bench.report.numbers import THIN, decimals, number, percent, places_of, ratio
from bench.report.view import View
from bench.stats.looks import OVERALL
from bench.wording.names import Names
from bench.wording.numbers import joined


MOST_VERSIONS = 6


def conditions(view: View) -> tuple[str, ...]:
    """Versions, processes and threads, clients, machine, rounds: each a short phrase."""
    results = view.results
    measured = [target for target in view.contestants if target.id in results.receipts]
    more = len(measured) - MOST_VERSIONS
    shown = _on_servers(view, measured[:MOST_VERSIONS])
    shown += [f"{more} more"] if more > 0 else []
    servers = (
        f"{plural(results.workers, 'process', 'processes')} each"
        if results.own_servers
        else "servers as they stood, with processes and threads that are not known"
    )
    return tuple(
        condition
        for condition in (
            ", ".join(shown),
            servers,
            plural(results.profile.clients, "client"),
            f"{plural(results.machine.cores, 'core')}",
            plural(results.rounds_done, "round"),
        )
        if condition
    )


def _on_servers(view: View, targets: Sequence[Target]) -> list[str]:
    """ "A 6.1 and B 3.1 on gunicorn (8 threads)": versions by what serves them."""
    by_server: dict[str, list[str]] = {}
    for target in targets:
        version = view.results.receipts[target.id].version
        named = f"{_name(view, target.id, target.framework)} {version}"
        by_server.setdefault(_server(view, target), []).append(named)
    return [joined(named) + server for server, named in by_server.items()]


def _server(view: View, target: Target) -> str:
    """The program of its command, with its threads if that takes their number."""
    if not view.results.own_servers or not target.serve:
        return ""
    takes = any("{threads}" in word for word in target.serve)
    threads = f" ({plural(view.results.threads, 'thread')})" if takes else ""
    return f" on {PurePath(target.serve[0]).name}{threads}"


def over_looks(view: View) -> str:
    """ " (95 % over both planned looks)": why a level is none that readers know; "" for one look."""
    looks = view.results.profile.looks
    if len(looks) < 2 or not view.results.comparisons:
        return ""
    which = "both" if len(looks) == 2 else f"all {len(looks)}"
    return f" ({percent(1 - OVERALL)} over {which} planned looks)"


def level_words(view: View) -> str:
    """Why the intervals are as wide as they are; "" where there are none."""
    levels = {
        pair.advantage.level
        for ranking in view.results.rankings
        for pair in ranking.pairs
        if ranking.metric == "throughput"
    }
    if not levels:
        return ""
    level, stops = max(levels), view.results.profile.looks
    overall = percent(1 - OVERALL)
    if len(stops) < 2:
        return f"The intervals are {percent(level)} intervals."
    return (
        f"The intervals are {percent(level)} intervals: the run could stop after "
        f"{joined([str(stop) for stop in stops], 'or')} rounds, and over all these "
        f"stops together they are right in {overall} of such runs."
    )


BETWEEN_RUNS = 0.011
"""
The standard deviation of a ratio between runs of one machine beyond their rounds.

Of three published runs of one day (one-way random effects, p = 0.003); a pooled
page has the figure of its own runs.
"""


def one_run(view: View) -> str:
    """What the intervals do not hold, and how many of them may miss."""
    estimates = [
        comparison.advantage
        for comparison in view.results.comparisons
        if comparison.advantage
    ]
    if not estimates:
        return ""
    missed = sum(1 - estimate.level for estimate in estimates)
    return (
        "The intervals are of this run: runs of one machine differ by about "
        f"{percent(round(BETWEEN_RUNS, 2))} (standard deviation of a ratio) beyond them, so "
        "“practically equal” and a verdict within 1\u00a0% of its line hold for this run. "
        "Each verdict errs in at most 1 of 40 runs. Of the "
        f"{len(estimates):,} intervals of ratios here, about {missed:,.0f} miss the true value."
    )


def _name(view: View, target: str, framework: str) -> str:
    own_framework = view.framework_of(target)
    return view.label(own_framework.name if own_framework else framework).replace(
        " ", THIN
    )


TAIL = "The slowest of 100 requests (99th percentile)"
MOST_SET_UPS = 4
"""Set-ups that one sentence names."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A question and what this run found."""

    situation: str
    sentence: str


def advice(view: View, answer: ShortAnswer) -> tuple[Advice, ...]:
    """At most two pieces; none where the run may not judge."""
    noise = view.check("noise")
    if any(warning.reason.scope is Scope.RUN for warning in view.results.warnings):
        return ()
    if len(view.contestants) < 2:
        return ()  # nothing to choose between
    if view.results.no_verdicts or (noise and noise.passed is False):
        return ()
    advices = [_tail(view, answer), _memory(view, answer)]
    return tuple(sentence for sentence in advices if sentence is not None)


def _tail(view: View, answer: ShortAnswer) -> Advice | None:
    """The 99th percentile of each default deployment: at one load for all, else at saturation."""
    for workload in answer.workloads:
        for load in view.results.open_loads:
            if load.basis is Basis.EQUAL:
                said = _each(view, workload, metric_name("p99", load.name))
                if said:
                    rate = _rate(view, workload, load)
                    where = f"At the same rate{rate} on “{view.workload(workload)}”"
                    return Advice(TAIL, f"{where}: {said}.")
    for workload in answer.workloads:
        said = _each(view, workload, "p99")
        if said:
            clients = plural(view.results.profile.clients, "client")
            where = f"With {clients} without a pause on “{view.workload(workload)}”"
            return Advice(TAIL, f"{where}: {said}.")
    return None


def _rate(view: View, workload: str, load: Load) -> str:
    """Of how many requests per second, as the set-ups answered them; "" where it was not measured."""
    rates = [
        quantity.estimate.point
        for target in view.contestants
        if (
            quantity := view.quantity(
                target.id, workload, metric_name("rate", load.name)
            )
        )
        and quantity.estimate
    ]
    rate = load.rate_rps or (median(rates) if rates else None)
    return f" of {number(float(f'{rate:.3g}'), 0)} requests/s" if rate else ""


def _memory(view: View, answer: ShortAnswer) -> Advice | None:
    for workload in dict.fromkeys([*answer.workloads, *view.workloads_with("memory")]):
        said = _each(view, workload, "memory")
        if said:
            where = f"Under “{view.workload(workload)}”"
            return Advice("Memory of the whole server", f"{where}: {said}.")
    return None


def _each(view: View, workload: str, metric: str) -> str:
    """Every default deployment with its estimate, least first; "" where fewer than two have one."""
    estimates = [
        (quantity.estimate, view.label(target.id))
        for target in view.contestants
        if (quantity := view.quantity(target.id, workload, metric))
        and quantity.estimate
    ]
    if len(estimates) < 2:
        return ""
    unit = view.metric(metric).unit
    estimates.sort(key=lambda pair: (pair[0].point, pair[1]))
    said = [f"{name} {_amount(e, unit)}" for e, name in estimates[:MOST_SET_UPS]]
    return ", ".join(said)


def _amount(estimate: Estimate, unit: str) -> str:
    """Three significant digits at most: more are no help for a choice."""
    places = min(decimals(estimate), places_of(estimate.point, 3))
    low, high = (number(end, places) for end in (estimate.low, estimate.high))
    whole = number(estimate.point, places)
    return f"{whole}\u00a0{unit}" + (f" ({low}\u2013{high})" if low != high else "")


MOST_COLUMNS = 3
MOST_ROWS = 8
EFFECT = "throughput"


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
    ids.sort(key=lambda target: _place(view, target, first))
    pairs = list(combinations(ids, 2))[:MOST_COLUMNS]
    names = dict.fromkeys([*workloads, *view.workloads_with(EFFECT)])
    rows = []
    for name in names:
        pairwise_ranking = view.ranking(name, EFFECT)
        if pairwise_ranking is None:
            continue
        cells = tuple(
            _effect_cell(view, name, *pair, pairwise_ranking.pair(*pair))
            for pair in pairs
        )
        if any(cells):
            rows.append((view.workload(name), cells))
    rows += _without_layer(view, pairs)
    if not rows:
        return None
    level = next(
        percent(pair.advantage.level)
        for ranking in view.results.rankings
        if ranking.metric == EFFECT
        for pair in ranking.pairs
    )
    columns = tuple(f"{view.label(a)} : {view.label(b)}" for a, b in pairs)
    return Effects(columns, tuple(rows[:MOST_ROWS]), level, percent(view.margin))


def _without_layer(
    view: View, pairs: Sequence[tuple[str, str]]
) -> list[tuple[str, tuple[EffectCell | None, ...]]]:
    """Workloads on which claims were asked with the database layer taken away, each with its usual driver."""
    names = Names(view.results)
    ratios_of: dict[str, dict[tuple[str, str], EffectCell]] = {}
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
            subject, baseline = (
                _framework(view, target) for target in (pair.subject, pair.baseline)
            )
            own = ratios_of.setdefault(titles[part.group], {})
            near = part.label is Label.TIE
            own[subject, baseline] = _printed(advantage, near)
            own[baseline, subject] = _printed(advantage.inverse, near)
    rows = []
    for title, ratios in ratios_of.items():
        sides = [(_framework(view, a), _framework(view, b)) for a, b in pairs]
        cells = tuple(ratios.get(side) for side in sides)
        if any(cells):
            rows.append((title, cells))
    return rows


def _framework(view: View, target: str) -> str:
    known_target = view.target(target)
    return known_target.framework if known_target else target


def _place(view: View, target: str, first: str | None) -> tuple[bool, int]:
    """The one that is asked about, then by the first ranking there is."""
    ranking = next((r for r in view.results.rankings if r.metric == EFFECT), None)
    order = ranking.targets if ranking else ()
    framework = view.target(target)
    own = framework is not None and framework.framework == first
    return (not own, order.index(target) if target in order else len(order))


def _effect_cell(
    view: View, workload: str, subject: str, baseline: str, ranked_pair: Pair | None
) -> EffectCell | None:
    advantage = view.advantage(subject, baseline, workload, EFFECT)
    if advantage is None or ranked_pair is None:
        return None
    near = ranked_pair.within_margin or ranked_pair.relation is Relation.EQUAL
    return _printed(advantage, near)


def _printed(advantage: Estimate, near: bool) -> EffectCell:
    value, interval = ratio(advantage)
    return EffectCell(value.removesuffix("×"), interval.replace(" to ", "\u2013"), near)
