"""The list of claims on the first screen: whom a row is about, what stands first, a tie that is no defeat."""

from dataclasses import replace

import pytest

from bench.model.verdict import GroupState, Label, Outcome
from bench.report.cards import RANKING, card
from bench.report.page import ORDERS_SHOWN, _first_of_each
from bench.report.view import View
from bench.wording.names import Names
from bench.wording.orders import who_is_ahead
from bench.wording.worded import worded
from tests.report.states import normal


VIEW = View(worded(normal()))
CARDS = [card(VIEW, None, verdict) for verdict in VIEW.results.verdicts]


def test_every_row_is_about_its_claims_subjects() -> None:
    """One by its title, beside the only other one if there is one; several as the ranking."""
    for shown_card, verdict in zip(CARDS, VIEW.results.verdicts, strict=True):
        subjects, others = verdict.claim.subjects, verdict.claim.baselines
        title = "".join(VIEW.label(subject) for subject in subjects[:1])
        if len(others) == 1:
            title = f"{title}, beside {VIEW.label(others[0])}"
        assert shown_card.on == (RANKING if len(subjects) > 1 else title)


def test_a_tie_names_who_is_equal() -> None:
    """ "Equal" alone would be read as equal to everybody."""
    names = Names(VIEW.results)
    claim = VIEW.results.verdicts[0].claim
    parts = [
        replace(part, outcome=Outcome.REFUTED, label=Label.TIE)
        for part in VIEW.results.verdicts[0].parts[:1]
    ]
    other = names.framework(parts[0].comparison.baseline)
    assert who_is_ahead(names, claim, parts) == f"equal to {other}"


def test_the_orders_are_shown_before_anything_else() -> None:
    """Then one of each outcome that is not there yet."""
    order = CARDS[0].verdict
    assert order.parts
    rule = replace(order, parts=())
    verdicts = [
        *(replace(rule, outcome=outcome) for outcome in Outcome),
        *(replace(order, short=f"order {n}") for n in range(ORDERS_SHOWN)),
    ]
    rows = [[replace(CARDS[0], verdict=verdict)] for verdict in verdicts]
    shown = _first_of_each(rows)

    assert [row for row in shown if row[0].verdict.parts] == rows[-ORDERS_SHOWN:]
    assert {row[0].verdict.outcome for row in shown} == set(Outcome)


@pytest.mark.parametrize(("label", "sign"), [(Label.TIE, "="), (Label.REVERSED, "✕")])
def test_a_group_that_fails_by_a_tie_has_a_sign_of_its_own(
    label: Label, sign: str
) -> None:
    """By the label, whatever the sentence says."""
    verdict = VIEW.results.verdicts[0]
    group = next(g for g in verdict.groups if g.state is GroupState.FAILS)
    parts = tuple(
        replace(part, outcome=Outcome.REFUTED, label=label, because="")
        if part.group == group.key
        else part
        for part in verdict.parts
    )
    dots = card(VIEW, None, replace(verdict, parts=parts)).groups
    dot = dots[verdict.groups.index(group)]

    assert (dot.sign, dot.state == "equal") == (sign, label is Label.TIE)
