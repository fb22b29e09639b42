"""The rule itself, on made comparisons."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.judge.decide import decide, overall
from bench.model.estimate import Comparison
from bench.model.verdict import Label, Outcome
from bench.stats import interval


LOGS = some.lists(some.floats(-0.5, 0.5), min_size=6, max_size=12)


def comparison(logs: list[float], void: str | None = None) -> Comparison:
    """A comparison of these per-round log ratios."""
    return Comparison(
        subject="a",
        baseline="b",
        workload="hello",
        metric="cpu",
        advantage=interval.from_logs(logs, 0.95),
        rounds=tuple(exp(x) for x in logs),
        smallest_detectable=None,
        p_value=None,
        void=void,
    )


SPREAD = [-0.02, -0.01, 0.0, 0.0, 0.01, 0.02]
"""Six rounds whose 95 % interval is 1.5 % to either side."""


def around(middle: float) -> Comparison:
    """Rounds about a log ratio."""
    return comparison([middle + x for x in SPREAD])


@pytest.mark.parametrize(
    ("middle", "outcome", "label"),
    [
        (0.20, Outcome.SUPPORTED, None),
        (0.065, Outcome.SUPPORTED, None),
        (0.0618, Outcome.INCONCLUSIVE, None),  # one-sided p of about 4 %
        (0.05, Outcome.INCONCLUSIVE, None),
        (0.0358, Outcome.INCONCLUSIVE, None),
        (0.03, Outcome.REFUTED, Label.TIE),
        (0.0, Outcome.REFUTED, Label.TIE),
        (-0.04, Outcome.REFUTED, Label.REVERSED),
        (-0.20, Outcome.REFUTED, Label.REVERSED),
    ],
)
def test_where_the_interval_lies_decides(
    middle: float, outcome: Outcome, label: Label | None
) -> None:
    """Right of the line, across it, left of it; and how far left."""
    assert decide([around(middle)], 0.05) == ((outcome, label),)


@given(LOGS)
def test_supported_is_what_the_eye_sees(logs: list[float]) -> None:
    """Supported if and only if the drawn interval lies right of the line."""
    one = comparison(logs)
    assert one.advantage is not None
    ((outcome, _),) = decide([one], 0.05)
    assert (outcome is Outcome.SUPPORTED) == (one.advantage.low > 1.05)


@given(LOGS)
def test_a_larger_margin_never_helps_the_claim(logs: list[float]) -> None:
    """What does not exceed 5 % does not exceed 10 %; what is refuted at 5 % is so at 10 %."""
    ((small, _),) = decide([comparison(logs)], 0.05)
    ((large, _),) = decide([comparison(logs)], 0.10)
    assert not (large is Outcome.SUPPORTED and small is not Outcome.SUPPORTED)
    assert not (small is Outcome.REFUTED and large is not Outcome.REFUTED)


def test_refuting_is_corrected_for_the_number_of_comparisons() -> None:
    """An interval just left of the line refutes alone, and not as one of twenty."""
    weak = around(0.03)
    ((alone, _),) = decide([weak], 0.05)
    crowd = decide([weak, *[around(0.2)] * 19], 0.05)
    assert alone is Outcome.REFUTED
    assert crowd[0][0] is Outcome.INCONCLUSIVE


def test_void_comparisons_stay_in_the_family() -> None:
    """What could not be tested still counts among the comparisons that were planned."""
    void = comparison([-0.5 + x for x in SPREAD], void="the generator")
    crowd = decide([around(0.03), *[void] * 19], 0.05)
    assert {outcome for outcome, _ in crowd} == {Outcome.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        ("ss", Outcome.SUPPORTED),
        ("sr", Outcome.REFUTED),
        ("rn", Outcome.REFUTED),
        ("si", Outcome.INCONCLUSIVE),
        ("in", Outcome.NOT_TESTED),
        ("", Outcome.NOT_TESTED),
    ],
)
def test_all_parts_must_hold(outcomes: str, whole: Outcome) -> None:
    """One refuted part refutes; one untested part leaves a claim untested."""
    names = {
        "s": Outcome.SUPPORTED,
        "r": Outcome.REFUTED,
        "i": Outcome.INCONCLUSIVE,
        "n": Outcome.NOT_TESTED,
    }
    assert overall(names[letter] for letter in outcomes) is whole


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, 0.05])
def test_false_verdicts_are_rare(gap: float) -> None:
    """With six comparisons, all tied or all exactly on the line, at most 5 % are wrong."""
    random = np.random.default_rng(5)
    wrong = 0
    for _ in range(1000):
        drawn = np.log1p(gap) + random.normal(0, 0.05, (6, 9))
        outcomes = decide([comparison(list(row)) for row in drawn], 0.05)
        whole = overall(outcome for outcome, _ in outcomes)
        wrong += whole is Outcome.SUPPORTED or (
            gap == 0.05 and whole is Outcome.REFUTED
        )
    assert wrong / 1000 < 0.05
