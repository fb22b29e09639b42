"""How a comparison is worded."""

from dataclasses import replace
from itertools import product

import pytest

from bench.judge.results import results
from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import Claim, Evidence, Label, Outcome, Part
from bench.wording.experiments import texts
from bench.wording.names import Names
from bench.wording.orders import (
    group_fails,
    group_holds,
    largest,
    leads,
    part_because,
    who_is_ahead,
)
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, FRAMEWORKS, claim, make_run


NAMES = Names(results(make_run(), (), FRAMEWORKS, ()))
CLAIM = claim(["fastapi"], ["flask"])


def comparison(
    point: float, low: float, high: float, metric: str = "throughput"
) -> Comparison:
    """FastAPI over Flask on hello, with this interval."""
    return Comparison(
        subject=FASTAPI,
        baseline=FLASK,
        workload="hello",
        metric=metric,
        advantage=Estimate(point, low, high, 0.95, 6),
        rounds=(point,) * 6,
        smallest_detectable=1.1,
        p_value=0.5,
    )


def part(
    compared: Comparison,
    outcome: Outcome,
    label: Label | None = None,
    more: int | None = None,
) -> Part:
    """A comparison with its outcome."""
    return Part(compared, outcome, label, more_rounds=more, group="hello")


def because(asked_part: Part, comparisons: int = 6) -> str:
    """Its sentence."""
    return part_because(NAMES, CLAIM, asked_part, comparisons)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (comparison(1.8, 1.74, 1.86), "FastAPI answers 1.8 times as many requests per second as Flask on hello (1.7 to 1.9 times)"),
        (comparison(1.55, 1.4, 1.7), "FastAPI answers 1.6 times as many requests per second as Flask on hello (1.40 to 1.7 times)"),
        (comparison(1 / 1.8, 1 / 1.9, 1 / 1.7), "Flask answers 1.8 times as many requests per second as FastAPI on hello (1.7 to 1.9 times)"),
        (comparison(1.12, 1.08, 1.16), "FastAPI answers 12 % more requests per second than Flask on hello (8 % to 16 %)"),
        (comparison(1.012, 1.004, 1.02), "FastAPI answers 1.2 % more requests per second than Flask on hello (0.4 % to 2.0 %)"),
        (comparison(1.02, 0.95, 1.1), "FastAPI answers 2 % more requests per second than Flask on hello (5 % fewer to 10 % more)"),
        (comparison(1.03, 0.996, 1.065), "FastAPI answers 3 % more requests per second than Flask on hello (0.4 % fewer to 6 % more)"),
        (comparison(12.34, 11.1, 13.7), "FastAPI answers 12 times as many requests per second as Flask on hello (11 to 14 times)"),
        (comparison(1.8, 1.7, 1.9, "cpu"), "Flask spends 1.8 times as much CPU time per request as FastAPI on hello (1.7 to 1.9 times)"),
        (comparison(0.9, 0.8, 1.0125, "cpu"), "FastAPI spends 11 % more CPU time per request than Flask on hello (1 % less to 25 % more)"),
        (comparison(1.3, 1.2, 1.4, "memory"), "Flask holds 30 % more memory than FastAPI on hello (20 % to 40 %)"),
    ],
)  # fmt: skip
def test_a_lead_is_said_from_the_leaders_side_with_its_interval(
    found: Comparison, text: str
) -> None:
    """Never more digits than the interval carries, never a ratio below 1."""
    assert leads(NAMES, found) == text


def test_a_tie_promises_no_more_than_its_interval() -> None:
    """The larger of the two ends, rounded up."""
    tie = part(comparison(0.99, 0.9615, 1.019), Outcome.REFUTED, Label.TIE)
    assert because(tie) == (
        "FastAPI and Flask are practically equal in this run on hello: "
        "at most 4.1 % apart in requests per second"
    )


def test_an_open_question_says_what_could_have_been_shown() -> None:
    """The lead that it would have found, and the rounds it would take."""
    open_part = part(comparison(1.08, 1.01, 1.15), Outcome.INCONCLUSIVE, more=8)
    open_part = replace(open_part, smallest_lead=1.1)
    shown = "6 rounds could have shown a lead of 10 %"
    assert because(open_part).endswith(
        f"the interval holds the margin of 5 %; {shown}, about 14 in all would decide"
    )
    assert because(replace(open_part, more_rounds=None)).endswith(shown)
    below = part(comparison(1.0, 0.96, 1.049), Outcome.INCONCLUSIVE, more=2)
    assert "not clearly enough for 6 comparisons at once" in because(below)


