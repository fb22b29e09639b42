"""The short answer of a run that holds no order, only verdicts by rules."""

from dataclasses import replace

import pytest

from bench.model.results import Results
from bench.model.verdict import Finding, Outcome, Rule, Verdict
from bench.report.answer import question, short_answer
from bench.report.page import report_html
from bench.report.rule_answers import WORDS
from bench.report.view import View
from bench.report.words import TESTED
from tests.report.pages import made
from tests.report.probed import probed
from tests.report.ruled import turns, validators, verdict, weight
from tests.report.states import STATES, normal


DECIDED = (Outcome.SUPPORTED, Outcome.REFUTED)


def only(*verdicts: Verdict) -> Results:
    """A run that reached these alone."""
    return replace(normal(), verdicts=verdicts)


def said(*verdicts: Verdict) -> tuple[str, str]:
    """The title and the answer of such a run."""
    view = View(only(*verdicts))
    return question(view), short_answer(view).sentence


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_run_that_judged_something_never_says_it_did_not(state: str) -> None:
    """The answer and the list beside it are of one mind."""
    results = made(state)
    tested = [each for each in results.verdicts if each.outcome in TESTED]
    sentence = short_answer(View(results)).sentence

    assert not (tested and sentence == "This run judged **no claim**.")


def test_every_rule_has_its_words() -> None:
    """None is forgotten when one is added."""
    assert set(WORDS) == set(Rule)


@pytest.mark.parametrize("rule", list(Rule))
def test_a_rule_is_asked_and_answered(rule: Rule) -> None:
    """Yes where the claim is supported, no where it is refuted, and neither where it is open."""
    for outcome, first in zip(DECIDED, ("**Yes**", "**No**"), strict=True):
        title, answer = said(verdict(rule, outcome))
        assert title.endswith("?")
        assert "Django" in title
        assert "{" not in title + answer
        assert answer.startswith(first)
        assert len(answer.split()) <= 30
    _, answer = said(verdict(rule, Outcome.INCONCLUSIVE))
    assert answer == "This run **cannot tell**."


def test_a_failed_check_is_named_as_for_any_other() -> None:
    """What forced the verdict open is the answer."""
    forced = replace(turns(), outcome=Outcome.INCONCLUSIVE, forced="a twin differed")
    assert said(forced)[1] == "This run **cannot tell**: a twin differed."


def test_what_the_run_measured_whole_leads() -> None:
    """A verdict that start-up alone refuted is not what a run on validation is about."""
    missing = Finding(
        "django", "Memory", "not measured", Outcome.NOT_TESTED, "not asked"
    )
    in_part = replace(weight(), findings=(*weight().findings, missing))

    assert said(in_part, validators())[0] == (
        "Does validation cost Django less than Flask and FastAPI?"
    )
    assert said(in_part)[0] == "Is Django slow by nature?"


def test_an_order_leads_before_any_rule() -> None:
    """Who is faster is what readers come for, wherever its claim stands."""
    orders = [each for each in normal().verdicts if each.parts]
    assert said(turns(), *orders) == said(*orders)


def test_the_charts_are_of_what_the_verdict_asks() -> None:
    """As far as throughput was measured there; what else was measured fills up to two."""
    asked = replace(
        validators(), claim=replace(validators().claim, workloads=("db-read", "wait"))
    )
    assert short_answer(View(only(asked))).workloads == ("db-read", "hello")


def test_probes_alone_are_no_measurement() -> None:
    """They are said to be what they are."""
    alone = [each for each in probed().verdicts if each.claim.probe]
    assert any(each.outcome in TESTED for each in alone)
    _, answer = said(*alone)
    assert answer == (
        "This run judged **no claim** by measurement: "
        "what it found was **probed** or **counted**."
    )
    assert said()[1] == "This run judged **no claim**."


def test_the_page_asks_it() -> None:
    """In its title, with the answer below."""
    html = report_html(only(turns()))
    assert "<title>Does Django handle requests one after the other?" in html
    assert "<b>No</b>: as its users deploy it, it handles them <b>together</b>." in html
