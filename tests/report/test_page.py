"""The page, read as text: safe, complete, and of one mind with the results."""

import re
from dataclasses import fields, replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from bench.experiments.stress.chart import points_of
from bench.experiments.stress.section import stress_table
from bench.model.estimate import Estimate
from bench.model.results import Check, TraceRow
from bench.model.verdict import (
    Article,
    Evidence,
    GroupState,
    Label,
    MetricRow,
    Outcome,
    Part,
    Quote,
    Verdict,
)
from bench.model.warning import Scope
from bench.report.answer import question, short_answer
from bench.report.numbers import percent_span, ratio, times, with_interval
from bench.report.page import report_page
from bench.report.quality import failure_words
from bench.report.tables import comparisons_shown
from bench.report.view import View
from bench.report.words import TESTED, sentence
from bench.wording.worded import worded
from tests.report.builders import verdict as judged_on
from tests.report.pages import made, page_of
from tests.report.states import STATES, failed_twin, missing_memory, normal, smoke
from tests.report.versions import slower


class Page(HTMLParser):
    """Tags and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


BESIDE = {"results.json", "results.csv", "rounds.parquet", "trend.html"}
"""Files of the run's own folder, the only ones that a page links."""


@pytest.fixture(params=sorted(STATES))
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_no_script_no_handler_no_foreign_address(state: str) -> None:
    """The page asks nobody for anything and runs nothing."""
    page = Page(page_of(state))

    assert not [
        tag for tag, _ in page.tags if tag in {"script", "iframe", "img", "base"}
    ]
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src", "xlink:href"):
            address = attributes.get(name) or "#"
            assert address.startswith(("#", "charts/")) or address in BESIDE
    assert "url(" not in page_of(state)
    assert "@import" not in page_of(state)
    assert "default-src 'none'" in page_of(state)


def test_the_navigation_names_every_section_in_its_order() -> None:
    """It is made of the same list; a section that is not there is not named."""
    html = page_of("normal")
    bar = html[html.index('<nav class="toc"') : html.index("</nav>")]
    beneath = html[html.index("</nav>") :]

    named = re.findall(r'href="#([a-z-]+)"', bar)
    assert named == re.findall(r'^<section id="([a-z-]+)"><h2>', beneath, re.MULTILINE)
    assert {"claims", "trust", "cost"} <= set(named)
    assert "models" not in named


def test_ids_are_unique_and_anchors_resolve(state: str) -> None:
    """Every link on the page leads somewhere on it."""
    page = Page(page_of(state))
    ids = [
        identifier
        for _, attributes in page.tags
        if (identifier := attributes.get("id"))
    ]
    aims = {
        (attributes.get("href") or "")[1:]
        for _, attributes in page.tags
        if (attributes.get("href") or "").startswith("#")
    }
    for _, attributes in page.tags:
        aims |= set((attributes.get("aria-labelledby") or "").split())

    assert len(ids) == len(set(ids))
    assert aims <= set(ids)


def test_no_stray_none_or_nan(state: str) -> None:
    """What was not measured is said in words."""
    text = re.sub(r"None\.(?= )", "", Page(page_of(state)).text)

    assert not re.search(
        r"\b(None|nan|NaN|inf|undefined|True(?! on| in| with| against)|False)\b",
        text.replace("True for", ""),
    )
    assert "not measured: not measured" not in text


def test_every_chart_has_title_and_table(state: str) -> None:
    """Who cannot see a chart gets its numbers, in the table beside it."""
    html = page_of(state)
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    figures = html.count("<figure>")

    for drawing in drawings:
        assert re.search(r'<svg [^>]*role="img"[^>]*><title>[^<]+</title>', drawing)
        assert "style=" not in drawing
    assert len(drawings) == 2 * figures
    assert html.count("<summary>Numbers behind this chart</summary>") == figures


