"""
trend.html: the versions of each framework that one run measured side by side.

A pure function of Results, as report.html is, and in its style, and of what the
history keeps, where there is one.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from markupsafe import Markup

from bench.model.history import KeptRun
from bench.model.plural import plural
from bench.model.results import Results
from bench.report.charts.chart import ChartTable
from bench.report.charts.palette import palette
from bench.report.clean import clean
from bench.report.page import page_environment, page_style
from bench.report.past import past
from bench.report.trend_charts import METRICS, failed, title, trend_charts
from bench.report.versions import (
    Family,
    also_differ,
    asked_for,
    families,
    only_beneath,
    question,
)
from bench.report.view import View
from bench.report.write import replace_file
from bench.store.untrusted_input import refuse_links
from bench.wording.numbers import joined


def write_trend(
    results: Results, folder: Path, kept: Sequence[KeptRun] = ()
) -> Path | None:
    """Write trend.html beside the report; None, and none is left, where no framework has two versions."""
    refuse_links(folder)
    path = folder / "trend.html"
    page = trend_html(results, kept)
    if page is None:
        path.unlink(missing_ok=True)
        return None
    return replace_file(path, page)


def trend_html(results: Results, kept: Sequence[KeptRun] = ()) -> str | None:
    """The page, with the history of its machine if `kept` has one; None where no framework was measured at two versions."""
    view = View(clean(results))
    found = families(view)
    if not found:
        return None
    colours = palette(view.results.frameworks)
    template = page_environment().get_template("trend.html.j2")
    return template.render(
        run=view.results,
        css=Markup(page_style(colours)),
        question=question(found),
        only_beneath=only_beneath(found),
        packages_asked=bool(asked_for(found)),
        also_differ=also_differ(view, found),
        stands_on=_stands_on(view, found),
        finding=_finding(view, found),
        charts=trend_charts(view, colours, found),
        refused=_refused(view, found),
        packages=_packages(view, found),
        past=past(view, colours, kept, view.results.control_reach.get),
    )


def _stands_on(view: View, found: list[Family]) -> str:
    """What the releases have of the packages that others were asked for with, and whose it is where they differ."""
    told = []
    for package in asked_for(found):
        titles: dict[str, list[str]] = {}
        for newest in (family.heads[-1] for family in found):
            if package in newest.packages and not newest.asked:
                release = newest.packages[package]
                titles.setdefault(release, []).append(title(view, newest))
        for release, whose in titles.items():
            beneath = f" beneath {joined(whose)}" if len(titles) > 1 else ""
            told.append(f"{package} {release}{beneath}")
    return joined(told)


def _refused(view: View, found: list[Family]) -> list[str]:
    """What could not be prepared, and which releases failed on what; each with its first reason."""
    failures = view.results.failures
    told = [
        f"{each.target} was not measured: {each.message}"
        for each in failures
        if each.round == 0
    ]
    for target, workload in product(
        (each.target.id for family in found for each in family.versions),
        (None, *(note.name for note in view.results.workloads)),
    ):
        own = failed(view, target, workload)
        if own:
            count = len({each.round for each in own})
            where = f" on “{view.workload(workload)}”" if workload else ""
            told.append(
                f"{target} failed{where} in {count} of {plural(view.results.rounds_done, 'round')}: {own[0].message}"
            )
    return told


def _finding(view: View, found: list[Family]) -> str:
    if any(metric not in view.results.control_reach for metric in METRICS):
        return "This run cannot tell a step from noise"
    count = len(view.results.steps)
    if count:
        return f"{plural(count, 'step')} beyond the noise"
    if only_beneath(found):
        return "No difference is larger than the noise"
    return "No step between two versions is larger than the noise"


def _packages(view: View, found: list[Family]) -> list[ChartTable]:
    """What is installed beside each version, where it is not the same for all of a framework."""
    tables = []
    for family in found:
        installed = [
            receipt.packages
            if (receipt := view.results.receipts.get(each.target.id))
            else {}
            for each in family.versions
        ]
        names = sorted({name for each in installed for name in each}, key=str.lower)
        rows = tuple(
            (name, *cells)
            for name in names
            if len({*(cells := [each.get(name, "–") for each in installed])}) > 1
        )
        columns = (
            title(view, family.versions[0]),
            *(each.name for each in family.versions),
        )
        tables.append(ChartTable(columns, rows))
    return tables
