"""The short answer of a run that holds no order, only verdicts by rules."""

from dataclasses import replace

import pytest

from bench.experiments import parts
from bench.model.experiment import rule_names
from bench.model.results import Results
from bench.model.verdict import (
    Evidence,
    Excluded,
    Exclusion,
    Outcome,
    Verdict,
    Withheld,
)
from bench.report.answer import question, short_answer
from bench.report.page import report_page
from bench.report.view import View, lower_first
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
    """The answer and the list beside it are of one mind, also where no order was judged."""
    results = made(state)
    without = tuple(judgement for judgement in results.verdicts if not judgement.parts)
    for verdicts in (results.verdicts, without):
        measured = [
            v for v in verdicts if v.outcome in TESTED and (v.parts or v.claim.rule)
        ]
        sentence = short_answer(View(replace(results, verdicts=verdicts))).sentence
        assert not (measured and "judged **no " in sentence)


def test_every_rule_has_its_words() -> None:
    """None is forgotten when one is added."""
    assert {rule for part in parts("words") for rule in part.rules} == set(rule_names())


@pytest.mark.parametrize("rule", rule_names())
def test_a_rule_is_asked_and_answered(rule: str) -> None:
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
    why = Withheld("twin", "A target differs from itself", "p = 0.001, " * 40)
    forced = replace(turns(), outcome=Outcome.INCONCLUSIVE, withheld_because=why)
    sentence = "This run **cannot tell**: a target differs from itself."
    assert said(forced)[1] == sentence
    void = replace(why, title="", detail="the generator was the limit")
    sentence = "This run **cannot tell**: the generator was the limit."
    assert said(replace(forced, withheld_because=void))[1] == sentence


def test_what_the_run_measured_whole_leads() -> None:
    """A verdict that start-up alone refuted is not what a run on validation is about."""
    missing = Evidence(
        "django", "Memory", "not measured", Outcome.NOT_TESTED, "not asked"
    )
    in_part = replace(weight(), findings=(*weight().findings, missing))

    assert said(in_part, validators())[0] == (
        "Does a validated request cost Django less than Flask and FastAPI?"
    )
    assert said(in_part)[0] == "Is Django slow by nature?"


def test_an_order_leads_before_any_rule() -> None:
    """Who is faster is what readers come for, wherever its claim stands."""
    orders = [judgement for judgement in normal().verdicts if judgement.parts]
    assert said(turns(), *orders) == said(*orders)


def test_the_charts_are_of_what_the_verdict_asks() -> None:
    """As far as throughput was measured there; what else was measured fills up to two."""
    asked = replace(
        validators(), claim=replace(validators().claim, workloads=("db-read", "wait"))
    )
    assert short_answer(View(only(asked))).workloads == ("db-read", "hello")


def test_probes_alone_are_no_measurement() -> None:
    """They are said to be what they are."""
    alone = [judgement for judgement in probed().verdicts if judgement.claim.probe]
    assert any(judgement.outcome in TESTED for judgement in alone)
    _, answer = said(*alone)
    assert answer == (
        "This run judged **no order**: what it found stands in the list of claims."
    )
    assert said()[1] == "This run judged **no claim**."


def test_a_rule_over_several_frameworks_has_no_words_here() -> None:
    """Another article's table may ask so; "it" would then be nobody."""
    several = replace(
        turns(), claim=replace(turns().claim, subjects=("django", "flask"))
    )
    assert said(several)[1].startswith("This run judged **no order**")


def test_more_workers_are_spoken_of_only_where_they_were_tested() -> None:
    """Half of what scaling asks needs processors of its own; without it the claim cannot be supported."""
    whole = verdict("scaling", Outcome.REFUTED)
    why = Excluded(Exclusion.NO_PLACE, "two processors")
    half = Evidence("", asked="workers", excluded=why)
    _, of_both = said(whole)
    _, of_clients = said(replace(whole, findings=(half,)))

    assert "by more workers" in of_both
    assert "by more workers" not in of_clients


def test_the_page_asks_it() -> None:
    """In its title, with the answer below."""
    html = report_page(only(turns())).html
    assert "<title>Does Django handle requests one after the other?" in html
    assert "<b>No</b>: as its users deploy it, it handles them <b>together</b>." in html


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("A target differs from itself", "a target differs from itself"),
        ("Server CPU time", "server CPU time"),
        ("CPU time per request", "CPU time per request"),
        ("A/A check", "A/A check"),
    ],
)
def test_a_title_inside_a_sentence_keeps_abbreviations_alone(
    title: str, inside: str
) -> None:
    """An article is no abbreviation."""
    assert lower_first(title) == inside