def test_every_estimate_is_on_the_page(state: str) -> None:
    """No number of the results is left out, and each has its interval; what a page cannot hold is counted on it."""
    results = made(state)
    text = unescape(page_of(state)).split('id="every-number"')[1]

    for quantity in results.quantities:
        if quantity.estimate:
            assert with_interval(quantity.estimate) in text
    margin = View(results).margin
    shown = comparisons_shown(View(results))
    left_out = len(results.comparisons) - len(shown)
    assert (f"{left_out:,} more comparisons" in text) == bool(left_out)
    for pair in shown:
        if pair.advantage:
            value, span = ratio(pair.advantage, 1 + margin)
            assert f"<td>{value}<td>{span}<td>" in text


def test_the_verdict_follows_from_the_printed_interval() -> None:
    """The rule, applied to the page's own numbers, gives the page's own verdict."""
    html = unescape(page_of("normal"))
    for verdict in normal().verdicts:
        if not verdict.parts:
            continue
        card = html.split(f'id="claim-{verdict.claim.id}"')[1].split("</article>")[0]
        table = card.split("<tbody>")[1].split("</tbody>")[0]
        bounds = [
            (float(low), float(high))
            for low, high in re.findall(r"<td>([\d.]+) to ([\d.]+)<", table)
        ]
        line = 1 + verdict.claim.margin
        beyond = [low > line for low, _ in bounds]
        below = [high < line for _, high in bounds]
        groups = {part.group for part in verdict.parts}
        open_or_failed = {
            part.group
            for part, is_so in zip(verdict.parts, beyond, strict=True)
            if not is_so
        }
        expected = Outcome.INCONCLUSIVE
        if all(beyond):
            expected = Outcome.SUPPORTED
        elif any(below):
            expected = Outcome.DEPENDS if groups - open_or_failed else Outcome.REFUTED

        assert len(bounds) == len(verdict.parts)
        assert (
            f'class="card {expected.value}"'
            in html.split(f'id="claim-{verdict.claim.id}"')[0][-60:]
        )


@pytest.mark.parametrize("name", ["normal", "index"])
def test_the_dark_differs_from_the_light_in_colours_alone(name: str) -> None:
    """So that what axe found in the light, colours aside, holds in the dark."""
    style = page_of(name).split("<style>")[1].split("</style>")[0]
    dark = re.findall(
        r"@media[^{]*prefers-color-scheme:dark\)\{:root\{(.*?)\}\}", style
    )

    assert len(dark) == style.count("prefers-color-scheme") == 1
    for declaration in dark[0].split(";"):
        assert re.fullmatch(r"--[\w-]+:#[0-9a-fA-F]{6}", declaration), declaration


def test_sizes_stay_within_the_budget(state: str) -> None:
    """At most 1.5 MB, and 600 kB where there are not thirty contestants."""
    limit = 1_500_000 if state == "thirty_targets" else 600_000

    assert len(page_of(state).encode()) < limit


def test_a_page_that_cannot_hold_every_comparison_keeps_those_that_decide() -> None:
    """Every comparison of a claim stands in the table, however many there are."""
    results = made("thirty_targets")
    shown = comparisons_shown(View(results))
    deciding = [
        part.comparison for verdict in results.verdicts for part in verdict.parts
    ]

    assert len(shown) < len(results.comparisons)
    assert all(comparison in shown for comparison in deciding)


def test_the_short_answer_is_short(state: str) -> None:
    """A few sentences, however many set-ups and workloads there are."""
    sentence = short_answer(View(made(state))).sentence

    if state not in {"hostile", "long_quotes"}:  # their titles alone are longer
        assert len(sentence.split()) <= 70


