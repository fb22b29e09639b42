"""The page of several runs together: ratios over runs and over machines, and what differs between them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from math import expm1, isfinite, sqrt
from pathlib import Path
from statistics import fmean

from bench.model.estimate import Estimate
from bench.model.framework import Framework
from bench.model.plural import plural
from bench.model.pooled import (
    LeftOut,
    Omission,
    Pool,
    PooledRatio,
    RatioOfMachine,
)
from bench.report.charts.canvas import Pen
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart, standalone
from bench.report.charts.palette import Look, Palette, palette
from bench.report.charts.rows import Dot, Panel, Row, Rows
from bench.report.charts.scale import Axis, Guide
from bench.report.clean import clean
from bench.report.numbers import percent, ratio
from bench.report.page import rendered
from bench.report.view import workload_title
from bench.report.write import replace_file
from bench.store.untrusted_input import refuse_links
from bench.wording.numbers import joined
from bench.wording.reasons import worded_pool


PAGE = "pooled.html"
DATA = "pooled.json"
METRICS = {
    "throughput": "Requests per second",
    "cpu": "Server CPU time per request",
    "memory": "Memory under load",
}


def write_pooled(pool: Pool, frameworks: tuple[Framework, ...], folder: Path) -> Path:
    """Write the page, its numbers as JSON and its charts as pictures; the page's path."""
    refuse_links(folder)
    pool = worded_pool(pool)
    colours = palette(frameworks)
    charts = _charts(clean(pool), colours)
    files = {
        DATA: json.dumps(asdict(pool), indent=1) + "\n",
        **{f"{c.id}.svg": standalone(c, colours, dark=False) for c in charts},
        PAGE: pooled_html(pool, colours, charts),
    }
    for name, content in files.items():
        page = replace_file(folder / name, content)
    return page


def pooled_html(pool: Pool, colours: Palette, charts: Sequence[Chart]) -> str:
    """The whole page; the same runs give the same bytes."""
    cleaned = clean(pool)
    return rendered(
        "pooled.html.j2",
        colours,
        pool=cleaned,
        short=_short(cleaned),
        charts=charts,
        machines=_machines(cleaned),
        runs=_runs(cleaned),
        differing=_differing(cleaned),
        ratios=_ratios(cleaned),
        left_out=_left_out(cleaned),
        data=DATA,
    )


def _short(pool: Pool) -> str:
    """What the page is about, and how far runs lie apart."""
    words = f"**{plural(len(pool.runs), 'run')} on {plural(len(pool.machines), 'machine')}.**"
    apart = {
        number: between
        for number in range(len(pool.machines))
        if (between := _between(pool, number)) is not None
    }
    if not apart:
        return f"{words} No machine has two of them, so nobody knows by how much runs of one machine differ."
    spreads = joined(
        [
            f"{percent(round(expm1(between), 3))} on machine {number + 1}"
            for number, between in apart.items()
        ]
    )
    return (
        f"{words} Beyond what their rounds scatter, ratios of throughput and CPU time between frameworks differ "
        f"from run to run by {spreads} (standard deviation). The interval of a single run does not hold this."
    )


def _between(pool: Pool, machine: int) -> float | None:
    """The root mean square of the standard deviations between a machine's runs; None below two runs."""
    deviations = [
        of.between
        for ratio_ in pool.ratios
        for of in ratio_.machines
        if of.machine == machine
        and of.between is not None
        and ratio_.metric in ("throughput", "cpu")
        and _contestants(pool, ratio_)
    ]
    return sqrt(fmean(deviation**2 for deviation in deviations)) if deviations else None


def _charts(pool: Pool, colours: Palette) -> list[Chart]:
    """One for each workload and metric of speed, with the ratios between usual deployments."""
    charts = []
    speed = [
        r
        for r in pool.ratios
        if r.metric in ("throughput", "cpu") and _contestants(pool, r)
    ]
    for metric in ("throughput", "cpu"):
        for workload in dict.fromkeys(r.workload for r in speed):
            own = [r for r in speed if (r.workload, r.metric) == (workload, metric)]
            if own:
                title = f"{METRICS[metric]}: {workload_title(workload)}"
                charts.append(_chart(pool, colours, own, title))
    return charts


