"""
report.html: one file, no script, no request, a pure function of Results.

The template holds the words that never change; everything else comes from
the modules beside this one. Autoescape is on: a server's error text is text.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.model.plural import plural
from bench.model.results import Check, Results
from bench.model.topology import cpu_words
from bench.model.verdict import Outcome
from bench.report import tables
from bench.report.answer import ShortAnswer, leading_verdict, question, short_answer
from bench.report.cards import Card, card
from bench.report.charts.chart import Chart
from bench.report.charts.palette import Palette, palette
from bench.report.clean import clean
from bench.report.first_screen import (
    Effects,
    advice,
    conditions,
    effects,
    level_words,
    one_run,
)
from bench.report.numbers import percent, size
from bench.report.quality import failure_words, failures_in_short, grouped_warnings
from bench.report.sections import answer_chart, sections
from bench.report.versions import families
from bench.report.view import View
from bench.report.words import (
    TESTED,
    counted_outcomes,
    css_class,
    grade,
    in_bold,
    sentence,
    sign,
    tied,
    why_no_verdicts,
)
from bench.wording.numbers import joined
from bench.wording.worded import worded


TEMPLATES = Path(__file__).parent / "templates"
STRIP = ("noise", "generator", "errors", "rounds")
"""The checks of the trust strip; any other that failed joins them."""

OWN_CLAIMS = "claims.toml"
"""The project's own table: what is judged by it needs no option."""
CLAIMS_SHOWN = 4
"""Claims in the first table at least; the others are folded beneath it."""
ORDERS_SHOWN = 3
"""Orders among them: the ranking is what readers come for."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page's text, and every chart that stands in it."""

    html: str
    view: View
    charts: tuple[Chart, ...]


def report_page(
    results: Results, index: str | None = None, published: bool = False
) -> Page:
    """
    The page with its charts; `index` is where its list of all runs is, seen from it.

    That of a published run names its tables and the command that writes them,
    as they are not beside it.
    """
    shown = clean(worded(results))
    view = View(shown)
    colours = palette(shown.frameworks)
    answer = short_answer(view)
    cards = [card(view, colours, verdict) for verdict in shown.verdicts]
    first = answer_chart(view, colours, answer)
    noise = view.check("noise")
    bodies = [
        (section, section.render(view, colours))
        for section in sections()
        if section.when(view)
    ]
    html = rendered(
        "page.html.j2",
        colours,
        run=shown,
        view=view,
        index=index,
        published=published,
        question=question(view),
        answer=answer,
        advice=advice(view, answer),
        effects=_effects(view, answer),
        conditions=conditions(view),
        claims=_claims(cards),
        tally=counted_outcomes(shown.verdicts),
        tested=TESTED,
        claims_counted=_counted_claims(cards, shown.article is not None),
        strip=_strip(shown.checks),
        checks=sorted(shown.checks, key=_gravity),
        failures=failures_in_short(shown),
        no_verdicts_why=why_no_verdicts(shown),
        failure_words=failure_words,
        other_claims=shown.claims_source not in ("", OWN_CLAIMS),
        too_noisy=noise if noise and noise.passed is False else None,
        answer_section=first,
        sections=bodies,
        has_versions=bool(families(view)),
        **_tables(view),
    )
    charts = [
        chart for body in (first, *(b for _, b in bodies)) for chart in body.charts
    ]
    charts += [
        shown_card.chart
        for shown_card in cards
        if shown_card.tested and shown_card.chart
    ]
    return Page(html, view, tuple(charts))


def _effects(view: View, answer: ShortAnswer) -> Effects | None:
    """None where the run may not judge: its ratios then stand in the tables only."""
    if view.results.no_verdicts is not None:
        return None
    verdict = leading_verdict(view)
    if verdict is None:
        return effects(view, None, answer.workloads)
    if not verdict.parts:
        return None
    return effects(view, verdict.claim.subjects[0], verdict.claim.workloads)