def test_the_answer_names_where_it_holds_with_its_largest_effects_and_where_it_fails() -> (
    None
):
    """Every group of the verdict, and the ratio of every comparison of those that hold."""
    view = View(normal())
    verdict = view.results.verdicts[0]
    sentence = short_answer(view).sentence
    holds, fails = verdict.holds_on, verdict.fails_on

    assert verdict.outcome is Outcome.DEPENDS and holds and fails
    assert sentence.index(view.workload(holds[0])) < sentence.index("**Not**")
    assert sentence.index("**Not**") < sentence.index(view.workload(fails[0]))
    led = [part for part in verdict.parts if part.group in holds]
    largest = max(led, key=lambda part: part.comparison.advantage.point)  # type: ignore[union-attr]
    for part in [*(p for p in led if p.group == holds[0]), largest]:
        assert part.comparison.advantage is not None
        assert f"**{times(part.comparison.advantage)} times**" in sentence


@pytest.mark.parametrize("high", [0.97, 0.90])
def test_a_pair_whose_interval_is_below_one_is_said_to_be_behind(high: float) -> None:
    """With its interval, also where it is less than the margin."""
    results = normal()
    part = next(
        piece
        for piece in results.verdicts[0].parts
        if piece.comparison.workload == "db-read"
        and piece.comparison.baseline.startswith("flask")
    )
    advantage = Estimate(high - 0.02, high - 0.04, high, 0.95, 12)
    turned = replace(
        part,
        comparison=replace(part.comparison, advantage=advantage),
        outcome=Outcome.REFUTED,
        label=Label.REVERSED,
    )
    parts = tuple(
        turned if piece is part else piece for piece in results.verdicts[0].parts
    )
    fails = tuple(
        replace(
            group, state=GroupState.FAILS if group.key == "db-read" else GroupState.OPEN
        )
        for group in results.verdicts[0].groups
    )
    verdict = replace(
        results.verdicts[0], parts=parts, outcome=Outcome.REFUTED, groups=fails
    )
    said = short_answer(View(replace(results, verdicts=(verdict,)))).sentence

    assert f"Flask is ahead of FastAPI by {percent_span(advantage.inverse)}" in said
    assert "practically equal" not in said


def test_one_set_up_alone_is_no_choice() -> None:
    """Said once, not once for each situation."""
    text = page_of("one_framework")

    assert "This run gives no ground for a choice" in text
    assert "Not compared in this run" not in text.split('id="claims"')[0]


def test_failed_checks_stand_first() -> None:
    """Nobody reads two dozen rows to find the one that matters."""
    rows = page_of("generator_bound").split('class="checks"')[1].split("<tr>")

    assert "! " in rows[2] or "</span> fail" in rows[2]
    assert "load generator" in rows[2]


def test_verdicts_on_one_sentence_share_a_row_only_where_they_agree() -> None:
    """Two rows where one is refuted and the other is not."""
    results = normal()
    first, last = results.verdicts[0], results.verdicts[3]
    again = replace(last, claim=replace(last.claim, quote=first.claim.quote))
    apart = replace(again, outcome=Outcome.SUPPORTED)
    for second, rows in ((again, 1), (apart, 2)):
        html = report_page(replace(results, verdicts=(first, second))).html
        table = html.split('class="claims"')[1].split("</table>")[0]
        assert table.count("<tr>") == 1 + rows
        assert f'href="#claim-{second.claim.id}"' in table


def test_a_failed_target_stands_in_the_trust_strip() -> None:
    """Above the fold, with the way to its log."""
    strip = page_of("failed_target").split('class="trust"')[1].split("</section>")[0]

    assert '<a href="#doubts">Failures</a>' in strip
    assert "Django failed in round 1" in strip


def test_an_interrupted_run_says_how_many_rounds_were_planned() -> None:
    """In the strip, beside the rounds that there are."""
    assert "at most 20 were planned" in page_of("interrupted")
    assert (
        "were planned"
        not in page_of("normal")
        .split("</main>")[0]
        .split('class="trust"')[1]
        .split("</section>")[0]
    )


def test_the_first_chart_of_many_set_ups_stays_short() -> None:
    """Those that the answer is about; the others are counted."""
    short = (
        page_of("thirty_targets").split('class="short"')[1].split('class="verdicts"')[0]
    )

    assert "27 more set-ups stand under" in short
    figure = short.split('id="chart-answer"')[1].split("</details>")[0]
    assert figure.count("<tr>") == 1 + 2 * 3


