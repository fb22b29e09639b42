"""Old against new: alarms, their confirmation, and how often either errs."""

from collections.abc import Sequence
from math import exp, log
from typing import Any

import numpy as np
import pytest

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.judge.regressions import Change, Gate, Judgement, judge_change
from bench.model.doubt import Warning
from bench.model.estimate import Comparison
from bench.stats import interval


OLD, NEW = "alpha@1.0/server", "alpha@2.0/server"
EVEN = [-0.01, 0.01, 0.0, -0.005, 0.005, 0.0, 0.003]
"""Seven rounds about nothing."""


def comparison(
    logs: Sequence[float], metric: str = "cpu", **changes: Any
) -> Comparison:
    """The old one's advantage over the new, by round, in logs."""
    names = {"subject": OLD, "baseline": NEW, "workload": "hello"} | changes
    return Comparison(
        metric=metric,
        advantage=interval.from_logs(logs, 0.95),
        rounds=tuple(exp(x) for x in logs),
        smallest_detectable=1.02,
        p_value=None,
        **names,
    )


def analysis(*comparisons: Comparison, warnings: tuple[Warning, ...] = ()) -> Analysis:
    """As much of an analysis as a judgement looks at."""
    return Analysis(0.95, (), (), (), comparisons, (), warnings)


def judged(*logs: float, second: Sequence[float] | None = None) -> Judgement:
    """CPU by these log slowdowns, throughput even."""
    found = analysis(comparison(logs), comparison([0.0, *EVEN], "throughput"))
    other = None
    if second is not None:
        parts = comparison(second), comparison(EVEN, "throughput")
        other = ("another", analysis(*parts))
    return judge_change(found, OLD, NEW, ["hello"], other)


def shifted(by: float) -> list[float]:
    return [log(1 + by) + x for x in EVEN]


def test_slower_in_both_halves_is_a_regression() -> None:
    """Ten per cent in fourteen rounds: the first seven alarm, the others confirm."""
    found = judged(*shifted(0.10), *shifted(0.10))
    assert found.gate is Gate.REGRESSION
    assert [c.change for c in found.changes] == [Change.SLOWER, Change.NONE]
    assert "hello (cpu)" in found.because


def test_slower_in_one_half_is_not() -> None:
    """A bad half hour at the start alarms and is not repeated; at the end it does not even alarm."""
    early = judged(*shifted(0.10), *shifted(0.0))
    late = judged(*shifted(0.0), *shifted(0.10))
    assert (early.gate, late.gate) == (Gate.CLEAR, Gate.CLEAR)
    assert early.changes[0].change is Change.NOT_CONFIRMED
    assert late.changes[0].change is Change.NONE


def test_slower_within_the_margin_is_let_pass() -> None:
    """Two per cent of CPU are certain here, and smaller than what counts."""
    found = judged(*shifted(0.02), *shifted(0.02))
    assert found.changes[0].slowdown is not None
    assert found.changes[0].slowdown.low > 1.0
    assert found.gate is Gate.CLEAR


def test_few_rounds_only_raise_a_suspicion() -> None:
    """Seven rounds cannot be halved; a second run decides."""
    assert judged(*shifted(0.10)).gate is Gate.SUSPECTED
    assert judged(*shifted(0.10), second=shifted(0.08)).gate is Gate.REGRESSION
    assert judged(*shifted(0.10), second=shifted(0.0)).gate is Gate.CLEAR
    assert judged(*shifted(0.0), second=shifted(0.10)).gate is Gate.CLEAR


def test_faster_is_told_by_the_same_rule() -> None:
    """Ten per cent less, twice; it is no regression."""
    found = judged(*shifted(-0.10), *shifted(-0.10))
    assert found.changes[0].change is Change.FASTER
    assert found.gate is Gate.CLEAR


def test_the_other_direction_of_a_comparison_serves_as_well() -> None:
    """A run that holds only new over old is turned round, interval and all."""
    logs = [-x for x in (*shifted(0.10), *shifted(0.10))]
    turned = comparison(logs, subject=NEW, baseline=OLD)
    found = judge_change(analysis(turned), OLD, NEW, ["hello"])
    assert found.gate is Gate.REGRESSION
    slower = found.changes[0].slowdown
    assert slower is not None
    assert slower.low < slower.point < slower.high
    assert slower.point == pytest.approx(exp(-float(np.mean(logs))))


def test_a_machine_that_is_unfit_judges_nothing() -> None:
    """A target that differs from itself forbids an alarm, in either run."""
    doubt = (Warning(reasons.TWIN, "3 % apart"),)
    slow = comparison([*shifted(0.10), *shifted(0.10)])
    assert (
        judge_change(analysis(slow, warnings=doubt), OLD, NEW, ["hello"]).gate
        is Gate.UNFIT
    )
    second = ("another", analysis(slow, warnings=doubt))
    found = judge_change(analysis(slow), OLD, NEW, ["hello"], second)
    assert found.gate is Gate.UNFIT
    assert found.because.startswith("another decides nothing")


def test_what_is_void_is_not_tested_and_stays_in_the_family() -> None:
    """Its reason is told; with nothing else to go by, the run is unfit."""
    void = comparison([*shifted(0.5), *shifted(0.5)], void="the generator")
    found = judge_change(analysis(void), OLD, NEW, ["hello"])
    assert found.gate is Gate.UNFIT
    assert found.changes[0].change is Change.NOT_TESTED
    assert found.because == "the generator"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "fewest", "most"), [(0.0, 0, 0), (0.03, 0, 4), (0.10, 380, 400)]
)
def test_false_alarms_and_power(truth: float, fewest: int, most: int) -> None:
    """Of 400 runs of 14 rounds and four workloads: none alarms on equals, at most 1 % on the margin itself, 95 % find 10 %."""
    random = np.random.default_rng(11)
    names = [f"w{number}" for number in range(4)]
    alarms = 0
    for _ in range(400):
        drawn = log(1 + truth) + random.standard_t(4, (4, 14)) * 0.02
        parts = [
            comparison(list(row), workload=name)
            for name, row in zip(names, drawn, strict=True)
        ]
        gate = judge_change(analysis(*parts), OLD, NEW, names).gate
        alarms += gate is Gate.REGRESSION
    assert fewest <= alarms <= most
