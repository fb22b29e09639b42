"""
The charts of trend.html: every version of a framework beside its newest release as it stands.

A step between two versions is named only where its whole interval lies outside
the noise.
"""

from dataclasses import replace

from bench.model.ranking import Step
from bench.model.trial import Failure
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Plot, Spot, beside_newest, over_time
from bench.report.charts.palette import Palette, look_of
from bench.report.versions import Family, VersionRow, asked_for, only_beneath
from bench.report.view import View, absent, lower_first
from bench.wording.numbers import joined


METRICS = ("throughput", "cpu")
NO_STEP = "No step beyond the noise"
NO_CONTROL = "Steps cannot be told from noise: the run has no A/A control"
BETTER = {
    "throughput": "higher is better",
    "cpu": "above 100\u00a0% it takes less",
}
"""How to read the axis: both metrics are drawn as advantages."""
MORE = {
    "throughput": ("more", "fewer", "answers {} {} requests"),
    "cpu": ("more", "less", "takes {} {} processor time"),
}
"""The word for a ratio above 1, that for one below it, and what they are of."""


def trend_charts(
    view: View, colours: Palette, version_families: list[Family]
) -> list[Chart]:
    """One for each metric and each workload that some version was measured on."""
    return [
        _chart(view, colours, version_families, note.name, metric)
        for metric in METRICS
        for note in view.results.workloads
        if any(
            view.measured(version.target.id, note.name, metric)
            for family in version_families
            for version in family.versions
        )
    ]


def failed(view: View, target: str, workload: str | None) -> list[Failure]:
    """In the rounds of the headline comparison."""
    return [
        failure
        for failure in view.results.failures
        if (failure.target, failure.workload) == (target, workload)
        and failure.round
        and not failure.experiment
    ]


def title(view: View, version: VersionRow) -> str:
    """The name of its framework."""
    target = version.target
    framework = view.framework_of(target.id)
    return view.label(framework.name if framework else target.framework)


def step_words(view: View, version_families: list[Family], step: Step) -> str:
    """Which version answers or takes how much more or less than which, without the workload."""
    versions = {
        version.target.id: version
        for family in version_families
        for version in family.versions
    }
    newer, older = versions[step.newer], versions[step.older]
    more, less, what = MORE[step.metric]
    ratio = step.advantage if step.metric == "throughput" else step.advantage.inverse
    how = more if ratio.point > 1 else less
    share = abs(ratio.point - 1) * 100
    return f"{title(view, newer)} {newer.name} {what.format(f'{share:.0f} %', how)} than {older.beside(newer)}"


def _chart(
    view: View,
    colours: Palette,
    version_families: list[Family],
    workload: str,
    metric: str,
) -> Chart:
    band = view.results.control_reach.get(metric)
    plots = [_plot(view, family, workload, metric) for family in version_families]
    named = [
        step_words(view, version_families, step)
        for step in view.results.steps
        if (step.workload, step.metric) == (workload, metric)
    ]
    measure = lower_first(view.metric(metric).title)
    reach = (
        f"Grey band: the noise, {100 * (band - 1):.1f}\u00a0%. A step is named only if "
        "its whole interval is outside the band."
        if band
        else "No grey band: no set-up was entered twice, so the noise is not known."
    )
    base = "newest release"
    if only_beneath(version_families):
        plain = not any(
            head.asked for family in version_families for head in family.heads
        )
        base = "each framework as it stands" if plain else "newest version"
    words = ChartText(
        finding=joined(named) or (NO_STEP if band else NO_CONTROL),
        sub=f"{view.workload(workload)}: {measure}, {base} = 100\u00a0%; {BETTER[metric]}",
        caption="Mark and bar: mean and interval of ratios within rounds. "
        + (
            "Hollow: on the package that is named under the mark. "
            if asked_for(version_families)
            else ""
        )
        + reach,
    )
    columns = ("version", "compared with the 100\u00a0%", "interval", "level", "rounds")
    rows = tuple(
        _row(view, family, version, workload, metric)
        for family in version_families
        for version in family.versions
    )
    return chart(
        f"trend-{metric}-{workload}",
        colours,
        words,
        ChartTable(columns, rows),
        beside_newest(plots, band),
    )


def _plot(view: View, family: Family, workload: str, metric: str) -> Plot:
    reference = _reference(view, family, workload, metric)
    there = view.measured(reference.target.id, workload, metric)
    look, spots = look_of(view, reference.target.id), []
    for place, version in enumerate(family.versions):
        beside = view.advantage(
            version.target.id, reference.target.id, workload, metric
        )
        hollow, name = bool(version.asked), family.lines(version)
        spot = Spot.of(place, beside, hollow=hollow, name=name)
        spots.append(replace(spot, y=1.0) if version is reference and there else spot)
    return over_time((title(view, reference), look.text), look, spots)


def _row(
    view: View, family: Family, version: VersionRow, workload: str, metric: str
) -> tuple[str, ...]:
    target = version.target.id
    name = f"{title(view, version)} {version.name}"
    reference = _reference(view, family, workload, metric)
    if version is reference and view.measured(target, workload, metric):
        return name, f"100\u00a0%, {_what(family, reference)}", "–", "–", "–"
    advantage = view.advantage(target, reference.target.id, workload, metric)
    if advantage is None:
        errors = [*failed(view, target, None), *failed(view, target, workload)]
        quantity = view.quantity(target, workload, metric)
        reason = quantity.reason if quantity else None
        return name, absent(errors[0].message if errors else reason), "–", "–", "–"
    return (
        name,
        f"{100 * advantage.point:.1f}\u00a0%",
        f"{100 * advantage.low:.1f} to {100 * advantage.high:.1f}",
        f"{100 * advantage.level:.4g}\u00a0%",
        str(advantage.n),
    )


def _what(family: Family, version: VersionRow) -> str:
    """In a word, what the 100 % are."""
    newest = family.heads[-1]
    if version is not newest:
        reason = f"since {newest.name} was not measured"
        return reason if version.asked else "the newest that was measured"
    return (
        "as it stands" if only_beneath([family]) and not version.asked else "the newest"
    )


def _reference(view: View, family: Family, workload: str, metric: str) -> VersionRow:
    """What the others stand beside: the newest release that was measured, as it stands."""
    for among in (family.heads, family.versions):
        measured = [
            version
            for version in among
            if view.measured(version.target.id, workload, metric)
        ]
        if measured:
            return measured[-1]
    return family.heads[-1]
