"""
summary.md: the run in a comment's length.

The first line is hidden and names the machine, so that a later run edits its
own comment instead of posting another. No verdict is judged here.
"""

import re
from collections.abc import Iterator
from itertools import chain

from bench.model.plural import plural
from bench.model.ranking import RankingKind
from bench.model.results import Results
from bench.model.verdict import Outcome
from bench.report.cards import Card, card
from bench.report.clean import clean
from bench.report.markdown import code, plain, table
from bench.report.numbers import ends, point
from bench.report.quality import grouped_warnings
from bench.report.tables import counted
from bench.report.view import View, lower_first
from bench.report.words import grade, sentence, sign, tally_words
from bench.wording.numbers import joined
from bench.wording.worded import worded


LONGEST = 60_000
"""Characters; a comment may hold 65,536, and a summary over its limit is thrown away whole."""

PLACES = 3
"""How many places of one warning are named; the page has them all."""


def summary_md(results: Results) -> str:
    """The summary; shortened, and saying so, where it would be too long."""
    view = View(clean(worded(results)))
    head, tail = _head(view), _tail(view)
    optional = [_numbers(view), _checks(view), _counts(view)]
    while True:
        text = "\n".join([*head, *chain.from_iterable(optional), *tail])
        if len(text) <= LONGEST:
            return text
        if not optional:
            return f"{text[: LONGEST - 40].rpartition(chr(10))[0]}\n\nShortened.\n"
        optional.pop()
        tail = [*_tail(view)[:-1], "Shortened: the page has everything.", ""]


def _head(view: View) -> list[str]:
    results = view.results
    key = re.sub(
        r"[^A-Za-z0-9_.-]", "-", f"{results.machine.fingerprint}-{results.engine}"
    )
    lines = [f"<!-- bench-report:v1 key={re.sub('-{2,}', '-', key)} -->"]
    if results.no_verdicts:
        lines += ["## Claims: no verdicts", ""]
        lines += _alert("No verdicts", results.no_verdicts_because or "")
    else:
        lines += [f"## Claims: {tally_words(results.verdicts)}", ""]
    warned = {warning.reason.code for warning in results.warnings}
    for check in results.checks:
        if check.takes_verdicts and check.id not in warned:
            lines += _alert(
                f"Not so: {lower_first(check.title)}.",
                f"{check.measured} (limit {check.limit}). {check.effect}",
            )
    if results.rounds_done < results.rounds_planned and not _decided(results):
        done = f"{results.rounds_done} of {results.rounds_planned}"
        lines += _alert("Fewer rounds than planned", done)
    return [*lines, *_warnings(view), *_claims(view)]


def _decided(results: Results) -> bool:
    """Whether the run had reason to stop where it did: at a planned look, with nothing left open."""
    outcomes = [verdict.outcome for verdict in results.verdicts if verdict.parts]
    nothing_open = bool(outcomes) and Outcome.INCONCLUSIVE not in outcomes
    return results.rounds_done in results.profile.looks and nothing_open


def _alert(title: str, words: str) -> list[str]:
    return ["> [!WARNING]", f"> **{plain(title)}** {plain(words)}", ""]


def _warnings(view: View) -> list[str]:
    lines = []
    for doubt in grouped_warnings(view.results):
        if doubt.grave:
            places = "; ".join(doubt.places[:PLACES])
            more = len(doubt.places) - PLACES
            places += f"; and {more} more" if more > 0 else ""
            lines += _alert(
                f"{doubt.reason.title}:", f"{places}. Remedy: {doubt.reason.remedy}"
            )
    return lines


def _claims(view: View) -> list[str]:
    cards = [card(view, None, verdict) for verdict in view.results.verdicts]
    tested = [shown_card for shown_card in cards if shown_card.tested]
    lines = ["No claim was judged.", ""]
    if tested:
        head = ("", "The article says", "We found", "Number (interval)")
        lines = [*table(head, map(_row, tested), "cllr"), ""]
    others = len(cards) - len(tested)
    if others:
        lines += [f"Not tested here, or not measurable: {others}.", ""]
    return lines


