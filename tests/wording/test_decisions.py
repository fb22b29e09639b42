"""Text decides nothing: verdicts are made without a sentence, and nothing reads one back."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bench.model.results import Results
from bench.model.verdict import Evidence, MetricRow, Part, Verdict
from bench.report.answer import leading_verdict, short_answer
from bench.report.cards import card
from bench.report.page import report_page
from bench.report.quality import quality
from bench.report.view import View
from bench.report.words import tally
from bench.wording.worded import worded
from tests.report.published import RUNS, judged_values


SENTENCES = ("because", "what", "value", "forced", "short")
"""The fields that bench.wording fills in."""


@pytest.fixture(params=RUNS, ids=[folder.name for folder in RUNS], scope="module")
def run(request: pytest.FixtureRequest) -> Results:
    """A published run, judged now, without its sentences."""
    folder: Path = request.param
    return judged_values(folder)


def texts(value: object) -> list[str]:
    """Every sentence in it, however deep."""
    if isinstance(value, tuple):
        return [text for each in value for text in texts(each)]
    if not isinstance(value, Verdict | Part | Evidence | MetricRow):
        return []
    own = [getattr(value, name, None) or "" for name in SENTENCES]
    inner = [getattr(value, name, ()) for name in ("parts", "findings", "rows")]
    return [*own, *texts(tuple(inner))]


def test_a_verdict_is_made_without_a_sentence(run: Results) -> None:
    """Each is empty when the judge is done, and none of those that are printed is when they are worded."""
    assert set(texts(run.verdicts)) == {""}
    for verdict in worded(run).verdicts:
        assert verdict.because and all(part.because for part in verdict.parts)
        assert all(each.what and each.value for each in verdict.findings)
        assert all(row.because for row in verdict.rows)
        assert (verdict.forced is None) is (verdict.withheld_because is None)


def nonsense(results: Results) -> Results:
    """The same with every sentence replaced by one that says the opposite in words that were once read."""
    numbers = count()

    def said(value: Verdict | Part | Evidence | MetricRow) -> dict[str, str]:
        text = f"none; refuted: 7 times (1 to {next(numbers)}) depends. Beside it not tested"
        known = {each for each in SENTENCES if getattr(value, each, None)}
        return dict.fromkeys(known, text)

    def part(one: Part) -> Part:
        return replace(one, **said(one))  # type: ignore[arg-type]

    def row(one: MetricRow) -> MetricRow:
        return replace(one, parts=tuple(map(part, one.parts)), **said(one))  # type: ignore[arg-type]

    def verdict(one: Verdict) -> Verdict:
        return replace(
            one,
            parts=tuple(map(part, one.parts)),
            findings=tuple(replace(f, **said(f)) for f in one.findings),  # type: ignore[arg-type]
            rows=tuple(map(row, one.rows)),
            **said(one),  # type: ignore[arg-type]
        )

    return replace(results, verdicts=tuple(map(verdict, results.verdicts)))


def decisions(results: Results) -> dict[str, object]:
    """Everything on a page that says how something came out."""
    view = View(results)
    cards = [card(view, None, verdict) for verdict in results.verdicts]
    leading = leading_verdict(view)
    page = report_page(results)
    return {
        "cards": [
            (
                one.claim.id, one.verdict.outcome, one.tested, one.line, one.others,
                one.more, one.strict, [dot.state for dot in one.groups],
                [(line.metric, line.outcome) for line in one.rows], bool(one.number),
            )
            for one in cards
        ],
        "tally": tally(results.verdicts),
        "leads": leading.claim.id if leading else None,
        "answer": short_answer(view).workloads,
        "quality": quality(results),
        "charts": [each.id for each in page.charts],
        "badges": [page.html.count(f'class="v {css}"') for css in ("supported", "depends", "refuted", "inconclusive")],
    }  # fmt: skip


def test_nonsense_in_every_sentence_changes_no_decision(run: Results) -> None:
    """Outcome, group, label, strict reading, badge, chart and banner come from values."""
    told = worded(run)
    changed = nonsense(told)
    assert set(texts(changed.verdicts)).isdisjoint(set(texts(told.verdicts)) - {""})
    assert decisions(changed) == decisions(told)