def test_a_smoke_run_says_so_and_advises_nothing() -> None:
    """A bar above everything, and no ground for a choice."""
    text = Page(page_of("smoke")).text

    assert "A smoke run: no verdicts." in text
    assert "nothing yet" in text
    assert not smoke().verdicts


def test_a_failed_twin_stands_above_everything() -> None:
    """The noise check that failed comes before the header."""
    html = page_of("failed_twin")

    assert html.index("Too noisy to judge.") < html.index("<h1>")
    measured = failed_twin().checks[0].measured
    assert measured[1:] in html.split("<h1>")[0]
    assert "nothing yet" in html


def test_missing_memory_is_said_with_its_reason() -> None:
    """Never a zero, never a gap."""
    section = page_of("missing_memory").split('id="memory"')[1].split("<section")[0]
    reason = next(
        quantity.reason for quantity in missing_memory().quantities if quantity.reason
    )

    assert f"Memory: not measured: {reason}" in unescape(section)
    assert 'id="chart-startup"' in section


def test_every_warning_and_failure_has_a_remedy(state: str) -> None:
    """A doubt without a remedy helps nobody."""
    html = page_of(state)

    assert html.count('<article class="doubt') == html.count("<b>Remedy:</b>")


def test_no_framework_is_named_by_the_report_itself() -> None:
    """Every name on the page comes from the results."""
    text = page_of("nothing").lower()
    text = re.sub(
        r'<section class="scroll" tabindex="0" aria-label="set-ups">.*?</section>',
        "",
        text,
        flags=re.DOTALL,
    )
    text = re.sub(
        r"<h1>.*?</h1>|<title>.*?</title>|<section class=\"answer\".*?</section>|<section id=\"claims\".*?</section>",
        "",
        text,
        flags=re.DOTALL,
    )

    assert not re.search(r"django|flask|fastapi", text)


def test_a_quote_that_is_judged_twice_says_by_what() -> None:
    """Two rows with the same words must not look like a contradiction."""
    results = normal()
    first, last = results.verdicts[0], results.verdicts[3]
    again = replace(last, claim=replace(last.claim, quote=first.claim.quote))
    html = report_page(replace(results, verdicts=(first, again))).html

    assert "by throughput</span>" in html
    assert "by server CPU time per request</span>" in html


def test_further_words_stand_beneath_the_quote() -> None:
    """Each in its quotation marks, and with its place where that is another than the quote's."""
    results = normal()
    first, last = results.verdicts[0], results.verdicts[-1]
    place = first.claim.where
    also = (Quote("speed-oriented", place), Quote("highly performant", "elsewhere"))
    verdicts = (
        replace(first, claim=replace(first.claim, also=also)),
        replace(last, claim=replace(last.claim, also=(Quote("also wide", "there"),))),
    )
    html = report_page(replace(results, verdicts=verdicts)).html

    assert (
        '</header>\n<p class="sub">Also <q>speed-oriented</q>, '
        "<q>highly performant</q> (elsewhere)</p>"
    ) in html
    untested = html.split('aria-label="Claims without a test"')[1].split("</tr>")[1]
    assert "“also wide”" in untested


def test_a_claim_without_further_words_has_no_line_for_them() -> None:
    """Nothing stands between its quote and its verdict."""
    assert "Also <q>" not in page_of("normal")
    assert "Also <q>" in page_of("probed")


def test_a_share_without_a_percentile_is_told_and_not_drawn() -> None:
    """A tenth of capacity has rate, failures and median; the chart is of the 99th percentile."""
    stress = made("stressed").found["stress"]
    assert stress is not None
    table = stress_table(View(made("stressed")))
    assert table is not None
    first = dict(zip(table.columns, table.rows[0], strict=True))

    assert first["offered"] == "10\N{NO-BREAK SPACE}% of its capacity"
    assert re.match(r"1\.\d", first["p50, ms"])
    assert first["p99, ms"] == "too few requests"
    drawn = [point.share for point in points_of(stress.targets[0])]
    assert drawn == [0.4, 0.7, 0.9, 1.1]


