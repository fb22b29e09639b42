"""
Results in the formats of other tools.

github-action-benchmark (benchmark-action/github-action-benchmark) reads one list
of {name, unit, value, range, extra} for `customBiggerIsBetter` and another one
for `customSmallerIsBetter`; a series is known by its name over runs.
"""

import json
from collections.abc import Iterator, Mapping

from bench.model.estimate import Metric, Quantity
from bench.model.framework import Role, Target
from bench.model.results import Results
from bench.report.clean import one_line


GITHUB_ACTION_BENCHMARK = "github-action-benchmark"
FORMATS = (GITHUB_ACTION_BENCHMARK,)
LONGEST_NAME = 200
BIGGER, SMALLER = "customBiggerIsBetter", "customSmallerIsBetter"


def github_action_benchmark(results: Results) -> Mapping[str, str]:
    """
    Both lists as JSON, by the name of the tool that reads them.

    A target is named without its version, so that the series goes on over
    versions, unless a run holds several versions of it.
    """
    metrics = {metric.name: metric for metric in results.metrics}
    names = _names([t for t in results.targets if t.role is not Role.TWIN])
    rows: dict[str, list[Mapping[str, object]]] = {BIGGER: [], SMALLER: []}
    for quantity in results.quantities:
        metric, name = metrics.get(quantity.metric), names.get(quantity.target)
        if metric is not None and name is not None:
            tool = BIGGER if metric.higher_is_better else SMALLER
            rows[tool] += _row(quantity, metric, name, results.run_id)
    return {tool: json.dumps(found, indent=1) + "\n" for tool, found in rows.items()}


def _names(targets: list[Target]) -> dict[str, str]:
    plain = [f"{target.framework}/{target.deployment}" for target in targets]
    return {
        target.id: name if plain.count(name) == 1 else target.id
        for target, name in zip(targets, plain, strict=True)
    }


def _row(
    quantity: Quantity, metric: Metric, target: str, run: str
) -> Iterator[Mapping[str, object]]:
    found = quantity.estimate
    if found is None:
        return
    what = [target, quantity.workload, metric.title]
    half = max(found.high - found.point, found.point - found.low)
    yield {
        "name": one_line(": ".join(word for word in what if word), LONGEST_NAME),
        "unit": metric.unit,
        "value": found.point,
        "range": f"± {half:.3g}",
        "extra": f"{100 * found.level:.4g} % interval {found.low:.6g} to {found.high:.6g}, {found.n} rounds, run {one_line(run, LONGEST_NAME)}",
    }
