"""
The same programs undisturbed, and beside a program that wants their core: warned and withheld.

Different programs are compared. Another program takes caches and not only time, and
what that costs differs from program to program, so ratios of CPU time move; two
copies of one program move alike, and their ratio shows nothing.
What must hold is asked of the same analysis and the same rule that judge every run.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import log

from bench.analyse import reasons
from bench.analyse.analysis import Analysis, analyse
from bench.judge.engine import decided
from bench.model.estimate import Comparison
from bench.model.framework import Role
from bench.model.plan import Plan
from bench.model.run import Run
from bench.model.verdict import Outcome
from bench.selftest.result import SelfTestResult, SelfTestRow
from bench.stats.unpaired import log_ratio_unpaired


MARGINS = (0.0, 0.05, 1.0)
"""Where verdicts are asked for: at none of them may there be one."""
METRICS = ("throughput", "cpu")

type Pairs = Sequence[tuple[str, str]]
"""Targets that are compared: which with which."""


def beside_another_program(undisturbed: Run, disturbed: Run) -> SelfTestResult:
    """What is said of the programs of the disturbed run, and how far their ratios moved."""
    before, after = analyse(undisturbed), analyse(disturbed)
    plan = disturbed.record.plan
    # Every two different programs.
    ids = [t.id for t in plan.targets if t.role is Role.CONTESTANT]
    pairs = list(combinations(ids, 2))
    cells = [cell.key for cell in plan.cells]
    warned = {w.where for w in after.warnings if w.reason is reasons.FOREIGN}
    rows = (
        SelfTestRow(
            "cells that are warned of",
            len(cells),
            sum(key in warned for key in cells) / len(cells),
            1.0,
            1.0,
            "every one",
            f"{_background(disturbed)}; without it {_background(undisturbed)}",
        ),
        *(_verdicts(after, pairs, metric) for metric in METRICS),
        *_moved(before, after, pairs, plan),
    )
    return SelfTestResult(
        "disturbed",
        "Another program on the servers’ core: is the run warned of, and nothing decided?",
        rows,
        (
            "how far ratios moved is shown and not judged: it is why nothing may be decided "
            "there; the interval is Welch's, at 95 %",
        ),
    )


def _verdicts(analysis: Analysis, pairs: Pairs, metric: str) -> SelfTestRow:
    """How many verdicts the rule gives; a missing ratio cannot pass for a careful one."""
    comparisons = [_comparison(analysis, *pair, metric) for pair in pairs]
    given = sum(
        comparison is None or decided(comparison, margin) is not Outcome.INCONCLUSIVE
        for comparison in comparisons
        for margin in MARGINS
    )
    cases = len(pairs) * len(MARGINS)
    margins = ", ".join(f"{margin:.0%}" for margin in MARGINS)
    return SelfTestRow(
        f"verdicts given, {metric}",
        cases,
        given / cases if cases else 1.0,
        0.0,
        0.0,
        f"none at margins of {margins}",
    )


def _moved(
    before: Analysis, after: Analysis, pairs: Pairs, plan: Plan
) -> Iterator[SelfTestRow]:
    """Each ratio in both runs, and the change."""
    originals = {
        t.id: t.id.rpartition("+")[0] for t in plan.targets if t.role is Role.TWIN
    }
    for metric in METRICS:
        for pair in (*pairs, *originals.items()):
            comparisons = [
                _comparison(analysis, *pair, metric) for analysis in (before, after)
            ]
            first, second = (plan.target(name).title for name in pair)
            names = f"{first} : {'itself' if pair[0] in originals else second}"
            what = f"{names}, {metric}"
            yield SelfTestRow(
                what, 1, 0.0, 0.0, 1.0, "", _change(*comparisons), judged=False
            )


def _change(before: Comparison | None, after: Comparison | None) -> str:
    if before is None or after is None or not (before.advantage and after.advantage):
        return "not measured"
    moved = log_ratio_unpaired(after.logs, before.logs, 0.95)
    beyond = log(moved.low) > 0 or log(moved.high) < 0
    return (
        f"{before.advantage.point:.2f} undisturbed, {after.advantage.point:.2f} disturbed: "
        f"{moved.spelled('{:.3f}'.format, ' times')}, "
        f"{'beyond' if beyond else 'within'} chance"
    )


def _comparison(
    analysis: Analysis, subject: str, baseline: str, metric: str
) -> Comparison | None:
    workload = next((c.workload for c in analysis.comparisons), "")
    return analysis.comparison(subject, baseline, workload, metric)


def _background(run: Run) -> str:
    shares = [
        w.trace.foreign_s / w.trace.elapsed_s
        for w in run.windows
        if w.trace and w.trace.foreign_s is not None
    ]
    if not shares:
        return "no window was told of other programs"
    return f"other programs had up to {max(shares):.0%} of the core"
