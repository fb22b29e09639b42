"""bisection.html and bisection.md: which releases changed what a request costs; pure functions of a Bisection."""

from collections.abc import Mapping
from dataclasses import replace

from bench.judge.steps import neighbours
from bench.model.bisection import Bisection, CostStep, PackageChange
from bench.model.framework import Framework
from bench.report.charts.canvas import Pen
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.lines import Plot, Spot, beside_newest, over_time
from bench.report.charts.palette import Look, Palette, palette, tokens
from bench.report.charts.scale import Guide
from bench.report.clean import clean
from bench.report.markdown import plain, table
from bench.report.numbers import percent
from bench.report.page import rendered
from bench.report.view import workload_title
from bench.wording.numbers import joined


NOBODY = "–"
MOST_PACKAGES = 8
"""Other packages named in a row; the table of environments has all of them."""


def bisection_md(bisection: Bisection) -> str:
    """A heading, one sentence on what was done, and a row for each step."""
    bisection = clean(bisection)
    steps = steps_table(bisection)
    align = "--" + "r" * (len(steps.columns) - 3) + "-"
    lines = [
        f"## {plain(heading(bisection))}",
        "",
        plain(how(bisection)),
        "",
        *table(steps.columns, (map(plain, row) for row in steps.rows), align),
        "",
        *(
            f"- {plain(release.version)} was left out: {plain(release.skipped or '')}"
            for release in bisection.releases
            if release.skipped
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def bisection_html(bisection: Bisection, framework: Framework) -> str:
    """The whole page; the same bisection gives the same bytes."""
    bisection = clean(bisection)
    colours = palette((framework,))
    return rendered(
        "bisection.html.j2",
        colours,
        found=bisection,
        title=framework.title,
        heading=heading(bisection),
        how=how(bisection),
        steps=steps_table(bisection),
        chart=_chart(bisection, framework, colours),
        costs=_costs(bisection),
        environments=_environments(bisection),
        skipped=[release for release in bisection.releases if release.skipped],
        command=command_line(bisection),
    )


def heading(bisection: Bisection) -> str:
    """How many steps there are between the two, and what all of them come to."""
    measured = [release for release in bisection.releases if release.costs]
    count = len({(step.older, step.newer) for step in bisection.steps})
    ends = f"{bisection.package} {bisection.releases[0].version} to {bisection.releases[-1].version}"
    if len(measured) < 2:
        return f"{ends}: fewer than two releases could be measured"
    whole = []
    for workload in bisection.workloads:
        first, last = (
            release.costs.get(workload) for release in (measured[0], measured[-1])
        )
        if first is not None and last is not None:
            whole.append(f"{workload} {last.value / first.value:.2f} times the cost")
    steps = f"{count} release{'' if count == 1 else 's'} changed the cost by more than {percent(bisection.threshold)}"
    return f"{ends}: {steps}; {joined(whole)}"


def how(bisection: Bisection) -> str:
    """What was measured, of how many releases."""
    measured = sum(bool(release.costs) for release in bisection.releases)
    skipped = sum(release.skipped is not None for release in bisection.releases)
    if bisection.timed:
        return (
            f"CPU time per request of {measured} releases in "
            f"{bisection.measured_by['rounds']} paired rounds of run {bisection.measured_by['run']}. "
            f"A step is a change whose whole interval lies beyond {percent(bisection.threshold)}; "
            f"{skipped} could not be measured."
        )
    rest = len(bisection.releases) - measured - skipped
    return (
        f"Instructions per request inside the application, counted by "
        f"{bisection.measured_by['valgrind']} under Python {bisection.measured_by['python']}: "
        f"{measured} of {len(bisection.releases)} releases, each after it gave the right answers. "
        f"{skipped} did not meet the contract or could not be installed. {rest} lie between "
        "two measured ones that cost the same to half the threshold and were not counted. "
        "Each release is installed beside the packages of the newest lock, or what fits with it instead; "
        "instructions are not time, and those of server and kernel are not in them."
    )


def command_line(bisection: Bisection) -> str:
    """What a person types to make it again."""
    return " ".join(
        [
            f"bench bisect {bisection.package}",
            f"{bisection.releases[0].version} {bisection.releases[-1].version}",
            f"--workload {','.join(bisection.workloads)}",
            *(["--timed"] if bisection.timed else []),
        ]
    )


def steps_table(bisection: Bisection) -> ChartTable:
    """A row for each pair of releases with a step, a column for each workload."""
    pairs = dict.fromkeys((step.older, step.newer) for step in bisection.steps)
    rows = []
    for older, newer in pairs:
        own = {
            s.workload: s
            for s in bisection.steps
            if (s.older, s.newer) == (older, newer)
        }
        cells = [_cell(own.get(name)) for name in bisection.workloads]
        rows.append((newer, older, *cells, _changes(next(iter(own.values())).changed)))
    return ChartTable(
        ("release", "after", *bisection.workloads, "also different"),
        tuple(rows) or ((NOBODY,) * (3 + len(bisection.workloads)),),
    )


def _cell(step: CostStep | None) -> str:
    if step is None:
        return NOBODY
    change = f"{100 * (step.times - 1):+.1f}\u00a0%"
    if step.low is not None and step.high is not None:
        return f"{change} ({100 * (step.low - 1):+.1f} to {100 * (step.high - 1):+.1f})"
    return change if step.exact else f"{change}, two counts differ"


def _changes(changed: tuple[PackageChange, ...]) -> str:
    shown = [
        f"{change.package} {change.before or 'none'} → {change.after or 'none'}"
        for change in changed[:MOST_PACKAGES]
    ]
    more = len(changed) - MOST_PACKAGES
    return ", ".join([*shown, *([f"{more} more"] if more > 0 else [])]) or "nothing"


def _chart(bisection: Bisection, framework: Framework, colours: Palette) -> Chart:
    look = Look(*tokens(0), framework.look.marker)
    plots = [_plot(bisection, workload, look) for workload in bisection.workloads]
    what = "CPU time" if bisection.timed else "instructions"
    words = ChartText(
        finding=heading(bisection),
        sub=f"{framework.title}: {what} per request, oldest release = 100\u00a0%, lower is better",
        caption="Mark: a release that was measured; large, with a dotted line: a step. "
        "A release between two marks on one level was not measured.",
    )
    return chart(
        f"releases-{bisection.package}",
        colours,
        words,
        _costs(bisection),
        beside_newest(plots, stacked=True),
    )


def _plot(bisection: Bisection, workload: str, look: Look) -> Plot:
    """A stair: a release costs what the last measured one did until the next; steps are named, and both ends."""
    stepped = {
        stepped_to.newer
        for stepped_to in bisection.steps
        if stepped_to.workload == workload
    }
    costs = [release.costs.get(workload) for release in bisection.releases]
    base = next((cost.value for cost in costs if cost), 1.0)
    spots, guides = [], []
    for place, (release, cost) in enumerate(
        zip(bisection.releases, costs, strict=True)
    ):
        step = release.version in stepped
        is_named = step or place in {0, len(costs) - 1}
        name = (release.version,) if is_named else ()
        size = 7.0 if step else 4.5
        if cost is None:
            spots.append(Spot(place, None, name=name))
            continue
        low, high = (end and end / base for end in (cost.low, cost.high))
        spots.append(Spot(place, cost.value / base, low, high, size=size, name=name))
        if step:
            guides.append(Guide(place, Pen("warn", 1.0, "dotted")))
    plot = over_time((workload_title(workload), look.text), look, spots, stairs=True)
    return replace(plot, guides=tuple(guides))


def _costs(bisection: Bisection) -> ChartTable:
    """Every release with what it costs."""
    rows = []
    for release in bisection.releases:
        cells = []
        for workload in bisection.workloads:
            cost = release.costs.get(workload)
            if cost is None:
                cells.append("left out" if release.skipped else "not counted")
            elif bisection.timed:
                cells.append(
                    f"{cost.value:.3f}"
                    if cost.low is None or cost.high is None
                    else f"{cost.value:.3f} ({cost.low:.3f} to {cost.high:.3f})"
                )
            else:
                cells.append(f"{cost.value:,.0f}")
        rows.append((release.version, *cells))
    return ChartTable(("release", *bisection.workloads), tuple(rows))


def _environments(bisection: Bisection) -> ChartTable:
    """What else differs from each measured release to the next, step or none."""
    rows = tuple(
        (
            f"{older.version} → {newer.version}",
            _all(older.packages, newer.packages, bisection),
        )
        for older, newer in neighbours(bisection.releases)
    )
    return ChartTable(
        ("releases", "other packages"), tuple(row for row in rows if row[1])
    )


def _all(
    before: Mapping[str, str], after: Mapping[str, str], bisection: Bisection
) -> str:
    return ", ".join(
        f"{name} {before.get(name, 'none')} → {after.get(name, 'none')}"
        for name in sorted({*before, *after}, key=str.lower)
        if before.get(name) != after.get(name) and name.lower() != bisection.package
    )
