"""The section on high load: the chart, every step, and what came after the surge."""

from collections.abc import Iterator

from bench.experiments.stress.chart import hockey_chart, surge_chart
from bench.experiments.stress.model import Stress, Stressed, StressStep
from bench.model.estimate import RoundSeries
from bench.model.plural import plural
from bench.report.charts.chart import Chart, ChartTable
from bench.report.charts.palette import Palette
from bench.report.numbers import percent, with_interval
from bench.report.section import Body, NumberTable, Section
from bench.report.view import View
from bench.wording.numbers import share


NONE = (
    "Not measured: this run’s profile ({profile}) does not play the stress "
    "experiment; the stress and standard profiles do."
)
PAST_CAPACITY = (
    "Past its capacity a server’s response times grow with the length of the window; "
    "they say how long, and not how well, it was overloaded."
)
AFTER = "After the surge"


def high_load(view: View, palette: Palette) -> Body:
    """Response time against offered rate, or why it was not measured."""
    steps, after = stress_table(view), recovery_table(view)
    tables = []
    if steps and after:
        summary = (
            "Every share of capacity: what was answered, what failed, how long it took"
        )
        tables = [
            NumberTable("Under stress", steps, summary=summary, note=PAST_CAPACITY),
            NumberTable(AFTER, after, heading=AFTER),
        ]
    return Body(
        stress_charts(view, palette),
        stress_missing(view),
        stress_words(view) or "",
        tables=tuple(tables),
    )


def stress_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """Two charts for each workload that was stressed."""
    stress: Stress | None = view.results.found["stress"]
    if stress is None:
        return ()
    workloads = dict.fromkeys(stressed.workload for stressed in stress.targets)
    charts = [
        draw(view, palette, stress, name)
        for name in workloads
        for draw in (hockey_chart, surge_chart)
    ]
    return tuple(drawn for drawn in charts if drawn is not None)


def stress_missing(view: View) -> tuple[str, ...]:
    """Why there is nothing, where there is nothing; and who could not go on."""
    stress: Stress | None = view.results.found["stress"]
    if stress is None:
        return (NONE.format(profile=view.results.profile.name),)
    measured = any(
        step.p99_ms.estimate for stressed in stress.targets for step in stressed.steps
    )
    none = () if measured else ("Not measured: too few rounds count.",)
    return (
        *none,
        *(
            f"{view.label(stressed.target)}: {failure}"
            for stressed in stress.targets
            for failure in stressed.failures
        ),
    )


def stress_table(view: View) -> ChartTable | None:
    """Every target at every share; None where the experiment was not played."""
    stress: Stress | None = view.results.found["stress"]
    if stress is None:
        return None
    rows = tuple(
        _row(view, stress, stressed, step)
        for stressed in stress.targets
        for step in stressed.steps
    )
    columns = ("set-up", "workload", "offered", "offered, requests/s")
    rates = ("answered meanwhile, requests/s", "of what could be", "failed")
    return ChartTable((*columns, *rates, "p50, ms", "p99, ms", "windows"), rows)


def _row(
    view: View, stress: Stress, stressed: Stressed, step: StressStep
) -> tuple[str, ...]:
    share = f"{percent(round(step.share, 4))} of its capacity"
    surge = f", for {stress.surge.lasts_s:g} s" if step.in_surge else ""
    times = [
        "several loads in one" if step.in_surge else _cell(series, "too few requests")
        for series in (step.p50_ms, step.p99_ms)
    ]
    void = f", {step.void} void: {step.void_because}" if step.void else ""
    return (
        view.label(stressed.target),
        view.workload(stressed.workload),
        share + surge,
        _cell(step.offered_rps),
        _cell(step.achieved_rps),
        _share(step.kept),
        _share(step.failed) + _errors(step),
        *times,
        f"{step.windows}{void}",
    )


def recovery_table(view: View) -> ChartTable | None:
    """What the surge left, and how soon it was over."""
    stress: Stress | None = view.results.found["stress"]
    if stress is None:
        return None
    columns = ("set-up", "workload", "capacity, requests/s")
    more = ("waiting when the surge ended", "seconds until it was over", "over in")
    return ChartTable((*columns, *more), tuple(_after(view, stress)))


def _after(view: View, stress: Stress) -> Iterator[tuple[str, ...]]:
    for stressed in stress.targets:
        rounds = sum(value is not None for value in stressed.recovery_s.rounds)
        yield (
            view.label(stressed.target),
            view.workload(stressed.workload),
            _cell(stressed.capacity_rps),
            _cell(stressed.waiting),
            _cell(stressed.recovery_s),
            f"{stressed.recovered} of {plural(rounds, 'round')}"
            if rounds
            else "not measured",
        )


def stress_words(view: View) -> str | None:
    """What was done, in the section's first lines; None where nothing was."""
    stress: Stress | None = view.results.found["stress"]
    if stress is None:
        return None
    peak = percent(round(stress.base_share * stress.surge.times, 4))
    return (
        f"Each target was offered shares of what it had answered itself just before, "
        f"over at most {stress.connections} connections; what finds none waits "
        f"before the server, and its time counts. Then, in one visit, "
        f"{percent(stress.base_share)}, {peak} for {stress.surge.lasts_s:g} s, and "
        f"{percent(stress.base_share)} again: a server that works at its capacity "
        f"throughout is through with the backlog after {stress.ideal_s:.1f} s; "
        f"{stress.watched_s:g} s were watched, and who was not back by then counts "
        "as that."
    )


def _cell(series: RoundSeries, absent: str = "not measured") -> str:
    return with_interval(series.estimate) if series.estimate else absent


def _share(series: RoundSeries) -> str:
    """A share as per cent with its interval."""
    estimate = series.estimate
    if estimate is None:
        return "not measured"
    return share(estimate, 0 if estimate.point >= 0.1 else 2)


def _errors(step: StressStep) -> str:
    said = ", ".join(f"{n:,} {kind}" for kind, n in sorted(step.errors.items()))
    return f"; {said}" if said else ""


SECTION = Section("high-load", "High load, and afterwards", "High load", high_load)
