"""The rule of every verdict: its boundaries by hand-made p-values, its errors by simulation."""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log1p

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.judge.engine import decide, decided, judged
from bench.judge.question import Group, Inquiry, Question, of_ratio
from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import (
    Evidence,
    Excluded,
    Exclusion,
    GroupKind,
    GroupState,
    Label,
    Outcome,
    Withheld,
)
from bench.stats import interval


LOGS = some.lists(some.floats(-0.5, 0.5), min_size=6, max_size=12)
ERROR = 0.025
FINDING = Evidence("a", asked="cpu")
SPREAD = [-0.02, -0.01, 0.0, 0.0, 0.01, 0.02]
"""Six rounds whose 95 % interval is 1.5 % to either side."""


def comparison(logs: Sequence[float], void: str | None = None) -> Comparison:
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


def around(middle: float) -> Comparison:
    """Rounds about a log ratio."""
    return comparison([middle + x for x in SPREAD])


def grouped(*groups: Sequence[Question | None]) -> Inquiry:
    """These questions, the first sequence in group 0, the next in group 1; None was not measured."""
    keys = [str(at) for at in range(len(groups))]
    rows = [
        Question(key, FINDING) if each is None else Question(key, FINDING, each.level, each.p_holds, each.p_fails, excluded=each.excluded)
        for key, own in zip(keys, groups, strict=True)
        for each in own
    ]  # fmt: skip
    return Inquiry(tuple(Group(GroupKind.WORKLOAD, key) for key in keys), tuple(rows))


def p(holds: float, fails: float | None = None) -> Question:
    """A question with these p-values."""
    fails = 1 - holds if fails is None else fails
    return Question("", FINDING, 0.95, (holds,), (fails,))


def outcome_of(*groups: Sequence[Question | None]) -> Outcome:
    """What the engine says of them."""
    return decide(grouped(*groups))[0].outcome


YES, NO, OPEN = p(1e-6), p(1 - 1e-6), p(0.3)
VOID = Question("", FINDING, excluded=Excluded(Exclusion.VOID, "the generator"))


@pytest.mark.parametrize(
    ("groups", "outcome", "states"),
    [
        ([[YES, YES], [YES], [YES]], Outcome.SUPPORTED, "hhh"),
        ([[YES, YES], [YES], [NO]], Outcome.DEPENDS, "hhf"),
        ([[YES, NO], [YES], [YES]], Outcome.DEPENDS, "fhh"),
        ([[YES, NO], [YES, NO]], Outcome.REFUTED, "ff"),
        ([[NO], [OPEN]], Outcome.REFUTED, "fo"),
        ([[YES], [OPEN]], Outcome.INCONCLUSIVE, "ho"),
        ([[OPEN], [OPEN]], Outcome.INCONCLUSIVE, "oo"),
        ([[YES], [None]], Outcome.NOT_TESTED, "hn"),
        ([[YES], [NO], [None]], Outcome.DEPENDS, "hfn"),
        ([[NO], [None]], Outcome.REFUTED, "fn"),
        ([[YES], [YES, VOID]], Outcome.INCONCLUSIVE, "ho"),
        ([[YES], [NO, VOID]], Outcome.DEPENDS, "hf"),
        ([[None], [None]], Outcome.NOT_TESTED, "nn"),
    ],
)
def test_what_the_groups_are_decides(
    groups: list[list[Question | None]], outcome: Outcome, states: str
) -> None:
    """All hold, none does, some do: and what was not measured prevents only "supported"."""
    found, _ = decide(grouped(*groups))
    letters = {"h": GroupState.HOLDS, "f": GroupState.FAILS, "o": GroupState.OPEN,
               "n": GroupState.NOT_MEASURED}  # fmt: skip

    assert found.outcome is outcome
    assert [g.state for g in found.groups] == [letters[each] for each in states]
    assert found.holds_on == tuple(g.key for g in found.groups if g.state == "holds")
    assert found.fails_on == tuple(g.key for g in found.groups if g.state == "fails")
    strict = Outcome.REFUTED if outcome is Outcome.DEPENDS else outcome
    assert found.strict in (strict, None)


@pytest.mark.parametrize(
    ("holds", "fails", "outcome"),
    [
        (-1e-9, -1e-9, Outcome.DEPENDS),
        (+1e-9, -1e-9, Outcome.REFUTED),
        (-1e-9, +1e-9, Outcome.INCONCLUSIVE),
        (+1e-9, +1e-9, Outcome.INCONCLUSIVE),
    ],
)
def test_the_boundaries_of_two_groups_of_one(
    holds: float, fails: float, outcome: Outcome
) -> None:
    """Each direction is corrected by Holm over the groups: of two, the first needs p < a / 2."""
    up, down = ERROR / 2 + holds, ERROR / 2 + fails
    assert outcome_of([p(up)], [p(1 - down, down)]) is outcome


