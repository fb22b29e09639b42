"""The number that a card's verdict hangs on, its line, and its forest."""

import csv
import io
import re
from dataclasses import replace
from html import unescape

import pytest

from bench.model.experiment import rule_names
from bench.model.verdict import Verdict
from bench.report.cards import card, deciding_finding, headline
from bench.report.charts.forest import findings_chart
from bench.report.charts.palette import palette
from bench.report.summary import summary_md
from bench.report.view import View
from bench.wording.worded import worded
from tests.report import ruled
from tests.report.builders import FRAMEWORKS
from tests.report.pages import made, page_of, written


HEADLINES = {*rule_names()} - {"stress", "fails-stress"}
OWN_LINES = {"weight", "own-share", "layers", "validators"}
DRAWN = {*OWN_LINES, "predictions"}


def view() -> View:
    """The results with a card of every rule."""
    return View(worded(made("ruled")))


def judged(rule: str) -> Verdict:
    """The made verdict of a rule."""
    verdicts = [v for v in worded(made("ruled")).verdicts if v.claim.id == f"by-{rule}"]
    return verdicts[0]


def html_of(rule: str) -> str:
    """The card of that rule on the page."""
    after = page_of("ruled").split(f'id="claim-by-{rule}"')[1]
    return unescape(after.split("</article>")[0])


@pytest.mark.parametrize("rule", sorted(HEADLINES))
def test_a_rules_card_has_its_number_with_interval_and_level(rule: str) -> None:
    """In the words of the finding, whole; no ratio is turned round against its sentence."""
    finding = deciding_finding(judged(rule))
    assert finding is not None and finding.estimate is not None
    level = f"{100 * finding.estimate.level:g}\N{NO-BREAK SPACE}% interval"

    assert f"<b>{finding.value}</b> <span>({level})</span>" in html_of(rule)


def test_every_rule_has_a_number() -> None:
    """None is forgotten."""
    assert all(headline(view(), judged(rule)) for rule in rule_names())


def test_beside_a_witness_stands_the_number_of_the_same_set_up() -> None:
    """And the card says that the witness decides."""
    number = headline(view(), ruled.turns())

    assert number is not None
    assert number.of.startswith("Django: requests under way at once")
    assert number.how.startswith("refuted by a witness: two requests")


def test_a_witness_without_a_number_gets_none() -> None:
    """Not even that of another set-up."""
    assert card(view(), None, ruled.turns(at_once=None)).number is None


@pytest.mark.parametrize("rule", rule_names())
def test_other_lines_are_told_where_a_rule_tried_them(rule: str) -> None:
    """After the line that it was judged by."""
    sentence = "in each comparison. With other lines: supported at 0\N{NO-BREAK SPACE}%; inconclusive at 10\N{NO-BREAK SPACE}%."

    assert (sentence in html_of(rule)) is (rule in OWN_LINES)
    assert ("<dt>Line</dt>" in html_of(rule)) is ("stress" not in rule)


@pytest.mark.parametrize("rule", rule_names())
def test_a_forest_stands_where_the_findings_share_a_line(rule: str) -> None:
    """A row for everything that decides, measured or not, and a table that promises no rounds."""
    text = html_of(rule)
    deciding = [finding for finding in judged(rule).findings if finding.outcome]

    assert ("<figure>" in text) is (rule in DRAWN)
    if rule in DRAWN:
        table = text.split("Numbers behind this chart")[1].split("</tbody>")[0]
        assert table.count('<th scope="row">') == len(deciding)
        assert f'Unrounded: <a href="charts/forest-by-{rule}.csv">' in text


def test_a_rows_words_are_the_findings_own_and_its_numbers_the_ratios() -> None:
    """A tail is told as how many times as long, and drawn as how many times better."""
    drawn = findings_chart(view(), palette(FRAMEWORKS), judged("predictions"))

    assert drawn is not None
    assert drawn.words.sub == "The claim holds right of the line at 0.91×"
    _, ratio_words, better, span, *_ = drawn.table.rows[1]
    assert ratio_words == "2.02 times as long (1.74 to 2.34)"
    assert (better, span) == ("0.50×", "0.43 to 0.57")
    assert "2.02 times as long (1.74 to 2.34)" in re.sub(
        "<[^>]*>", " ", unescape(drawn.wide)
    )


def test_nothing_of_a_long_name_is_lost_on_a_narrow_screen() -> None:
    """Rows differ in their last word only, so a name goes on beneath its first line."""
    drawn = findings_chart(view(), palette(FRAMEWORKS), judged("weight"))

    assert drawn is not None
    for drawing in (drawn.wide, drawn.narrow):
        assert "…" not in drawing.split("</title>")[1].replace(
            "not measured: so it was", ""
        )


def test_the_summary_has_a_rules_number_too() -> None:
    """With its interval; where there is none it says so."""
    results = worded(made("ruled"))
    bare = replace(results, verdicts=(ruled.turns(at_once=None),))

    assert "| 0.56 times (0.49 to 0.63), 97 % interval |" in summary_md(results)
    assert "| in the words |" in summary_md(bare)


def test_a_rules_table_has_its_findings_unrounded() -> None:
    """As in results.json; what was not measured is an empty cell."""
    text = (written("ruled") / "charts" / "forest-by-predictions.csv").read_text("utf-8")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [row["kind"] for row in rows] == ["finding"] * 2
    assert rows[1]["metric"] == ruled.TAIL
    assert [rows[1][name] for name in ("point_in_unit", "low_in_unit")] == [
        "0.4955",
        "0.4273",
    ]
