"""What is published on claims with a rule of their own: judged a second time without the harness' own code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.published import RUNS, again, card, results
from tests.report.sceptic.arithmetic import FEWEST_ROUNDS, Part, gives, intervals_of
from tests.report.sceptic.printed import intervals, numbers, says, source
from tests.report.sceptic.rules import RULES, judged, may_not_decide, parts_of


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


def by_rule(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdicts that a rule gave."""
    return [verdict for verdict in document["verdicts"] if verdict["claim"]["rule"]]


def by_numbers(document: dict[str, Any]) -> list[dict[str, Any]]:
    """All that numbers decide: orders, rules, and counts of subjects."""
    return [
        verdict
        for verdict in document["verdicts"]
        if verdict["claim"]["rule"]
        or verdict["claim"]["metric"]
        or (verdict["claim"]["counts"] and verdict["claim"]["subjects"])
    ]


def with_card(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of them that have a card."""
    return [
        verdict for verdict in by_rule(document) if verdict["outcome"] not in UNTESTED
    ]


def deciding(verdict: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings that decide, in the order of the page."""
    return [finding for finding in verdict["findings"] if finding["outcome"]]


def beside(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings with an interval that decide nothing."""
    every = [
        finding for verdict in by_rule(document) for finding in verdict["findings"]
    ]
    return [
        finding for finding in every if finding["estimate"] and not finding["outcome"]
    ]


def rows(text: str) -> list[list[str]]:
    """The rows of a card's evidence, without their first cell."""
    evidence = text.rpartition('<details class="evidence">')[2]
    return [
        row.split("<td>")[1:]
        for row in re.findall(r'<tr><th scope="row">(.*)', evidence)
    ]


def test_every_rule_has_a_second_reading() -> None:
    """Those of the table of claims."""
    table = tomllib.loads(CLAIMS.read_text("utf-8"))["claim"]
    asked = {claim["rule"] for claim in table if "rule" in claim}
    assert RUNS and asked and asked - RULES.keys() == set()


def test_everything_was_recomputed_from_a_run() -> None:
    """Each rule, the orders and the counts decide somewhere; each outcome that a run can have is met."""
    decided = [
        (verdict["claim"]["rule"] or verdict["claim"]["metric"] or "counts", outcome)
        for document in map(again, RUNS)
        for verdict in by_numbers(document)
        if (outcome := judged(document, verdict["claim"]).outcome) not in UNTESTED
    ]
    assert {what for what, _ in decided} == {*RULES, "throughput", "counts"}
    assert {outcome for _, outcome in decided} == {
        "supported", "depends", "refuted", "inconclusive",
    }  # fmt: skip


def test_every_verdict_follows_from_the_numbers(run: Path) -> None:
    """Outcome, groups, strict reading and everything that decides: from the reading, the margin and the rounds."""
    document = again(run)
    assert by_numbers(document)
    for verdict in by_numbers(document):
        claim, second = verdict["claim"], judged(document, verdict["claim"])
        assert verdict["outcome"] == second.outcome, claim["id"]
        parts_shown = deciding(verdict) if claim["rule"] else verdict["parts"]
        if second.outcomes and not claim["counts"]:
            said = [part["outcome"] for part in parts_shown]
            assert said == list(second.outcomes) or not said, claim["id"]
        if second.outcome == "not tested":
            continue
        states = [(group["key"], group["state"]) for group in verdict["groups"]]
        assert states == list(second.states), claim["id"]
        assert verdict["strict"] == second.strict, claim["id"]
        for name, state in (("holds_on", "holds"), ("fails_on", "fails")):
            assert verdict[name] == [
                key for key, group_state in states if group_state == state
            ]


def test_every_other_metric_follows_too(run: Path) -> None:
    """The rows beside an order."""
    document = again(run)
    for verdict in by_numbers(document):
        for row in verdict["rows"]:
            second = judged(document, verdict["claim"], row["metric"])
            decision = row["decision"]
            assert decision["outcome"] == second.outcome
            assert [part["outcome"] for part in row["parts"]] == list(second.outcomes)
            states = [(group["key"], group["state"]) for group in decision["groups"]]
            assert second.outcome == "not tested" or states == list(second.states)


def test_what_every_set_up_does_follows_too(run: Path) -> None:
    """In turns, together or open: the questions of the claim, asked of each framework."""
    document = again(run)
    if document["turns"] is None:
        return
    (claim,) = (v["claim"] for v in by_rule(document) if v["claim"]["rule"] == "turns")
    targets = {target["id"]: target for target in document["targets"]}
    for set_up in document["turns"]["set_ups"]:
        target = targets[set_up["target"]]
        asked = {**claim, "subjects": [target["framework"]]}
        state = dict(judged(document, asked).states)[target["deployment"]]
        memberships = [
            set_up["target"] in document["turns"][x] for x in ("in_turns", "together")
        ]
        assert memberships == [state == "holds", state == "fails"], set_up["target"]


def test_other_margins_follow_too(run: Path) -> None:
    """What the card says of other lines."""
    document = again(run)
    for verdict in by_numbers(document):
        for margin, said in verdict["at_other_margins"]:
            claim = {**verdict["claim"], "margin": margin}
            assert judged(document, claim).outcome == said, (claim["id"], margin)


def test_the_numbers_of_a_published_run_are_those_of_its_windows(run: Path) -> None:
    """Every estimate, bound, p-value and round that was published, to twelve digits; more may have come since."""
    before, now = figures(results(run)), figures(again(run))
    assert len(before) > 500
    assert {path: now.get(path) for path in before} == before


def figures(document: dict[str, Any]) -> dict[tuple[str, ...], float]:
    """Each number of the analysis by where it stands; what has a name is found by its name."""
    read = [(name, document[name]) for name in READ if document[name] is not None]
    return dict(_figures((), dict(read)))


def _figures(
    path: tuple[str, ...], value: Any
) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _figures((*path, name), item)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _figures((*path, _named(item) or str(at)), item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def _named(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    names = (
        "subject",
        "baseline",
        "target",
        "less",
        "part",
        "workload",
        "metric",
        "experiment",
    )
    return " ".join(f"{name}={item[name]}" for name in names if name in item)


def test_every_interval_that_decides_is_that_of_its_rounds(run: Path) -> None:
    """At each bound the test turns, and the point is where the rounds' mean lies."""
    document = again(run)
    for verdict in by_rule(document):
        claim = verdict["claim"]
        parts = parts_of(document, claim)
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


def stored_intervals(node: Any) -> int:
    """How many there are, however deep; but those of fitted curves, which have no numbers by round."""
    if isinstance(node, list):
        return sum(map(stored_intervals, node))
    if not isinstance(node, dict):
        return 0
    own = node.keys() >= {"point", "low", "high", "level"}
    parts = (value for name, value in node.items() if name != "fit")
    return own + sum(map(stored_intervals, parts))


def test_every_interval_beside_it_is_that_of_its_rounds(run: Path) -> None:
    """Of every number that a rule reads or a card shows, deciding or not."""
    document = results(run)
    read = [document[name] for name in READ if document[name] is not None]
    every = [
        held_and_estimate
        for section in read
        for held_and_estimate in intervals_of(section)
    ]

    # None is passed over, in runs of one experiment and in those of all.
    assert len(every) == sum(map(stored_intervals, read)) > 50
    assert [estimate for held, estimate in every if not gives(held, estimate)] == []
    estimates = [estimate for _, estimate in every]
    assert [
        finding for finding in beside(document) if finding["estimate"] not in estimates
    ] == []


def test_the_evidence_on_the_page_is_that_of_the_results(run: Path) -> None:
    """Row by row: what was asked, what was found, and what it decides."""
    for verdict in with_card(results(run)):
        outcome, text = card(run, verdict["claim"]["id"])
        assert outcome == verdict["outcome"]
        assert [row[:3] for row in rows(text)] == [
            [finding["what"], finding["value"], finding["outcome"] or BESIDE]
            for finding in verdict["findings"]
        ]


def test_every_printed_number_is_in_the_results(run: Path) -> None:
    """To the printed digit: points, bounds and bare counts, of what decides and of what stands beside it."""
    document = results(run)
    for verdict in with_card(document):
        _, text = card(run, verdict["claim"]["id"])
        for row, finding in zip(rows(text), verdict["findings"], strict=True):
            printed, source_numbers = numbers(row[1]), source(document, finding)
            a_ratio = "times" in row[1]
            assert len(printed) == len(source_numbers), finding["value"]
            for words, number in zip(printed, source_numbers, strict=True):
                assert says(words, number, a_ratio), (finding["what"], words, number)


def test_the_sentence_says_what_its_evidence_says(run: Path) -> None:
    """Its intervals stand among the evidence, and its tally is that of the outcomes."""
    for verdict in with_card(document := results(run)):
        _, text = card(run, verdict["claim"]["id"])
        sentence, evidence = text.split('<details class="evidence">')
        evidence_intervals = {
            interval for row in rows(evidence) for interval in intervals(row[1])
        }
        said = intervals(sentence.split("<dl>")[0])
        assert said or may_not_decide(document), verdict["claim"]["id"]
        assert set(said) <= evidence_intervals, verdict["claim"]["id"]

        outcomes = judged(document, verdict["claim"]).outcomes
        held = str(outcomes.count("supported"))
        tally = re.findall(r"\((\d+) of (\d+) (?:comparisons|parts) hold\)", sentence)
        assert tally in ([], [(held, str(len(outcomes)))])