def test_a_group_fails_by_its_least_p_times_its_tests() -> None:
    """Four comparisons in it: p_fails = 4 × the least; three groups: × 3."""
    least = ERROR / 12
    others = [[YES], [YES]]
    for p_fails, state in ((least - 1e-9, "fails"), (least + 1e-9, "open")):
        found, _ = decide(grouped([p(0.5, p_fails), YES, YES, YES], *others))
        assert found.groups[0].state == state
        assert found.groups[0].p_fails == pytest.approx(12 * p_fails)


def test_a_group_holds_by_its_largest_p() -> None:
    """All of it must; no other number of comparisons changes that."""
    found, _ = decide(grouped([p(0.001), p(0.004)], [NO]))
    assert found.groups[0].p_holds == pytest.approx(2 * 0.004)


def test_supported_needs_no_correction() -> None:
    """Each below a by itself: an intersection-union test; then every group holds."""
    found, _ = decide(grouped(*[[p(ERROR - 1e-9)]] * 5))
    assert found.outcome is Outcome.SUPPORTED
    assert {group.state for group in found.groups} == {GroupState.HOLDS}
    assert (
        outcome_of(*[[p(ERROR - 1e-9)]] * 4, [p(ERROR + 1e-9)]) is Outcome.INCONCLUSIVE
    )


def test_of_the_opposite_claim_one_group_that_fails_is_enough() -> None:
    """Supported where one group fails, refuted where all hold; never "depends"."""
    for groups, outcome in (
        ([[YES], [NO]], Outcome.SUPPORTED),
        ([[YES], [YES]], Outcome.REFUTED),
        ([[YES], [OPEN]], Outcome.INCONCLUSIVE),
    ):
        asked = grouped(*groups)
        found, turned = decide(replace(asked, opposite=True))
        assert found.outcome is outcome
        assert found.strict is None
        assert found.holds_on == decide(asked)[0].fails_on
        said = {YES.p_holds: Outcome.REFUTED, NO.p_holds: Outcome.SUPPORTED}
        for question_, answer in zip(asked.questions, turned.questions, strict=True):
            assert answer.outcome is said.get(question_.p_holds, Outcome.INCONCLUSIVE)


def test_a_group_without_a_question_was_not_measured_and_prevents_supported() -> None:
    """Whatever holds in the others."""
    asked = grouped([YES], [])
    found, _ = decide(asked)
    assert found.outcome is Outcome.NOT_TESTED
    assert [g.state for g in found.groups] == [
        GroupState.HOLDS,
        GroupState.NOT_MEASURED,
    ]
    failed, _ = decide(grouped([NO], []))
    assert failed.outcome is Outcome.REFUTED


def test_turned_round_it_still_hangs_on_what_is_nearest_to_the_line() -> None:
    """What is nearest to the line for a claim is so for its opposite."""
    values = [(0.95, 0.94, 0.96), (0.85, 0.84, 0.86), (0.99, 0.98, 1.0)]
    rows = tuple(
        Question(
            str(at),
            Evidence("a", estimate=Estimate(*each, 0.95, 6), line=0.8, above=True),
            0.95,
            (1e-6,),
            (1 - 1e-6,),
        )
        for at, each in enumerate(values)
    )
    groups = tuple(Group(GroupKind.PART, str(at)) for at in range(3))
    assert decide(Inquiry(groups, rows))[0].decided_by == 1
    found = judged(lambda _: Inquiry(groups, rows, opposite=True), 0.0)
    decision = found.decision
    assert (decision.outcome, decision.decided_by) == (Outcome.REFUTED, 1)
    assert not any(each.above for each in found.findings)


def test_what_is_withheld_decides_nothing_and_keeps_what_was_not_tested() -> None:
    """A reason against the whole run stands before any p-value."""
    why = Withheld("twin", "A target differs from itself", "p = 0.001")
    found, asked = decide(grouped([YES], [NO]), withheld=why)
    assert (found.outcome, found.withheld_because) == (Outcome.INCONCLUSIVE, why)
    assert found.holds_on == found.fails_on == ()
    assert {each.outcome for each in asked.questions} == {Outcome.INCONCLUSIVE}
    untested, _ = decide(grouped([YES], [None]), withheld=why)
    assert untested.outcome is Outcome.NOT_TESTED


