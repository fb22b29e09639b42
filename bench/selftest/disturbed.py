"""
A run beside a program that wants the server's core: warned and inconclusive, never wrong.

Two servers of which one does half as much work again, and a twin of the
first. What must hold is asked of the same analysis and the same rule that
judge every run.
"""

from collections.abc import Iterator

from bench.analyse import reasons
from bench.analyse.analysis import Analysis, analyse
from bench.judge.decide import decide
from bench.model.estimate import Comparison
from bench.model.run import Run
from bench.model.verdict import Outcome
from bench.selftest.finding import Finding, Row


MARGINS = (0.0, 0.05, 1.0)
"""Where a throughput verdict is asked for: at none of them may there be one."""
MORE_WORK = 0.5
"""Of the slower server's own work; of the whole request it is less, and more than nothing."""


def beside_a_stranger(run: Run, pair: tuple[str, str], twin: str) -> Finding:
    """What is said of a pair, the first of which is faster, and of the first beside itself."""
    analysis = analyse(run)
    rate = _comparison(analysis, pair, "throughput")
    cpu = _comparison(analysis, pair, "cpu")
    own_rate = _comparison(analysis, (twin, pair[0]), "throughput")
    own_cpu = _comparison(analysis, (twin, pair[0]), "cpu")
    cells = [cell.key for cell in run.record.plan.cells]
    warned = {w.where for w in analysis.warnings if w.reason is reasons.FOREIGN}
    rows = (
        Row(
            "cells that are warned of",
            len(cells),
            sum(key in warned for key in cells) / len(cells),
            1.0,
            1.0,
            "every one",
            _strangers(run),
        ),
        Row(
            "throughput ratio: verdicts given",
            len(MARGINS),
            _decided(rate) / len(MARGINS),
            0.0,
            0.0,
            f"none at margins of {', '.join(f'{m:.0%}' for m in MARGINS)}",
            _seen(rate),
        ),
        Row(
            "CPU time per request: contradictions",
            2,
            sum(_wrong(cpu)) / 2,
            0.0,
            0.0,
            f"neither equal, nor {MORE_WORK + 0.1:.0%} more and above",
            _seen(cpu),
        ),
        _shown("the faster one beside itself, throughput", own_rate),
        _shown("the faster one beside itself, CPU time", own_cpu),
    )
    return Finding(
        "disturbed",
        "A stranger on the servers’ core: is the run warned of, and nothing wrong decided?",
        rows,
        ("a run that is warned of may still be right; what it may not is decide",),
    )


def _comparison(
    analysis: Analysis, pair: tuple[str, str], metric: str
) -> Comparison | None:
    workload = next((c.workload for c in analysis.comparisons), "")
    return analysis.comparison(*pair, workload, metric)


def _decided(rate: Comparison | None) -> int:
    """At how many margins the rule gives a verdict; a missing ratio cannot pass for a careful one."""
    if rate is None:
        return len(MARGINS)
    outcomes = (decide([rate], margin)[0][0] for margin in MARGINS)
    return sum(outcome is not Outcome.INCONCLUSIVE for outcome in outcomes)


def _wrong(cpu: Comparison | None) -> Iterator[bool]:
    """Whether CPU time says that they are equal, or further apart than they can be."""
    yield cpu is None or decide([cpu], 0.0)[0][0] is Outcome.REFUTED
    yield cpu is None or decide([cpu], MORE_WORK + 0.1)[0][0] is Outcome.SUPPORTED


def _shown(what: str, comparison: Comparison | None) -> Row:
    return Row(what, 1, 0.0, 0.0, 1.0, "", _seen(comparison), judged=False)


def _seen(comparison: Comparison | None) -> str:
    if comparison is None or comparison.advantage is None:
        return "not measured"
    found = comparison.advantage
    return f"seen as {found.point:.2f} ({found.low:.2f} to {found.high:.2f})"


def _strangers(run: Run) -> str:
    shares = [
        w.trace.foreign_s / w.trace.elapsed_s
        for w in run.windows
        if w.trace and w.trace.foreign_s is not None
    ]
    if not shares:
        return "no window was told of strangers"
    return f"strangers had up to {max(shares):.0%} of the core"
