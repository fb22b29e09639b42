"""
summary.md: the run in a comment's length.

The first line is hidden and names the machine, so that a later run edits its
own comment instead of posting another. No verdict is judged here.
"""

import re
from itertools import chain

from bench.model.plural import plural
from bench.model.ranking import RankingKind
from bench.model.results import Results
from bench.model.verdict import Outcome
from bench.report.cards import Card, card
from bench.report.clean import clean, clean_text
from bench.report.numbers import ends, point
from bench.report.probe_results import counted
from bench.report.run_warnings import grouped_warnings
from bench.report.view import View, joined, lower_first
from bench.report.words import grade, tally_words
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


def plain(text: str) -> str:
    """Text that Markdown, HTML and a terminal leave as it is, on one line."""
    text = " ".join(clean_text(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]|~#$])", r"\\\1", text)
    # GitHub makes links of these two without being asked.
    text = re.sub(r"(?i)\b(www)\.", r"\1&#46;", text)
    return text.replace("@", "&#64;").replace("://", ":&#47;/")


def code(text: str) -> str:
    """Text as code inside a line of Markdown, outside of a table."""
    text = re.sub(r"[\n\t]", " ", clean_text(text)).replace("`", "'")
    return f"`{text}`"


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
    told = {each.reason.code for each in results.warnings}
    for check in results.checks:
        if check.takes_verdicts and check.id not in told:
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
    outcomes = [each.outcome for each in results.verdicts if each.parts]
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
            lines += _alert(f"{doubt.title}:", f"{places}. Remedy: {doubt.remedy}")
    return lines


def _claims(view: View) -> list[str]:
    cards = [card(view, None, verdict) for verdict in view.results.verdicts]
    tested = [each for each in cards if each.tested]
    lines = ["No claim was judged.", ""]
    if tested:
        lines = ["| | The article says | We found | Number (interval) |"]
        lines += ["|:-:|:--|:--|--:|", *map(_row, tested), ""]
    others = len(cards) - len(tested)
    if others:
        lines += [f"Not tested here, or not measurable: {others}.", ""]
    return lines


_NO_NUMBER = {
    (True, False): "in the words",  # a rule's verdict may hang on no number
    (False, True): "probed",
    (False, False): "counted",
}
"""By rule or not, probed or not: what stands where no single ratio decided."""


def _row(one: Card) -> str:
    number = f"{one.value}, {one.interval}" if one.value else "not measured"
    if not one.value and not one.by_trials:
        number = _NO_NUMBER[one.by_rule, one.probed]
    quotes = ", ".join(f"“{plain(each)}”" for each in (one.quote, *dict(one.also)))
    by = f" ({plain(one.by)})" if one.by else ""
    return (
        f"| {one.sign} | {quotes}{by} | **{one.outcome.capitalize()}**: "
        f"{plain(one.because)} | {plain(number)} |"
    )


def _numbers(view: View) -> list[str]:
    ids = [target.id for target in view.contestants]
    rows = [
        (name, metric)
        for metric in ("throughput", "cpu")
        for name in view.workloads_with(metric)
    ]
    if not ids or not rows:
        return ["Numbers: not measured.", ""]
    lines = [f"| Measure | {' | '.join(plain(view.label(one)) for one in ids)} |"]
    lines.append(f"|:--|{'--:|' * len(ids)}")
    for name, metric in rows:
        unit = view.metric(metric).unit
        what = (
            f"{view.workload(name)}, {lower_first(view.metric(metric).title)}, {unit}"
        )
        cells = [_cell(view, one, (name, metric)) for one in ids]
        lines.append(f"| {plain(what)} | {' | '.join(cells)} |")
    margin = f"{view.margin * 100:g} %"
    return [*lines, "", f"Bold: ahead of every other by more than {margin}.", ""]


def _cell(view: View, one: str, what: tuple[str, str]) -> str:
    quantity = view.quantity(one, *what)
    if quantity is None or quantity.estimate is None:
        return "not measured"
    number = point(quantity.estimate)
    found = view.ranking(*what)
    if found and found.kind is RankingKind.LEADER and found.targets[0] == one:
        number = f"**{number}**"
    return f"{number} ({ends(quantity.estimate)})"


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
        f"{grades.count(each)} {word}"
        for each, word in _GRADES.items()
        if each in grades
    ]
    lines = [f"<details><summary>Checks: {', '.join(counts) or 'none'}</summary>", ""]
    lines += ["| Check | Measured | Limit | |", "|:--|:--|:--|:--|"]
    for check, said in zip(checks, grades, strict=True):
        cells = (plain(each) for each in (check.title, check.measured, check.limit))
        lines.append(f"| {' | '.join(cells)} | {_BOLD.get(said, said)} |")
    return [*lines, "", "</details>", ""]


def _counts(view: View) -> list[str]:
    exhibits = view.results.exhibits
    table = counted(view, exhibits) if exhibits else None
    if table is None:
        return []
    lines = ["<details><summary>Counted, not timed: each only a proxy</summary>", ""]
    lines.append(f"| {' | '.join(plain(column) for column in table.columns)} |")
    lines.append(f"|:--|{'--:|' * (len(table.columns) - 3)}:--|:--|")
    lines += [f"| {' | '.join(map(plain, row))} |" for row in table.rows]
    return [*lines, "", "</details>", ""]


def _pythons(view: View) -> list[str]:
    """The versions that the contestants ran on; in containers they are the images'."""
    receipts = view.results.receipts
    own = [receipts[each.id] for each in view.contestants if each.id in receipts]
    return list(dict.fromkeys(receipt.python.split(" ")[0] for receipt in own))


def _tail(view: View) -> list[str]:
    results = view.results
    versions = dict.fromkeys(
        f"{view.label(each.id)} {results.receipts[each.id].version}"
        for each in view.contestants
        if each.id in results.receipts
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
