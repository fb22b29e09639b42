"""
index.html: every run that is here, newest first, apart by machine.

A figure of one machine says little about another, so runs are grouped by the
machine's fingerprint and no line is ever drawn from one to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.model.estimate import Estimate
from bench.model.framework import Framework, Target
from bench.model.plural import plural
from bench.model.results import Results
from bench.model.verdict import Outcome
from bench.report.charts.palette import Palette, look_of, palette
from bench.report.charts.spark import SparkHistory, sparkline
from bench.report.clean import clean, one_line
from bench.report.numbers import ends, point, with_interval
from bench.report.page import rendered
from bench.report.quality import Quality, quality
from bench.report.view import View
from bench.report.words import TESTED, tally


METRIC = "throughput"
LONGEST_REASON = 300
"""Characters of why a run cannot be read, and of a folder's name."""
SHOWN = 12
"""Runs in a sparkline; older ones are in the table only."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run folder as the index finds it."""

    run: str
    href: str  # of its page, seen from the index
    published: bool
    results: Results | None
    why_not: str | None = None  # why it has no results


@dataclass(frozen=True, slots=True)
class RunCard:
    """The newest figure of one set-up on one machine, with those before it."""

    label: str
    colour: str  # the name of its label's colour
    value: str
    spread: str
    unit: str
    under: str  # of which runs
    drawing: str | None  # None: there is only one run to draw


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One run of the table."""

    run: str
    href: str
    published: bool
    about: str
    versions: str
    verdicts: tuple[tuple[Outcome, int], ...]
    quality: Quality


@dataclass(frozen=True, slots=True)
class RunGroup:
    """The runs of one machine, newest first."""

    title: str
    fingerprint: str
    cards: tuple[RunCard, ...]
    rows: tuple[IndexRow, ...]


def index_html(entries: Sequence[RunEntry]) -> str:
    """The whole page; the same runs give the same bytes."""
    readable = [(entry, clean(entry.results)) for entry in entries if entry.results]
    readable.sort(key=lambda pair: (pair[1].created_at, pair[0].run), reverse=True)
    frameworks = _frameworks([results for _, results in readable])
    # Colours go by position, so every run gets the frameworks of all.
    readable = [
        (entry, replace(results, frameworks=frameworks)) for entry, results in readable
    ]
    colours = palette(frameworks)
    machines = dict.fromkeys(_on(results) for _, results in readable)
    groups = tuple(
        _group(
            colours,
            [entry for entry, results in readable if _on(results) == machine],
            [results for _, results in readable if _on(results) == machine],
        )
        for machine in machines
    )
    without = sorted(
        (_readable(entry) for entry in entries if entry.results is None),
        key=lambda entry: entry.run,
        reverse=True,
    )
    return rendered("index.html.j2", colours, groups=groups, without=without)


def _readable(entry: RunEntry) -> RunEntry:
    """A folder's name and what is wrong in it may come from elsewhere."""
    why = None if entry.why_not is None else one_line(entry.why_not, LONGEST_REASON)
    return replace(entry, run=one_line(entry.run, LONGEST_REASON), why_not=why)


def _frameworks(runs: Sequence[Results]) -> tuple[Framework, ...]:
    """Each once, as the newest run draws it."""
    by_name: dict[str, Framework] = {}
    for results in runs:
        for framework in results.frameworks:
            by_name.setdefault(framework.name, framework)
    return tuple(by_name.values())


def _on(results: Results) -> str:
    return results.machine.fingerprint


def _group(
    colours: Palette, entries: Sequence[RunEntry], runs: Sequence[Results]
) -> RunGroup:
    """The runs of one machine."""
    machine = runs[0].machine
    cores = plural(machine.cores, "core")
    return RunGroup(
        title=f"{machine.cpu_model}, {cores}",
        fingerprint=machine.fingerprint,
        cards=_cards(colours, runs),
        rows=tuple(map(_row, entries, runs)),
    )


def _row(entry: RunEntry, results: Results) -> IndexRow:
    view = View(results)
    versions = dict.fromkeys(
        f"{_short(view, target)} {results.receipts[target.id].version}"
        for target in view.contestants
        if target.id in results.receipts
    )
    rounds = f"{results.rounds_done} of {plural(results.rounds_planned, 'round')}"
    return IndexRow(
        run=one_line(entry.run, LONGEST_REASON),
        href=entry.href,
        published=entry.published,
        about=f"{results.profile.name}, {results.engine}, {rounds}",
        versions=" · ".join(versions) or "not measured",
        verdicts=tuple(
            (outcome, count)
            for outcome, count in tally(results.verdicts)
            if outcome in TESTED
        ),
        quality=quality(results),
    )


def _short(view: View, target: Target) -> str:
    framework = view.framework_of(target.id)
    return framework.title if framework else target.title


def _cards(colours: Palette, runs: Sequence[Results]) -> tuple[RunCard, ...]:
    """Of the newest run that may decide, with the runs before it that are alike."""
    views = [View(view) for view in runs if view.profile.verdicts]
    newest = next((view for view in views if view.workloads_with(METRIC)), None)
    if newest is None:
        return ()
    workload = newest.workloads_with(METRIC)[0]
    alike = [
        view
        for view in views
        if _conditions(view.results) == _conditions(newest.results)
    ]
    cards = []
    for target in newest.contestants:
        past = [
            SparkHistory(view.results.run_id, estimate, _like(view.results, other))
            for view in alike[:SHOWN]
            for other in view.contestants
            if (other.framework, other.deployment)
            == (target.framework, target.deployment)
            if (estimate := _estimate(view, other, workload))
        ]
        if past and past[0].run == newest.results.run_id:
            cards.append(_card(colours, newest, target, workload, past[::-1]))
    return tuple(cards)


def _estimate(view: View, target: Target, workload: str) -> Estimate | None:
    quantity = view.quantity(target.id, workload, METRIC)
    return quantity.estimate if quantity else None


def _conditions(results: Results) -> tuple[object, ...]:
    """What must be equal for two runs to stand in one sparkline."""
    profile = results.profile
    share = (results.workers, results.threads, results.pinning)
    return (results.engine, profile.clients, profile.measure_s, *share)


def _like(results: Results, target: Target) -> tuple[str, ...]:
    """What must be equal beyond that for a line: the version, and what measured it."""
    receipt = results.receipts.get(target.id)
    harness = results.harness.get("measuring_sha256", results.run_id)
    has_versions = receipt is not None and receipt.known
    return (receipt.version if receipt and has_versions else results.run_id, harness)


def _card(
    colours: Palette,
    view: View,
    target: Target,
    workload: str,
    past: Sequence[SparkHistory],
) -> RunCard:
    look = look_of(view, target.id)
    metric = view.metric(METRIC)
    last = past[-1].estimate
    said = "; ".join(f"{spark.run}: {with_interval(spark.estimate)}" for spark in past)
    title = f"{view.label(target.id)}: {metric.title}, {view.workload(workload)}"
    drawing = None
    if len(past) > 1:
        drawing = sparkline(colours, (title, said), look, past)
    runs = "the only run" if drawing is None else f"the last {len(past)} runs"
    return RunCard(
        label=view.label(target.id),
        colour=look.text,
        value=point(last),
        spread=ends(last),
        unit=f"{metric.unit}, {view.workload(workload)}",
        under=f"{runs} of this kind on this machine",
        drawing=drawing,
    )
