"""The summary that goes into a comment."""

import re
from dataclasses import replace

import pytest

from bench.model.verdict import Outcome, Quote
from bench.model.warning import Scope
from bench.report.summary import LONGEST, summary_md
from tests.report.pages import made
from tests.report.states import STATES, all_inconclusive, hostile, no_claims, normal


@pytest.mark.parametrize("state", STATES)
def test_it_is_short_and_begins_with_its_key(state: str) -> None:
    """The hidden first line is how a later run finds its own comment."""
    text = summary_md(made(state))

    assert len(text) <= LONGEST
    assert re.fullmatch(r"<!-- bench-report:v1 key=[\w.-]+ -->", text.splitlines()[0])
    assert text.count("<details>") == text.count("</details>")
    assert not re.search(r"\b(None|nan|inf)\b", text)


def test_every_row_of_a_table_has_all_its_cells() -> None:
    """A pipe in somebody's text does not make a column."""
    for line in summary_md(hostile()).splitlines():
        if line.startswith(("| ✓", "| ✕")):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5


def test_the_heading_counts_the_verdicts() -> None:
    """Counts and verdicts are those of the results."""
    text = summary_md(normal())

    assert "## Claims: 2 supported, 2 depends, 1 not measurable" in text
    for verdict in normal().verdicts[:4]:
        assert (
            f"“{verdict.claim.quote}” | **{verdict.outcome.value.capitalize()}**"
            in text
        )


def test_a_row_has_every_quote_of_its_claim() -> None:
    """Further words follow the first ones."""
    results = normal()
    first = results.verdicts[0]
    claim = replace(first.claim, also=(Quote("highly | performant", "elsewhere"),))
    text = summary_md(replace(results, verdicts=(replace(first, claim=claim),)))

    assert f"| “{claim.quote}”, “highly \\| performant” | **" in text


def test_hostile_text_gives_no_markup_and_calls_nobody() -> None:
    """No tag, no mention, no link comes from a server's error."""
    text = summary_md(hostile())
    body = re.sub(r"(?m)^(<!--.*|</?details>.*|Again: .*)$", "", text)

    assert "<script" not in body
    assert "@all" not in body
    assert "http://" not in body


def test_a_summary_that_is_too_long_says_that_it_was_shortened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It loses the checks first, never the verdicts."""
    monkeypatch.setattr("bench.report.summary.LONGEST", 2000)
    text = summary_md(normal())

    assert len(text) <= 2000
    assert "Shortened" in text
    assert "Depends" in text
    assert "<details>" not in text


@pytest.mark.parametrize(
    ("done", "state", "told"),
    [(9, "decided", False), (8, "decided", True), (9, "open", True), (9, "none", True)],
)
def test_fewer_rounds_are_told_unless_a_look_decided(
    done: int, state: str, told: bool
) -> None:
    """A run that stops at a planned look because nothing is open has all the rounds that it wanted."""
    made = {"decided": normal, "open": all_inconclusive, "none": no_claims}[state]()
    settled = [v for v in made.verdicts if v.outcome is not Outcome.INCONCLUSIVE]
    if state == "decided":
        made = replace(made, verdicts=tuple(settled))
    profile = replace(made.profile, looks=(6, 9, 12))
    text = summary_md(replace(made, profile=profile, rounds_done=done, rounds_planned=12))  # fmt: skip

    assert ("Fewer rounds than planned" in text) is told


def test_a_rule_that_decided_is_no_count() -> None:
    """Its numbers stand in its words; what was probed or counted says so."""
    rows = summary_md(made("stressed")).splitlines()

    assert any("“" in row and row.endswith("| in the words |") for row in rows)


def test_a_check_is_graded_by_its_severity_whatever_its_words() -> None:
    """Two failed checks with exchanged effects: the grade follows the value, not the sentence."""
    made = normal()
    grave, light = made.checks[0], made.checks[4]
    changed = (
        replace(grave, passed=False, effect=light.effect),
        replace(light, passed=False, effect=grave.effect),
    )

    assert [check.takes_verdicts for check in changed] == [True, False]
    assert "Checks: 1 failed, 1 noted" in summary_md(replace(made, checks=changed))


def test_a_check_that_takes_nothing_is_noted_and_does_not_fail() -> None:
    """The summary says what the page says: a note; what does take something fails."""
    made = normal()
    notes = tuple(
        replace(check, passed=False)
        for check in made.checks
        if check.severity is Scope.NOTE
    )
    wrong = replace(made.checks[2], passed=False)
    text = summary_md(replace(made, checks=(*notes, wrong)))
    rows = {line for line in text.splitlines() if line.startswith("| ")}

    assert "Checks: 1 failed, 2 noted" in text
    for check in notes:
        assert f"| {check.title} | {check.measured} | {check.limit} | note |" in rows
    assert sum("**fail**" in row for row in rows) == 1
