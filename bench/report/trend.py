"""
trend.html: the versions of each framework that one run measured side by side.

A pure function of Results, as report.html is, and in its style, and of what the
history keeps, where there is one. A step between two versions is named only
where its whole interval lies outside the noise.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from pathlib import Path

from markupsafe import Markup

from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.model.history import KeptRun
from bench.model.results import Results
from bench.model.trial import Failure
from bench.report.charts.chart import Chart, Table, Words, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.palette import Palette, palette
from bench.report.charts.releases import Line, Release, draw, outside
from bench.report.clean import clean
from bench.report.page import page_environment, page_style
from bench.report.past import past
from bench.report.view import View, absent, inverse, joined, lower_first
from bench.report.write import replace_file
from bench.store.outside import refuse_links


METRICS = ("throughput", "cpu")
MORE = {"throughput": "answers {} % {} requests", "cpu": "takes {} % {} processor time"}


@dataclass(frozen=True, slots=True)
class _Step:
    """From one version to the next."""

    title: str
    older: str
    newer: str
    advantage: Estimate


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
    families = list(_families(view))
    if not families:
        return None
    colours = palette(view.results.frameworks)
    names = [note.name for note in view.results.workloads]
    charts = [
        _chart(view, colours, families, workload, metric)
        for metric in METRICS
        for workload in names
        if any(view.measured(t.id, workload, metric) for f in families for t in f)
    ]
    template = page_environment().get_template("trend.html.j2")
    return template.render(
        run=view.results,
        css=Markup(page_style(colours)),
        finding=_finding(view, families),
        charts=charts,
        refused=_refused(view, families),
        packages=_packages(view, families),
        past=past(view, colours, kept, partial(_noise, view)),
    )


def _families(view: View) -> Iterator[list[Target]]:
    """The versions of each framework that has several, by what was installed."""
    by_name: dict[str, list[Target]] = {}
    for target in (*view.contestants, *view.older):
        by_name.setdefault(target.framework, []).append(target)
    order = [framework.name for framework in view.results.frameworks]
    for name in sorted(by_name, key=lambda n: order.index(n) if n in order else 99):
        if len(by_name[name]) > 1:
            yield sorted(by_name[name], key=lambda target: _age(view, target))


def _age(view: View, target: Target) -> tuple[list[int], str]:
    receipt = view.results.receipts.get(target.id)
    told = receipt.version if receipt else target.version
    return [int(word) for word in re.findall(r"\d{1,9}", told)[:3]], target.version


def _refused(view: View, families: list[list[Target]]) -> list[str]:
    """What could not be prepared, and which releases failed on what; each with its first reason."""
    failures = view.results.failures
    told = [
        f"{each.target} was not measured: {each.message}"
        for each in failures
        if each.round == 0
    ]
    for target, workload in product(
        (target.id for family in families for target in family),
        (None, *(note.name for note in view.results.workloads)),
    ):
        own = _failed(view, target, workload)
        if own:
            count = len({each.round for each in own})
            where = f" on “{view.workload(workload)}”" if workload else ""
            told.append(
                f"{target} failed{where} in {count} of {view.results.rounds_done} rounds: {own[0].message}"
            )
    return told


def _failed(view: View, target: str, workload: str | None) -> list[Failure]:
    """In the rounds of the headline comparison."""
    return [
        each
        for each in view.results.failures
        if (each.target, each.workload) == (target, workload)
        and each.round
        and not each.experiment
    ]


def _newest(view: View, family: list[Target], workload: str, metric: str) -> Target:
    """What the others stand beside: the newest release that was measured."""
    measured = [t for t in family if view.measured(t.id, workload, metric)]
    return (measured or family)[-1]


def _noise(view: View, metric: str) -> float | None:
    """How far from 1 the twin's intervals reach on this metric."""
    found = [
        max(pair.advantage.high, inverse(pair.advantage).high)
        for pair in view.twins()
        if pair.metric == metric and pair.advantage is not None
    ]
    return max(found, default=None)


def _steps(
    view: View, families: list[list[Target]], workload: str, metric: str
) -> list[_Step]:
    """Every step whose interval lies outside the noise."""
    noise = _noise(view, metric)
    found = []
    for family in families:
        for older, newer in pairwise(family):
            advantage = view.advantage(newer.id, older.id, workload, metric)
            if advantage is not None and noise and outside(advantage, noise):
                title = _title(view, newer)
                found.append(_Step(title, older.version, newer.version, advantage))
    return found