def test_a_claim_that_was_not_tested_sets_no_margin() -> None:
    """An untested claim declares none, and must not make every lead count."""
    results = normal()

    assert results.verdicts[-1].claim.margin == 0.0
    assert View(results).margin == 0.05


def test_a_reason_is_not_said_twice() -> None:
    """Beside the words "no verdicts" stands the profile's own reason, whatever the results' sentence is."""
    why = "Does it work? Numbers mean nothing."
    profile = replace(smoke().profile, verdicts=False, why=why)
    results = replace(smoke(), profile=profile, no_verdicts_because="nothing of it.")

    assert report_page(results).html.count(why) == 2  # in the bar, and with the profile


def test_void_throughput_is_shown_as_void() -> None:
    """Where the generator was the limit, the chart says that it decides nothing."""
    short = page_of("generator_bound").split('class="verdicts"')[0]

    assert "Throughput decides nothing for Hello, World!, One row by key:" in short
    assert "decides nothing for" not in page_of("normal")


def test_what_was_probed_and_counted_is_shown_with_its_evidence() -> None:
    """Each outcome with what was sent, what came back, what it took; each count with its tool."""
    page = page_of("probed")
    assert "Django 6.0" in page and "Flask 3.1, own route (beside it)" in page
    assert "could not be played" in page and "POST 403." in page
    assert 'id="counted"' in page and "gunicorn, psycopg" in page
    assert "version <code>abababababab</code>" in page
    assert "a count, named as only a proxy" in page
    # A probe has no line and no interval.
    card = page.split('id="claim-safe"')[1].split("</article>")[0]
    assert "<dt>Line</dt>" not in card and "Not measured" not in card


def test_what_the_machine_did_is_shown_and_not_told_is_no_zero() -> None:
    """Typical and worst, by row; without a trace the page says so."""
    trace_row = TraceRow("foreign", "A stranger", "% of a core", 0.476, 50.0, 96, 96)
    silent = TraceRow("pressure", "Pressure", "% of the window", None, None, 0, 96)
    rows = unescape(
        report_page(replace(normal(), machine_trace=(trace_row, silent))).html
    )

    assert "<td>0.476<td>50<td>96 of 96\n" in rows
    assert "<td>not measured: this kernel does not tell<td>" in rows
    assert "hold no trace of the machine" in page_of("normal")


def test_a_program_keeps_its_name_at_the_beginning_of_a_sentence() -> None:
    """uv is no Uv; any other word begins with a capital letter."""
    assert sentence("uv could not make the lock") == "uv could not make the lock."
    assert sentence("the lock is gone") == "The lock is gone."


def test_what_could_not_be_prepared_did_not_fail_in_a_round() -> None:
    """Round 0 is no round that a reader knows."""
    view = View(made("failed_target"))
    (failure,) = view.results.failures

    assert failure_words(view, replace(failure, round=3)).endswith("failed in round 3")
    assert "round" not in failure_words(view, replace(failure, round=0))


def test_a_smoke_page_answers_its_question() -> None:
    """Whether everything works here: from the failures and the check of the answers, not from a verdict."""
    made_here = smoke()
    works, broken = (
        View(replace(made_here, failures=failures))
        for failures in ((), made("failed_target").failures)
    )

    assert question(works) == question(broken) == "Does everything work here?"
    assert short_answer(works).sentence.startswith("**Yes**")
    assert short_answer(broken).sentence.startswith("**No**")
    wrong = replace(made_here.checks[2], passed=False)
    checks = (*made_here.checks[:2], wrong, *made_here.checks[3:])
    assert short_answer(View(replace(made_here, checks=checks))).sentence.startswith(
        "**No**"
    )