def _row(shown_card: Card) -> tuple[str, ...]:
    claim, verdict = shown_card.claim, shown_card.verdict
    # A rule's verdict may hang on no number.
    how = {"in the words": claim.rule, "probed": claim.probe, "counted": claim.counts}
    number = next((said for said, decides in how.items() if decides), "not measured")
    if shown_card.number:
        number = f"{shown_card.number.value}, {shown_card.number.interval}"
    said = (claim.quote, *(other_claim.quote for other_claim in claim.also))
    quotes = ", ".join(f"“{plain(words)}”" for words in said)
    by = f" ({plain(shown_card.by)})" if shown_card.by else ""
    outcome = verdict.outcome.value.capitalize()
    judged = f"**{outcome}**: {plain(sentence(verdict.because))}"
    return sign(verdict.outcome), f"{quotes}{by}", judged, plain(number)


def _numbers(view: View) -> list[str]:
    ids = [target.id for target in view.contestants]
    rows = [
        (name, metric)
        for metric in ("throughput", "cpu")
        for name in view.workloads_with(metric)
    ]
    if not ids or not rows:
        return ["Numbers: not measured.", ""]
    head = ("Measure", *(plain(view.label(target)) for target in ids))
    lines = table(
        head, (_measured(view, ids, *row) for row in rows), "l" + "r" * len(ids)
    )
    margin = f"{view.margin * 100:g} %"
    return [*lines, "", f"Bold: ahead of every other by more than {margin}.", ""]


def _measured(
    view: View, targets: list[str], workload: str, metric: str
) -> Iterator[str]:
    title, unit = lower_first(view.metric(metric).title), view.metric(metric).unit
    yield plain(f"{view.workload(workload)}, {title}, {unit}")
    ranking = view.ranking(workload, metric)
    leads = ranking is not None and ranking.kind is RankingKind.LEADER
    leader = ranking.targets[0] if ranking is not None and leads else None
    for target in targets:
        quantity = view.quantity(target, workload, metric)
        if quantity is None or quantity.estimate is None:
            yield "not measured"
            continue
        number, bold = point(quantity.estimate), "**" if target == leader else ""
        yield f"{bold}{number}{bold} ({ends(quantity.estimate)})"


_GRADES = {
    "pass": "passed",
    "fail": "failed",
    "note": "noted",
    "not measured": "not measured",
}
_BOLD = {"fail": "**fail**"}


def _checks(view: View) -> list[str]:
    checks = view.results.checks
    grades = [grade(check.passed, check.severity) for check in checks]
    counts = [
        f"{grades.count(check_grade)} {word}"
        for check_grade, word in _GRADES.items()
        if check_grade in grades
    ]
    lines = [f"<details><summary>Checks: {', '.join(counts) or 'none'}</summary>", ""]
    rows = (
        (*map(plain, (check.title, check.measured, check.limit)), _BOLD.get(said, said))
        for check, said in zip(checks, grades, strict=True)
    )
    lines += table(("Check", "Measured", "Limit", ""), rows, "llll")
    return [*lines, "", "</details>", ""]


def _counts(view: View) -> list[str]:
    exhibits = view.results.exhibits
    counts = counted(view, exhibits) if exhibits else None
    if counts is None:
        return []
    lines = ["<details><summary>Counted, not timed: each only a proxy</summary>", ""]
    head, align = list(map(plain, counts.columns)), "r" * (len(counts.columns) - 3)
    lines += table(head, (map(plain, row) for row in counts.rows), f"l{align}ll")
    return [*lines, "", "</details>", ""]


def _pythons(view: View) -> list[str]:
    """The versions that the contestants ran on; in containers they are the images'."""
    receipts = view.results.receipts
    own = [receipts[target.id] for target in view.contestants if target.id in receipts]
    return list(dict.fromkeys(receipt.python.split(" ")[0] for receipt in own))


def _tail(view: View) -> list[str]:
    results = view.results
    versions = dict.fromkeys(
        f"{view.label(target.id)} {results.receipts[target.id].version}"
        for target in view.contestants
        if target.id in results.receipts
    )
    facts = [
        f"{plural(results.rounds_done, 'round')} in random order",
        f"Python {joined(_pythons(view))}",
        joined(list(versions)),
        f"{results.machine.cpu_model}, {plural(results.machine.cores, 'core')}",
    ]
    if results.claims_sha256:
        facts.append(f"judged by {results.claims_source} {results.claims_sha256[:12]}")
    line = " · ".join(plain(fact) for fact in facts if fact)
    return [line, "", f"Again: {code(results.command)}", ""]