def _tables(view: View) -> dict[str, Any]:
    """What the templates of single sections ask for."""
    results = view.results
    levels = sorted(
        {
            quantity.estimate.level
            for quantity in results.quantities
            if quantity.estimate
        }
    )
    return {
        "machine_trace": tables.machine_trace(view),
        "quantities": tables.every_quantity(view),
        "comparisons": tables.every_comparison(view),
        "comparisons_left_out": len(results.comparisons)
        - len(tables.comparisons_shown(view)),
        "warnings": grouped_warnings(results),
        "levels": joined([percent(level) for level in levels]) or "95\u00a0%",
        "margin": percent(view.margin),
        "level_words": level_words(view),
        "one_run": one_run(view),
    }


def _claims(cards: list[Card]) -> dict[str, Any]:
    """Tested ones first, in order; what could not be tested is folded, not hidden."""
    tested = [shown_card for shown_card in cards if shown_card.tested]
    rows = _rows(tested)
    shown = _first_of_each(rows)
    return {
        "shown": shown,
        "more": [row for row in rows if row not in shown],
        "untested": [shown_card for shown_card in cards if not shown_card.tested],
        "cards": tested,
    }


def _first_of_each(rows: list[list[Card]]) -> list[list[Card]]:
    """By a rule, so that nobody picks: the orders, one claim of each other outcome, filled up in order."""
    chosen = [row for row in rows if row[0].verdict.parts][:ORDERS_SHOWN]
    outcomes = {row[0].verdict.outcome for row in chosen}
    for row in rows:
        if row[0].verdict.outcome not in outcomes:
            outcomes.add(row[0].verdict.outcome)
            chosen.append(row)
    rest = [row for row in rows if row not in chosen]
    chosen += rest[: max(0, CLAIMS_SHOWN - len(chosen))]
    return [row for row in rows if row in chosen]


def _rows(cards: list[Card]) -> list[list[Card]]:
    """Verdicts on one sentence that agree share a row; those that differ never do."""
    rows: dict[tuple[str, Outcome], list[Card]] = {}
    for shown_card in cards:
        rows.setdefault(
            (shown_card.claim.quote, shown_card.verdict.outcome), []
        ).append(shown_card)
    return list(rows.values())


def _strip(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    chosen = [check for check in checks if check.id in STRIP]
    chosen += [
        check for check in checks if check.id not in STRIP and check.takes_verdicts
    ]
    return tuple(chosen)


def _gravity(check: Check) -> tuple[bool, bool]:
    """What failed stands before what passed, in a table of two dozen rows."""
    failed = check.passed is False
    return not failed, not (failed and check.takes_verdicts)


def rendered(template: str, colours: Palette, **values: object) -> str:
    """A page from a template, in the style of all and with a report's colours."""
    written = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    css = (
        f":root{{{colours.variables(dark=False)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{colours.variables(dark=True)}}}}}"
        f"{colours.classes()}{written}"
    )
    return _environment().get_template(template).render(css=Markup(css), **values)


@cache
def _environment() -> Environment:
    """Where the templates are, with what they may call."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    called = (cpu_words, in_bold, percent, size, sentence, tied, sign, css_class, grade)
    made.filters |= {function.__name__: function for function in called}
    made.filters["svg"] = Markup  # only of what charts/svg.py wrote, its text escaped
    return made


def _counted_claims(cards: list[Card], article: bool) -> str:
    """How many sentences there are and were tested, and how many verdicts that made, if more."""
    tested = [shown_card for shown_card in cards if shown_card.tested]
    count, verdicts = (
        len({shown_card.claim.quote for shown_card in tested}),
        len(tested),
    )
    whole = plural(len({shown_card.claim.quote for shown_card in cards}), "claim")
    said = f"{whole}{' of the article' if article else ''}: {count} checked"
    return said if verdicts == count else f"{said}, {verdicts} verdicts"
