"""What is published: its page, its results and its rule agree, most of it read without the harness' own code."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bench.report.json_file import read_results
from bench.report.write import write_report
from tests.report.published import RUNS, card, results


LARGEST_PAGE = 700_000
"""Bytes: what a phone on a slow line still gets in seconds."""


@pytest.fixture(params=RUNS, ids=[folder.name for folder in RUNS])
def run(request: pytest.FixtureRequest) -> Path:
    """The folder of a published run."""
    return Path(request.param)


def with_parts(folder: Path) -> list[dict[str, Any]]:
    """The verdicts that hang on comparisons."""
    return [verdict for verdict in results(folder)["verdicts"] if verdict["parts"]]


def test_something_is_published() -> None:
    """Else the tests below hold nothing."""
    assert RUNS and all(with_parts(folder) for folder in RUNS)


def test_every_part_follows_from_its_interval(run: Path) -> None:
    """Supported above the line, refuted below it, open where the interval holds it."""
    for verdict in with_parts(run):
        line = 1 + verdict["claim"]["margin"]
        for part in verdict["parts"]:
            advantage = part["comparison"]["advantage"]
            if not withheld(verdict) and not part["comparison"]["rounds"]:
                assert part["outcome"] == "not tested"
                continue
            if withheld(verdict) or advantage is None or part["comparison"]["void"]:
                assert part["outcome"] == "inconclusive"
                continue
            low, high = float(advantage["low"]), float(advantage["high"])
            # Holm's correction asks for more than the interval does, never for less.
            may_be = {"inconclusive"}
            may_be = {"supported"} if low > line else may_be
            may_be = {"refuted", "inconclusive"} if high < line else may_be
            assert part["outcome"] in may_be, (verdict["claim"]["id"], low, high)


def withheld(verdict: dict[str, Any]) -> bool:
    """Whether something is wrong with the whole run."""
    why = verdict["withheld_because"]
    return why is not None and why["code"] != "void"


def test_every_verdict_follows_from_its_parts(run: Path) -> None:
    """Supported if all are; where one is refuted its group fails, and with one that holds it depends."""
    for verdict in with_parts(run):
        outcomes = {part["outcome"] for part in verdict["parts"]}
        refuted = {p["group"] for p in verdict["parts"] if p["outcome"] == "refuted"}
        expected = "inconclusive"
        if "not tested" in outcomes:
            expected = "not tested"
        if refuted:
            expected = "depends" if verdict["holds_on"] else "refuted"
        if outcomes == {"supported"}:
            expected = "supported"
        assert verdict["outcome"] == expected, verdict["claim"]["id"]
        assert set(verdict["fails_on"]) == refuted


def test_the_page_says_what_the_results_say(run: Path) -> None:
    """Each card has the outcome of results.json, and its intervals to the printed digit."""
    for verdict in with_parts(run):
        if verdict["outcome"] == "not tested":
            continue  # a row of a table and no card
        outcome, text = card(run, verdict["claim"]["id"])
        assert outcome == verdict["outcome"]
        printed = re.findall(r"<td>([\d.]+) to ([\d.]+)<", text)
        advantages = [part["comparison"]["advantage"] for part in verdict["parts"]]
        for pair, advantage in zip(printed, filter(None, advantages), strict=True):
            for words, end in zip(pair, ("low", "high"), strict=True):
                digit = 10 ** -len(words.partition(".")[2])
                assert float(words) == pytest.approx(advantage[end], abs=digit)


def test_the_list_of_claims_says_what_was_found(run: Path) -> None:
    """A reason is a sentence: not a name alone, and short enough for a phone."""
    page = (run / "report.html").read_text(encoding="utf-8")
    reasons = re.findall(r'class="why">(.*?)</span>', page, re.DOTALL)
    unjudged = ("not tested", "not measurable")
    outcomes = {verdict["outcome"] for verdict in results(run)["verdicts"]}
    assert bool(reasons) == bool(outcomes.difference(unjudged))
    for reason in map(unescape, reasons):
        assert 4 <= len(reason.split()) <= 60, reason


def test_the_page_and_the_summary_keep_their_size(run: Path) -> None:
    """With every number, the longest run's too; and as many characters as a comment may hold."""
    assert (run / "report.html").stat().st_size <= LARGEST_PAGE
    assert len((run / "summary.md").read_text("utf-8")) <= 60_000


def test_the_page_is_what_its_results_give(run: Path, tmp_path: Path) -> None:
    """To the byte: a page of an older look, or of other numbers, is not what stands here."""
    document = read_results((run / "results.json").read_text("utf-8"))
    write_report(document, tmp_path / run.name, "../index.html", published=True)

    for name in ("report.html", "summary.md"):
        assert (tmp_path / run.name / name).read_bytes() == (run / name).read_bytes()


def test_every_file_that_the_page_links_is_there(run: Path) -> None:
    """A reader who has the folder has everything."""
    html = (run / "report.html").read_text("utf-8")
    links = set(re.findall(r'href="([^"#][^"]*)"', html))

    elsewhere = {link for link in links if link.startswith("https://")}
    assert len(elsewhere) == 1, "the article, and nothing else that may be gone"
    inside = links - elsewhere
    assert inside
    assert [link for link in inside if not (run / link).exists()] == []