def test_a_verdict_hangs_on_what_refutes_hardest_else_on_what_is_nearest() -> None:
    """By the end of the interval on either side of the line; by unit, in the order of questions."""
    pairs = [around(0.30), around(0.10), around(-0.10), around(-0.40)]
    groups = tuple(Group(GroupKind.WORKLOAD, str(at)) for at in range(4))
    rows = tuple(of_ratio(str(at), each, 0.05) for at, each in enumerate(pairs))
    assert decide(Inquiry(groups, rows), 0.05)[0].decided_by == 3
    held = Inquiry(groups[:2], rows[:2])
    assert decide(held, 0.05)[0].decided_by == 1
    turned = Inquiry(groups, rows[::-1])
    assert decide(turned, 0.05)[0].decided_by == 0
    by_unit = Inquiry(groups, rows, one_unit=False)
    assert decide(by_unit, 0.05)[0].decided_by == 2


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
    asked = Inquiry(
        (Group(GroupKind.WORKLOAD, "w"),), (of_ratio("w", around(middle), 0.05),)
    )
    found, answered = decide(asked, 0.05)
    assert (found.outcome, answered.questions[0].label) == (outcome, label)


@given(LOGS)
def test_supported_is_what_the_eye_sees(logs: list[float]) -> None:
    """Supported if and only if the drawn interval lies right of the line."""
    one = comparison(logs)
    assert one.advantage is not None
    assert (decided(one, 0.05) is Outcome.SUPPORTED) == (one.advantage.low > 1.05)


@given(LOGS)
def test_a_larger_margin_never_helps_the_claim(logs: list[float]) -> None:
    """What does not exceed 5 % does not exceed 10 %; what is refuted at 5 % is so at 10 %."""
    small, large = (decided(comparison(logs), margin) for margin in (0.05, 0.1))
    assert not (large is Outcome.SUPPORTED and small is not Outcome.SUPPORTED)
    assert not (small is Outcome.REFUTED and large is not Outcome.REFUTED)


def test_void_comparisons_stay_in_the_family() -> None:
    """What could not be tested still counts among the comparisons that were planned."""
    weak = p(0.9, ERROR / 2)
    assert outcome_of([weak]) is Outcome.REFUTED
    assert outcome_of([weak, *[VOID] * 19]) is Outcome.INCONCLUSIVE


def drawn(random: np.random.Generator, truth: Sequence[float]) -> Inquiry:
    """A run of nine rounds: three groups of two comparisons whose log advantages lie there."""
    rounds = log1p(0.05) + random.normal(0, 0.05, (len(truth), 2, 9))
    groups = tuple(Group(GroupKind.WORKLOAD, str(at)) for at in range(len(truth)))
    rows = [
        of_ratio(str(at), comparison(list(rounds[at, each] + centre)), 0.05)
        for at, centre in enumerate(truth)
        for each in range(2)
    ]
    return Inquiry(groups, tuple(rows))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "wrongly_holds", "wrongly_fails", "outcome", "at_least"),
    [
        ((0.0, 0.0, 0.0), 0.005, 0.035, None, 0.0),  # all on the line
        ((0.6, 0.6, 0.0), 0.02, 0.035, None, 0.0),  # two hold, one lies on the line
        ((0.6, 0.6, -0.2), 0.0, 0.0, Outcome.DEPENDS, 0.97),
        ((-0.2, -0.2, -0.2), 0.0, 0.0, Outcome.REFUTED, 0.999),
    ],
)
def test_how_often_a_group_is_wrongly_said_to_hold_or_to_fail(
    truth: tuple[float, ...],
    wrongly_holds: float,
    wrongly_fails: float,
    outcome: Outcome | None,
    at_least: float,
) -> None:
    """At most a in each direction, whatever the others are; and what is so is found."""
    random = np.random.default_rng(16)
    runs, held, failed, found_it = 1500, 0, 0, 0
    for _ in range(runs):
        found, _ = decide(drawn(random, truth), 0.05)
        wrong = [
            g.state
            for g, centre in zip(found.groups, truth, strict=True)
            if centre == 0.0
        ]
        held += GroupState.HOLDS in wrong
        failed += GroupState.FAILS in wrong
        found_it += found.outcome is outcome
    # Three standard errors of so many draws above a.
    most = ERROR + 3 * (ERROR * (1 - ERROR) / runs) ** 0.5
    assert held / runs <= min(most, wrongly_holds or most)
    assert failed / runs <= min(most, wrongly_fails or most)
    assert found_it / runs >= at_least