@pytest.mark.parametrize(
    ("metric", "holds", "fails"),
    [
        ("throughput", "at least 1.96 times Flask", "Flask is ahead of FastAPI by 5 to 11 %"),
        ("cpu", "Flask spends at least 1.96 times as much", "FastAPI spends 5 to 11 % more than Flask"),
        ("memory", "Flask holds at least 1.96 times as much", "FastAPI holds 5 to 11 % more than Flask"),
    ],
)  # fmt: skip
def test_a_group_says_how_far_at_least_and_what_fails_it(
    metric: str, holds: str, fails: str
) -> None:
    """A lower bound is rounded down; who is behind is not said to lead by too little."""
    held = part(comparison(2.0, 1.969, 2.04, metric), Outcome.SUPPORTED)
    failed = part(comparison(0.93, 0.9, 0.95, metric), Outcome.REFUTED, Label.REVERSED)
    assert group_holds(NAMES, CLAIM, [held]) == holds
    assert group_fails(NAMES, CLAIM, [held, failed]) == fails
    behind = replace(failed, label=Label.NOT_MATERIAL)
    assert group_fails(NAMES, CLAIM, [behind]) == fails


def test_of_several_subjects_each_is_named() -> None:
    """Two that must both lead the same one."""
    both: Claim = replace(CLAIM, subjects=("fastapi", "flask"), baselines=("django",))
    tie = part(comparison(1.0, 0.97, 1.03), Outcome.REFUTED, Label.TIE)
    held = part(comparison(2.0, 1.9, 2.1), Outcome.SUPPORTED)
    assert group_holds(NAMES, both, [held]) == "FastAPI at least 1.90 times Flask"
    assert group_fails(NAMES, both, [tie]) == "Flask is FastAPI’s equal in this run, within the 5 % that count (at most 3.1 % apart)"  # fmt: skip


def test_what_is_near_its_line_is_said_of_this_run_in_every_text() -> None:
    """Of a comparison beside its group, in a table, and of every kind of finding that decides."""
    held = part(comparison(1.07, 1.055, 1.085), Outcome.SUPPORTED)
    behind = part(comparison(0.93, 0.9, 0.995), Outcome.REFUTED, Label.REVERSED)
    small = part(comparison(1.03, 1.02, 1.045), Outcome.REFUTED, Label.NOT_MATERIAL)
    for asked_part, say in product(
        (held, behind, small), (group_holds, group_fails, largest, who_is_ahead)
    ):
        near = replace(asked_part, near_line=True)
        said = say(NAMES, CLAIM, [asked_part])
        assert say(NAMES, CLAIM, [near]) == (said and f"{said} in this run")
    estimate = Estimate(0.85, 0.801, 0.9, 0.95, 6)
    for asked in (
        "cpu",
        "own-share",
        "kept-of-best",
        "stress-answered",
        "predictions",
    ):
        evidence = Evidence(
            FLASK,
            outcome=Outcome.SUPPORTED,
            estimate=estimate,
            asked=asked,
            line=0.8,
            at=1.0,
        )
        *same, said = texts(NAMES, evidence)
        assert [*texts(NAMES, replace(evidence, near_line=True))] == [
            *same,
            f"{said} in this run",
        ]


def test_a_row_tells_who_is_equal_beside_who_is_ahead() -> None:
    """Both are facts against the lead; neither hides the other."""
    tie = part(comparison(1.0, 0.97, 1.03), Outcome.REFUTED, Label.TIE)
    lost = part(comparison(0.93, 0.9, 0.95), Outcome.REFUTED, Label.REVERSED)
    against = replace(lost, comparison=replace(lost.comparison, baseline=DJANGO))
    asked = replace(CLAIM, baselines=("flask", "django"))
    row_words = who_is_ahead(NAMES, asked, [tie, against])
    assert row_words == "equal to Flask and Django ahead by 5 to 11 %"
    other = replace(tie, comparison=replace(tie.comparison, baseline=DJANGO))
    assert who_is_ahead(NAMES, asked, [tie, other]) == "equal to Flask and Django"


def test_no_word_praises() -> None:
    """Only what the interval carries: no adjective of speed in any wording."""
    compared = comparison(1.8, 1.7, 1.9)
    texts = [
        because(part(compared, Outcome.SUPPORTED)),
        because(part(compared, Outcome.INCONCLUSIVE, more=1)),
        *(because(part(compared, Outcome.REFUTED, label)) for label in Label),
        group_holds(NAMES, CLAIM, [part(compared, Outcome.SUPPORTED)]),
    ]
    for word in ("fast", "slow", "much faster", "significant", "clearly", "best"):
        assert not any(word in text.replace("FastAPI", "") for text in texts)
