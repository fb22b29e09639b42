"""A stored run as data frames, for whoever looks at it with pandas."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from bench.analyse.analysis import analysis_of
from bench.analyse.windows import COLUMNS, lay_out
from bench.model.estimate import Comparison, Quantity
from bench.model.run import Run


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
    trials = lay_out(run)
    analysis, windows = analysis_of(trials), trials.every[list(COLUMNS)].infer_objects()
    units = {metric.name: metric.unit for metric in analysis.metrics}
    return Frames(
        windows.assign(started_at=pd.to_datetime(windows["started_at"])),
        pd.DataFrame(_rounds(analysis.quantities, units)),
        pd.DataFrame(_comparisons(analysis.comparisons)),
    )


def _rounds(
    quantities: tuple[Quantity, ...], units: dict[str, str]
) -> Iterator[dict[str, object]]:
    for quantity in quantities:
        for number, value in enumerate(quantity.rounds, 1):
            yield {
                "target": quantity.target,
                "workload": quantity.workload,
                "metric": quantity.metric,
                "unit": units[quantity.metric],
                "round": number,
                "value": value,
            }


def _comparisons(comparisons: tuple[Comparison, ...]) -> Iterator[dict[str, object]]:
    for pair in comparisons:
        ratio = pair.advantage
        yield {
            "subject": pair.subject,
            "baseline": pair.baseline,
            "workload": pair.workload,
            "metric": pair.metric,
            "ratio": ratio and ratio.point,
            "low": ratio and ratio.low,
            "high": ratio and ratio.high,
            "level": ratio and ratio.level,
            "n": ratio and ratio.n,
            "p_value": pair.p_value,
            "void_because": pair.void,
        }
