"""What is published on claims with a rule of their own: judged a second time without the harness' own code."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.report.published import RUNS, card, results
from tests.report.sceptic.arithmetic import FEWEST_ROUNDS, Part, gives, intervals_of
from tests.report.sceptic.printed import intervals, numbers, says, source
from tests.report.sceptic.rules import RULES, judged, may_not_decide


CLAIMS = Path(__file__).resolve().parents[2] / "bench" / "definitions" / "claims.toml"
BESIDE = "nothing, it is shown beside it"
READ = (
    "turns",
    "scalings",
    "stress",
    "predictions",
    "costs",
    "quantities",
    "comparisons",
)
UNTESTED = ("not tested", "not measurable")


@pytest.fixture(params=RUNS, ids=[folder.name for folder in RUNS])
def run(request: pytest.FixtureRequest) -> Path:
    """The folder of a published run."""
    return Path(request.param)


def by_rule(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdicts that a rule gave."""
    return [each for each in found["verdicts"] if each["claim"]["rule"]]


def with_card(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of them that have a card."""
    return [each for each in by_rule(found) if each["outcome"] not in UNTESTED]


def deciding(verdict: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings that decide, in the order of the page."""
    return [each for each in verdict["findings"] if each["outcome"]]


def beside(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings with an interval that decide nothing."""
    every = [each for verdict in by_rule(found) for each in verdict["findings"]]
    return [each for each in every if each["estimate"] and not each["outcome"]]


def rows(text: str) -> list[list[str]]:
    """The rows of a card's evidence, without their first cell."""
    evidence = text.rpartition('<details class="evidence">')[2]
    return [
        re.findall(r"<td>(.*?)</td>", row)
        for row in re.findall(r'<tr><th scope="row">(.*?)</tr>', evidence)
    ]


def test_every_rule_has_a_second_reading() -> None:
    """Those of the table of claims, and those of every published verdict."""
    table = tomllib.loads(CLAIMS.read_text("utf-8"))["claim"]
    asked = {claim["rule"] for claim in table if "rule" in claim}
    found = {v["claim"]["rule"] for folder in RUNS for v in by_rule(results(folder))}

    assert RUNS and found
    assert (asked | found) - RULES.keys() == set()


def test_every_rule_was_recomputed_from_a_run() -> None:
    """Each of the nine decides some published verdict; a rule without numbers would prove nothing."""
    decided = {
        verdict["claim"]["rule"]
        for found in map(results, RUNS)
        for verdict in by_rule(found)
        if judged(found, verdict["claim"])[0] not in UNTESTED
    }

    assert decided == RULES.keys()
    assert len(decided) >= 9


def test_every_verdict_follows_from_the_numbers(run: Path) -> None:
    """From its reading, its margin and the rounds in results.json."""
    found = results(run)
    said = {v["claim"]["id"]: v["outcome"] for v in by_rule(found)}
    again = {v["claim"]["id"]: judged(found, v["claim"])[0] for v in by_rule(found)}

    assert said and again == said


def test_everything_that_decides_has_the_outcome_of_its_numbers(run: Path) -> None:
    """Each deciding finding by itself, in order: as many, and each the same."""
    found = results(run)
    if may_not_decide(found):
        pytest.skip("the run decides nothing as a whole")
    for verdict in by_rule(found):
        said = [each["outcome"] for each in deciding(verdict)]
        assert judged(found, verdict["claim"])[1] == said, verdict["claim"]["id"]


def test_other_margins_follow_too(run: Path) -> None:
    """What the card says of other lines."""
    found = results(run)
    for verdict in by_rule(found):
        for margin, said in verdict["at_other_margins"]:
            claim = {**verdict["claim"], "margin": margin}
            assert judged(found, claim)[0] == said, (claim["id"], margin)


def test_every_interval_that_decides_is_that_of_its_rounds(run: Path) -> None:
    """At each bound the test turns, and the point is where the rounds' mean lies."""
    found = results(run)
    for verdict in by_rule(found):
        claim = verdict["claim"]
        parts = RULES[claim["rule"]](found, claim)
        for part, finding in zip(parts, deciding(verdict), strict=True):
            assert interval_holds(part, finding), (claim["id"], finding["what"])


def interval_holds(part: Part, finding: dict[str, Any]) -> bool:
    """With several numbers, the interval told is that of one of them."""
    estimate = finding["estimate"]
    if estimate is None or part.witness is not None or not part.held:
        return estimate is None and (part.witness is not None or not part.held)
    if min(held.rounds for held in part.held) < FEWEST_ROUNDS:
        return True
    assert estimate["level"] == part.level
    return any(gives(held, estimate) for held in part.held)


def stored_intervals(found: Any) -> int:
    """How many there are, however deep; but those of fitted curves, which have no numbers by round."""
    if isinstance(found, list):
        return sum(map(stored_intervals, found))
    if not isinstance(found, dict):
        return 0
    own = found.keys() >= {"point", "low", "high", "level"}
    parts = (value for name, value in found.items() if name != "fit")
    return own + sum(map(stored_intervals, parts))


def test_every_interval_beside_it_is_that_of_its_rounds(run: Path) -> None:
    """Of every number that a rule reads or a card shows, deciding or not."""
    found = results(run)
    read = [found[name] for name in READ if found[name] is not None]
    every = [each for section in read for each in intervals_of(section)]

    # None is passed over, in runs of one experiment and in those of all.
    assert len(every) == sum(map(stored_intervals, read)) > 50
    assert [estimate for held, estimate in every if not gives(held, estimate)] == []
    known = [estimate for _, estimate in every]
    assert [one for one in beside(found) if one["estimate"] not in known] == []


def test_the_evidence_on_the_page_is_that_of_the_results(run: Path) -> None:
    """Row by row: what was asked, what was found, and what it decides."""
    for verdict in with_card(results(run)):
        outcome, text = card(run, verdict["claim"]["id"])
        assert outcome == verdict["outcome"]
        assert [row[:3] for row in rows(text)] == [
            [each["what"], each["value"], each["outcome"] or BESIDE]
            for each in verdict["findings"]
        ]


def test_every_printed_number_is_in_the_results(run: Path) -> None:
    """To the printed digit: points, bounds and bare counts, of what decides and of what stands beside it."""
    found = results(run)
    for verdict in with_card(found):
        _, text = card(run, verdict["claim"]["id"])
        for row, finding in zip(rows(text), verdict["findings"], strict=True):
            printed, known = numbers(row[1]), source(found, finding)
            a_ratio = "times" in row[1]
            assert len(printed) == len(known), finding["value"]
            for words, number in zip(printed, known, strict=True):
                assert says(words, number, a_ratio), (finding["what"], words, number)


def test_the_sentence_says_what_its_evidence_says(run: Path) -> None:
    """Its intervals stand among the evidence, and its tally is that of the outcomes."""
    for verdict in with_card(found := results(run)):
        _, text = card(run, verdict["claim"]["id"])
        sentence, evidence = text.split('<details class="evidence">')
        known = {each for row in rows(evidence) for each in intervals(row[1])}
        said = intervals(sentence.split("<dl>")[0])
        assert said or may_not_decide(found), verdict["claim"]["id"]
        assert set(said) <= known, verdict["claim"]["id"]

        outcomes = judged(found, verdict["claim"])[1]
        held = str(outcomes.count("supported"))
        tally = re.findall(r"\((\d+) of (\d+) (?:comparisons|parts) hold\)", sentence)
        assert tally in ([], [(held, str(len(outcomes)))])