def test_the_first_rows_are_chosen_by_rule() -> None:
    """One claim of each outcome is in sight, and none is there twice."""
    text = page_of("ruled").split('class="verdicts"')[1].split("</section>")[0]
    first = text.split("<details>")[0]
    outcomes = {verdict.outcome for verdict in made("ruled").verdicts} & set(TESTED)

    for outcome in outcomes:
        assert f" {outcome.value.capitalize()}</span>" in first


def test_the_article_is_named_and_linked() -> None:
    """ "Then next to Flask" means nothing without the sentence before it."""
    article = Article("An Article", "https://example.org/an-article")
    text = report_page(replace(normal(), article=article)).html

    assert '<a href="https://example.org/an-article">“An Article”</a>' in text


def test_a_run_of_versions_says_which_differs() -> None:
    """Its title, its answer and its chart are about the versions, where no order was judged."""
    results = replace(slower(0.8), verdicts=())
    view = View(results)

    assert question(view) == "Does a newer release run faster?"
    assert "25 % more requests than 0.9" in short_answer(view).sentence
    figure = (
        report_page(results).html.split('id="chart-answer"')[1].split("</details>")[0]
    )
    assert "Flask 0.9" in unescape(figure)


def test_a_claim_on_memory_is_asked_and_drawn_as_memory() -> None:
    """Another table's question is not answered with requests per second."""
    claim = replace(
        normal().verdicts[0].claim,
        metric="memory",
        subjects=("flask",),
        baselines=("django",),
        workloads=("hello",),
    )
    memory = judged_on(claim, normal().comparisons)
    view = View(replace(normal(), verdicts=(memory,)))

    assert "need less memory" in question(view)
    assert short_answer(view).metric == "memory"


@pytest.mark.parametrize(("share", "newer"), [(0.8, "Yes"), (1.25, "No")])
def test_newer_is_faster_or_slower_as_the_steps_say(share: float, newer: str) -> None:
    """The older release answers less, or more, than the newer one."""
    view = View(replace(slower(share), verdicts=()))

    assert view.results.steps
    assert short_answer(view).sentence.startswith(f"**{newer}")


def other_words(value: Any) -> Any:
    """The same with every sentence of verdicts and checks changed."""
    if isinstance(value, Verdict | Part | Evidence | Check | MetricRow):
        sentences: dict[str, Any] = {
            attribute.name: f"1 to 2 times as bad: no verdicts ({attribute.name})"
            for attribute in fields(value)
            if attribute.name in SENTENCES
            and isinstance(getattr(value, attribute.name), str)
        }
        inner: dict[str, Any] = {
            attribute.name: other_words(getattr(value, attribute.name))
            for attribute in fields(value)
            if isinstance(getattr(value, attribute.name), tuple)
        }
        return replace(value, **sentences, **inner)
    if isinstance(value, tuple):
        return tuple(other_words(item) for item in value)
    return value


SENTENCES = {
    *("because", "short", "what", "value", "forced"),
    *("title", "measured", "limit", "effect"),
}


@pytest.mark.parametrize("state", ["normal", "ruled", "generator_bound", "failed_twin"])
def test_no_decision_is_read_out_of_a_sentence(state: str) -> None:
    """Every sentence changed: the same outcomes, signs, colours, marks and banners, in the same order."""
    results = worded(made(state))
    noted = tuple(
        replace(check, passed=False) if check.severity is Scope.NOTE else check
        for check in results.checks
    )
    results = replace(results, checks=noted)
    verdicts = other_words(results.verdicts)
    checks = other_words(results.checks)
    changed = replace(results, verdicts=verdicts, checks=checks)
    assert isinstance(verdicts, tuple) and verdicts != results.verdicts

    def decided(html: str) -> list[str]:
        return re.findall(
            r'class="(?:v|g|card|bar|yes|no|open|unknown|ok|bad)[^"]*"|[fs]-(?:yes|no|open)\b',
            html,
        )

    before, other = (
        decided(report_page(state_results).html) for state_results in (results, changed)
    )
    assert before == other