def _contestants(pool: Pool, ratio_: PooledRatio) -> bool:
    return {ratio_.subject, ratio_.baseline} <= set(pool.contestants)


def _chart(
    pool: Pool, colours: Palette, own: Sequence[PooledRatio], finding: str
) -> Chart:
    panels, rows = [], []
    for pooled_ratio in own:
        title, lines = (
            f"{_name(pool, pooled_ratio)}, times better",
            _lines(pool, pooled_ratio),
        )
        panels.append(_panel(title, lines))
        rows += [(f"{title}: {name}", *ratio(e), str(e.n)) for name, e, _ in lines]
    words = ChartText(
        finding,
        "One row for each run with its own interval; diamonds are several runs together",
        "Each ratio has an axis of its own. A whisker that ends at the edge goes on beyond it.",
    )
    return chart(
        f"forest-{own[0].workload}-{own[0].metric}",
        colours,
        words,
        ChartTable(
            ("ratio", "times better", "interval", "rounds, runs or machines"),
            tuple(rows),
        ),
        Rows(tuple(panels), pitch=19.0, share=0.42),
    )


type Line = tuple[str, Estimate, bool]
"""A name, its ratio, and whether that is of several runs."""


def _panel(title: str, lines: Sequence[Line]) -> Panel:
    """One ratio, on a linear axis of its own: ratios differ by far more than runs do."""
    rows = tuple(
        Row(
            name,
            Look("ink", "ink", "D") if pooled else Look("muted", "muted", "o"),
            dots=Dot.of(estimate),
            value=ratio(estimate)[0],
            quiet=not pooled,
        )
        for name, estimate, pooled in lines
    )
    axis = Axis(between=_ends(lines), unit="×")
    return Panel(rows, axis, title=title, guides=(Guide(1.0, Pen("ink", 1.4)),))


def _ends(lines: Sequence[Line]) -> tuple[float, float]:
    """
    Around the runs' own intervals and every point; a pooled interval of two runs may go beyond.

    Two runs know next to nothing of how far runs lie apart: such an interval
    would leave the others no room.
    """
    points = [e.point for _, e, _ in lines if isfinite(e.point)]
    own = [v for _, e, pooled in lines if not pooled for v in (e.low, e.high)]
    ends = [v for _, e, _ in lines for v in (e.low, e.high) if isfinite(v)]
    shown = [*points, *filter(isfinite, own)]
    low, high = min(shown), max(shown)
    room = max(high - low, 0.01 * high)
    low = max(min(ends), low - 0.5 * room, 0.0)
    high = min(max(ends), high + 0.5 * room)
    air = max(0.05 * (high - low), 0.001 * high)
    return max(low - air, 0.0), high + air


def _lines(pool: Pool, pooled_ratio: PooledRatio) -> list[Line]:
    lines: list[Line] = []
    for of in pooled_ratio.machines:
        lines += [(_day(pool, run.run), run.estimate, False) for run in of.runs]
        if of.estimate is not None:
            name = f"machine {of.machine + 1}, {plural(len(of.runs), 'run')}"
            lines.append((name, of.estimate, True))
    if pooled_ratio.estimate is not None:
        lines.append(
            (plural(len(pooled_ratio.machines), "machine"), pooled_ratio.estimate, True)
        )
    return lines


def _day(pool: Pool, run: str) -> str:
    """A run by its day, hour and profile, as its id has them; by its id where that is another one."""
    number = next(r.machine for r in pool.runs if r.id == run) + 1
    date, _, rest = run.partition("T")
    clock, _, profile = rest.partition("-")
    if not (date.isdigit() and len(date) == 8):
        return f"{number}: {run}"
    return f"{number}: {date[4:6]}-{date[6:]} {clock[:2]}:{clock[2:4]} {profile.partition('-')[0]}"


