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
        return [text for item in value for text in texts(item)]
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
        assert all(finding.what and finding.value for finding in verdict.findings)
        assert all(row.because for row in verdict.rows)
        assert (verdict.forced is None) is (verdict.withheld_because is None)


def nonsense(results: Results) -> Results:
    """The same with every sentence replaced by one that says the opposite in words that were once read."""
    numbers = count()

    def said(value: Verdict | Part | Evidence | MetricRow) -> dict[str, str]:
        text = f"none; refuted: 7 times (1 to {next(numbers)}) depends. Beside it not tested"
        sentences = {name for name in SENTENCES if getattr(value, name, None)}
        return dict.fromkeys(sentences, text)

    def part(old: Part) -> Part:
        return replace(old, **said(old))  # type: ignore[arg-type]

    def row(old: MetricRow) -> MetricRow:
        return replace(old, parts=tuple(map(part, old.parts)), **said(old))  # type: ignore[arg-type]

    def verdict(old: Verdict) -> Verdict:
        return replace(
            old,
            parts=tuple(map(part, old.parts)),
            findings=tuple(replace(f, **said(f)) for f in old.findings),  # type: ignore[arg-type]
            rows=tuple(map(row, old.rows)),
            **said(old),  # type: ignore[arg-type]
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
                answer_card.claim.id, answer_card.verdict.outcome, answer_card.tested, answer_card.line, answer_card.others,
                answer_card.more, answer_card.strict, [dot.state for dot in answer_card.groups],
                [(line.metric, line.outcome) for line in answer_card.rows], bool(answer_card.number),
            )
            for answer_card in cards
        ],
        "tally": tally(results.verdicts),
        "leads": leading.claim.id if leading else None,
        "answer": short_answer(view).workloads,
        "quality": quality(results),
        "charts": [chart.id for chart in page.charts],
        "badges": [page.html.count(f'class="v {css}"') for css in ("supported", "depends", "refuted", "inconclusive")],
    }  # fmt: skip


def test_nonsense_in_every_sentence_changes_no_decision(run: Results) -> None:
    """Outcome, group, label, strict reading, badge, chart and banner come from values."""
    worded_run = worded(run)
    changed = nonsense(worded_run)
    assert set(texts(changed.verdicts)).isdisjoint(
        set(texts(worded_run.verdicts)) - {""}
    )
    assert decisions(changed) == decisions(worded_run)
