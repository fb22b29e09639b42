"""A stored run as data frames, for whoever looks at it with pandas."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from bench.analyse import metrics
from bench.analyse.analysis import analyse
from bench.analyse.open_loop import check_open
from bench.analyse.trials import lay_out
from bench.analyse.voids import Checked, check
from bench.model.estimate import Comparison, Metric, Quantity
from bench.model.run import Run
from bench.plan.schedule import servers_up


_UNITS = {"requests/s": "rps", "µs": "us", "% of a core": "percent"}


@dataclass(frozen=True, slots=True)
class Frames:
    """
    A run at three depths; missing is not measured.

    `windows`: one row for each window of a complete round, of the headline
    comparison ("" as its `experiment`), open loops and experiments. `rounds`:
    one row for each round of each quantity of a target (`value` in `unit`).
    `comparisons`: one row for each pair, workload and metric; `ratio` is above
    1 where the subject is better, `low` to `high` its interval at `level` over
    `n` rounds.
    """

    windows: pd.DataFrame
    rounds: pd.DataFrame
    comparisons: pd.DataFrame


def frames_of(run: Run) -> Frames:
    """The run's windows, and what analysis makes of them; nothing is judged."""
    analysis = analyse(run)
    units = {metric.name: metric.unit for metric in analysis.metrics}
    return Frames(
        pd.DataFrame(_windows(run)),
        pd.DataFrame(_rounds(analysis.quantities, units)),
        pd.DataFrame(_comparisons(analysis.comparisons)),
    )


def _windows(run: Run) -> Iterator[dict[str, object]]:
    trials = lay_out(run)
    loads = {cell.key: cell.load for cell in run.record.plan.cells}
    servers = {n: servers_up(run.record.plan, n) for n in run.complete_rounds}
    for window in run.windows:
        load = loads.get(f"{window.target} {window.workload} {window.load}")
        if load is None or window.round not in servers:
            continue
        judge = check_open if load.is_open and not load.experiment else check
        checked = judge(window, load, servers[window.round])
        yield _window(
            checked.beside(trials.restless.get(window.round)), load.experiment
        )


def _window(checked: Checked, experiment: str) -> dict[str, object]:
    window = checked.window
    return {
        "experiment": experiment,
        "workload": window.workload,
        "load": window.load,
        "target": window.target,
        "round": window.round,
        "cycle": window.cycle,
        "started_at": pd.Timestamp(window.started_at),
        "offered_rps": window.rate_rps,
        "requests": window.tally.requests,
        "errors": sum(window.tally.errors.values()),
        "measure_s": window.tally.measure_s,
        **{_column(m.metric): m.of_window(window) for m in metrics.MEASURES},
        "void": checked.void,
        "warnings": ", ".join(f.reason.code for f in checked.findings),
    }


def _column(metric: Metric) -> str:
    """Its name with the unit: throughput_rps, cpu_us, memory_mib."""
    return f"{metric.name}_{_UNITS.get(metric.unit, metric.unit.lower())}"


def _rounds(
    quantities: tuple[Quantity, ...], units: dict[str, str]
) -> Iterator[dict[str, object]]:
    for one in quantities:
        for number, value in enumerate(one.rounds, 1):
            yield {
                "target": one.target,
                "workload": one.workload,
                "metric": one.metric,
                "unit": units[one.metric],
                "round": number,
                "value": value,
            }


def _comparisons(comparisons: tuple[Comparison, ...]) -> Iterator[dict[str, object]]:
    for pair in comparisons:
        found = pair.advantage
        yield {
            "subject": pair.subject,
            "baseline": pair.baseline,
            "workload": pair.workload,
            "metric": pair.metric,
            "ratio": found and found.point,
            "low": found and found.low,
            "high": found and found.high,
            "level": found and found.level,
            "n": found and found.n,
            "p_value": pair.p_value,
            "void_because": pair.void,
        }