def _title(view: View, target: Target) -> str:
    framework = view.framework_of(target.id)
    return view.label(framework.name if framework else target.framework)


def _words(step: _Step, metric: str) -> str:
    ratio = step.advantage.point if metric == "throughput" else 1 / step.advantage.point
    share = abs(ratio - 1) * 100
    what = MORE[metric].format(f"{share:.0f}", "more" if ratio > 1 else "less")
    return f"{step.title} {step.newer} {what.replace('less requests', 'fewer requests')} than {step.older}"


def _finding(view: View, families: list[list[Target]]) -> str:
    count = sum(
        len(_steps(view, families, note.name, metric))
        for note in view.results.workloads
        for metric in METRICS
    )
    if any(_noise(view, metric) is None for metric in METRICS):
        return "This run has too few rounds to name a step"
    if not count:
        return "No step between two releases is larger than the noise"
    return f"{count} step{'s' if count > 1 else ''} beyond the noise"


def _chart(
    view: View,
    colours: Palette,
    families: list[list[Target]],
    workload: str,
    metric: str,
) -> Chart:
    noise = _noise(view, metric)
    lines = tuple(_line(view, family, workload, metric) for family in families)
    steps = [_words(s, metric) for s in _steps(view, families, workload, metric)]
    title = lower_first(view.metric(metric).title)
    reach = f"{100 * (noise - 1):.1f}\u00a0%" if noise else "not known"
    words = Words(
        finding=joined(steps) or "No step beyond the noise",
        sub=f"{view.workload(workload)}: {title}, newest release = 100\u00a0%, higher is better",
        caption="Mark and bar: mean and interval of ratios within rounds. "
        f"Grey band: the noise, {reach}. A step is named only if its whole "
        "interval is outside the band.",
    )
    columns = ("release", "beside the newest", "interval", "level", "rounds")
    rows = tuple(
        _row(view, family, target, workload, metric)
        for family in families
        for target in family
    )
    return chart(
        f"trend-{metric}-{workload}",
        colours,
        words,
        Table(columns, rows),
        lambda width: draw(colours, width, lines, noise),
    )


def _line(view: View, family: list[Target], workload: str, metric: str) -> Line:
    newest = _newest(view, family, workload, metric)
    token, text_token, shape = look_tokens(view, newest.id)
    return Line(
        _title(view, newest),
        token,
        text_token,
        shape,
        view.look(newest.id).dash,
        tuple(
            Release(
                target.version,
                view.advantage(target.id, newest.id, workload, metric),
                target is newest and view.measured(newest.id, workload, metric),
            )
            for target in family
        ),
    )


def _row(
    view: View, family: list[Target], target: Target, workload: str, metric: str
) -> tuple[str, ...]:
    name = f"{_title(view, target)} {target.version}"
    newest = _newest(view, family, workload, metric)
    if target is newest and view.measured(target.id, workload, metric):
        words = "the newest" if target is family[-1] else "the newest that was measured"
        return name, f"100\u00a0%, {words}", "–", "–", "–"
    found = view.advantage(target.id, newest.id, workload, metric)
    if found is None:
        failed = [*_failed(view, target.id, None), *_failed(view, target.id, workload)]
        quantity = view.quantity(target.id, workload, metric)
        reason = quantity.reason if quantity else None
        return name, absent(failed[0].message if failed else reason), "–", "–", "–"
    return (
        name,
        f"{100 * found.point:.1f}\u00a0%",
        f"{100 * found.low:.1f} to {100 * found.high:.1f}",
        f"{100 * found.level:.4g}\u00a0%",
        str(found.n),
    )


def _packages(view: View, families: list[list[Target]]) -> list[Table]:
    """What is installed beside each version, where it is not the same for all of a framework."""
    tables = []
    for family in families:
        installed = [
            receipt.packages if (receipt := view.results.receipts.get(t.id)) else {}
            for t in family
        ]
        names = sorted({name for each in installed for name in each}, key=str.lower)
        rows = tuple(
            (name, *cells)
            for name in names
            if len({*(cells := [each.get(name, "–") for each in installed])}) > 1
        )
        columns = (_title(view, family[0]), *(target.version for target in family))
        tables.append(Table(columns, rows))
    return tables