def _name(pool: Pool, pooled_ratio: PooledRatio) -> str:
    return (
        f"{pool.titles[pooled_ratio.subject]} over {pool.titles[pooled_ratio.baseline]}"
    )


def _machines(pool: Pool) -> ChartTable:
    rows = tuple(
        (
            f"machine {number + 1}",
            machine.cpu_model,
            machine.fingerprint,
            machine.engine,
            str(sum(run.machine == number for run in pool.runs)),
        )
        for number, machine in enumerate(pool.machines)
    )
    return ChartTable(("machine", "processor", "fingerprint", "engine", "runs"), rows)


def _runs(pool: Pool) -> ChartTable:
    rows = tuple(
        (
            run.id,
            f"machine {run.machine + 1}",
            run.created_at,
            run.profile,
            str(run.rounds),
            "not known" if run.cpu_time is None else f"{run.cpu_time:.2f}×",
        )
        for run in pool.runs
    )
    columns = ("run", "machine", "begun", "profile", "rounds")
    return ChartTable((*columns, "CPU time beside the machine’s first run"), rows)


def _differing(pool: Pool) -> ChartTable | None:
    """The facts that are not the same in all runs; a run that does not have one says so."""
    names = dict.fromkeys(name for run in pool.runs for name in run.facts)
    rows = tuple(
        (name, *cells)
        for name in names
        if len({*(cells := [run.facts.get(name, "–") for run in pool.runs])}) > 1
    )
    columns = ("what differs", *(_day(pool, run.id) for run in pool.runs))
    return ChartTable(columns, rows) if rows else None


def _ratios(pool: Pool) -> list[tuple[str, ChartTable]]:
    """Every pooled ratio, by metric."""
    columns = (
        "ratio",
        "workload",
        "over",
        "times better",
        "95 % interval",
        "SD between",
    )
    return [
        (
            METRICS.get(metric, metric),
            ChartTable(columns, tuple(row for r in own for row in _rows(pool, r))),
        )
        for metric, own in groupby(
            sorted(pool.ratios, key=lambda r: list(METRICS).index(r.metric)),
            key=lambda r: r.metric,
        )
    ]


def _rows(pool: Pool, pooled_ratio: PooledRatio) -> list[tuple[str, ...]]:
    name, workload = _name(pool, pooled_ratio), workload_title(pooled_ratio.workload)
    rows: list[tuple[str, ...]] = [
        (name, workload, _over(of), *_numbers(of.estimate, of.between))
        for of in pooled_ratio.machines
    ]
    if pooled_ratio.estimate is not None:
        over = plural(len(pooled_ratio.machines), "machine")
        rows.append(
            (
                name,
                workload,
                over,
                *_numbers(pooled_ratio.estimate, pooled_ratio.between),
            )
        )
    return rows


def _over(of: RatioOfMachine) -> str:
    return f"machine {of.machine + 1}, {plural(len(of.runs), 'run')}"


def _numbers(estimate: Estimate | None, between: float | None) -> tuple[str, str, str]:
    if estimate is None or between is None:
        return "see the run", "–", "not known"
    return (*ratio(estimate), percent(round(expm1(between), 4)))


def _left_out(pool: Pool) -> ChartTable | None:
    rows = tuple(
        (
            omitted.run,
            _what(omitted),
            omitted.because,
        )
        for omitted in sorted(
            pool.left_out, key=lambda e: (e.why is Omission.ONE_RUN, e.run)
        )
    )
    return ChartTable(("run", "what", "why it takes no part"), rows) if rows else None


def _what(omitted: LeftOut) -> str:
    if omitted.workload is None:
        return "the whole run"
    return f"{plural(omitted.ratios, 'ratio')} on {workload_title(omitted.workload)}"
