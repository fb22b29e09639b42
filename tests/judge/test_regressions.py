"""Old against new: alarms, their confirmation, and how often either errs."""

from collections.abc import Sequence
from itertools import product
from math import exp, log
from typing import Any

import numpy as np
import pytest

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.judge.regressions import (
    ERROR,
    MARGINS,
    Change,
    Confirmation,
    Gate,
    Judgement,
    SecondRun,
    judge_change,
)
from bench.model.estimate import Comparison
from bench.model.warning import Warning
from bench.stats import interval, power


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


def judged(
    *logs: float, second: Sequence[float] | None = None, within_run: bool = True
) -> Judgement:
    """CPU by these log slowdowns, throughput even; the halves of the run may confirm."""
    found = analysis(comparison(logs), comparison([0.0, *EVEN], "throughput"))
    other = None
    if second is not None:
        parts = comparison(second), comparison(EVEN, "throughput")
        other = SecondRun("another", analysis(*parts))
    return judge_change(found, OLD, NEW, ["hello"], other, within_run)


def shifted(by: float) -> list[float]:
    return [log(1 + by) + x for x in EVEN]


def test_slower_in_both_halves_is_a_regression() -> None:
    """Ten per cent in fourteen rounds: the first seven alarm, the others confirm."""
    found = judged(*shifted(0.10), *shifted(0.10))
    assert found.gate is Gate.REGRESSION
    assert [c.change for c in found.changes] == [Change.SLOWER, Change.NONE]


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


def test_one_run_alone_only_alarms() -> None:
    """Ten per cent in fourteen rounds: by all of them, and to be confirmed by another run."""
    found = judged(*shifted(0.10), *shifted(0.10), within_run=False)
    assert (found.gate, found.confirmation) == (Gate.ALARM, Confirmation.NONE)
    assert [c.change for c in found.changes] == [Change.ALARM, Change.NONE]


def test_few_rounds_cannot_be_halved() -> None:
    """Seven rounds only alarm, though their halves were asked for; a second run decides."""
    alone = judged(*shifted(0.10))
    assert (alone.gate, alone.confirmation) == (Gate.ALARM, Confirmation.TOO_SHORT)
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
    found = judge_change(analysis(turned), OLD, NEW, ["hello"], within_run=True)
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
        is Gate.CANNOT_TELL
    )
    second = SecondRun("another", analysis(slow, warnings=doubt))
    found = judge_change(analysis(slow), OLD, NEW, ["hello"], second)
    assert found.gate is Gate.CANNOT_TELL
    assert found.unfit is not None
    assert found.unfit.second


def test_what_is_void_is_not_tested_and_stays_in_the_family() -> None:
    """Its reason is told; with nothing else to go by, the run is unfit."""
    void = comparison([*shifted(0.5), *shifted(0.5)], void="the generator")
    found = judge_change(analysis(void), OLD, NEW, ["hello"])
    assert found.gate is Gate.CANNOT_TELL
    assert found.changes[0].change is Change.NOT_TESTED
    assert (found.changes[0].because, found.changes[0].found_from) == (
        "the generator",
        None,
    )


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
        gate = judge_change(analysis(*parts), OLD, NEW, names, within_run=True).gate
        alarms += gate is Gate.REGRESSION
    assert fewest <= alarms <= most


def drawn(random: np.random.Generator, slowdown: float) -> Analysis:
    """Fourteen rounds of two workloads that scatter by 4 %, the first one's CPU slower by this."""
    shift = {("w0", "cpu"): log(slowdown)}
    return analysis(
        *(
            comparison(
                list(random.normal(shift.get(key, 0.0), 0.04, 14)),
                metric=key[1],
                workload=key[0],
            )
            for key in product(("w0", "w1"), ("cpu", "throughput"))
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("way", ["alone", "halves", "second run"])
def test_what_is_said_to_be_found_is_found_four_times_in_five(way: str) -> None:
    """At the size that a scatter of 4 % has by theory: 74 to 86 % of 300 runs (three standard errors), whatever confirms."""
    first = power.Stage(7 if way == "halves" else 14, 0.04, ERROR / 4)
    stages = [first]
    if way != "alone":
        stages.append(power.Stage(7 if way == "halves" else 14, 0.04, ERROR))
    size = power.found_by_all(MARGINS["cpu"], stages)
    random = np.random.default_rng(3)
    wanted = Change.ALARM if way == "alone" else Change.SLOWER
    hits, said = 0, []
    for _ in range(300):
        second = SecondRun("b", drawn(random, size)) if way == "second run" else None
        judgement = judge_change(
            drawn(random, size), OLD, NEW, ["w0", "w1"], second, way == "halves"
        )
        change = judgement.changes[0]
        hits += change.change is wanted
        said.append(change.found_from)
    assert 0.73 * 300 <= hits <= 0.87 * 300
    # What each run says of itself scatters with its scatter, about the same size.
    assert np.median([found for found in said if found]) - 1 == pytest.approx(
        size - 1, rel=0.1
    )
