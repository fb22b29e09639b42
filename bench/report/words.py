"""Words for outcomes, scopes and claims; bold marks within a sentence."""

import re

from markupsafe import Markup, escape

from bench.model.results import NoVerdicts, Results
from bench.model.verdict import Outcome, Verdict
from bench.model.warning import Scope
from bench.report.numbers import THIN


SCOPES = {
    Scope.RUN: "every verdict of this run is inconclusive",
    Scope.THROUGHPUT: "no throughput verdict for what it touches; CPU verdicts stand",
    Scope.SPEED: "no verdict on throughput or CPU time for what it touches",
    Scope.WINDOW: "the windows are void and left out",
    Scope.NOTE: "changes no verdict",
}
SIGNS = {
    Outcome.SUPPORTED: "✓",
    Outcome.DEPENDS: "±",
    Outcome.REFUTED: "✕",
    Outcome.INCONCLUSIVE: "?",
    Outcome.NOT_TESTED: "–",
    Outcome.NOT_MEASURABLE: "–",
}
TESTED = (
    Outcome.SUPPORTED,
    Outcome.DEPENDS,
    Outcome.REFUTED,
    Outcome.INCONCLUSIVE,
)
PROGRAMS = {"uv", "gunicorn", "uvicorn", "granian", "hypercorn", "initdb", "psql"}
"""Names that are written small where a sentence begins with them, too."""


def in_bold(sentence: str) -> Markup:
    """HTML of a sentence in which **words** are marked; everything else is escaped."""
    return Markup(
        re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", str(escape(sentence)))
    )  # the only markup is what the line above adds


def tally(verdicts: tuple[Verdict, ...]) -> tuple[tuple[Outcome, int], ...]:
    """How many verdicts of each outcome, in the order of Outcome, none left out."""
    counts = [
        (outcome, sum(verdict.outcome is outcome for verdict in verdicts))
        for outcome in Outcome
    ]
    return tuple((outcome, count) for outcome, count in counts if count)


def counted_outcomes(
    verdicts: tuple[Verdict, ...],
) -> tuple[tuple[Outcome, int], ...]:
    """The same with those that measuring can give, though there be none of them."""
    if not any(verdict.outcome in TESTED for verdict in verdicts):
        return tally(verdicts)
    counts = dict(tally(verdicts))
    return tuple(
        (outcome, counts.get(outcome, 0))
        for outcome in Outcome
        if outcome in counts or outcome in TESTED
    )


def tally_words(verdicts: tuple[Verdict, ...]) -> str:
    """ "1 supported, 2 refuted", or "none"."""
    counts = [f"{count} {outcome.value}" for outcome, count in tally(verdicts)]
    return ", ".join(counts) or "none"


def sign(outcome: Outcome) -> str:
    """The sign that stands beside the word, so that colour never stands alone."""
    return SIGNS[outcome]


def grade(passed: bool | None, severity: Scope | None = None) -> str:
    """
    How a check came out: pass, fail, note or not measured.

    One that takes nothing from any verdict does not fail: it is noted.
    """
    if passed is None:
        return "not measured"
    if passed:
        return "pass"
    return "note" if severity is Scope.NOTE else "fail"


def css_class(outcome: Outcome) -> str:
    """The class of an outcome's pill."""
    return outcome.value.replace(" ", "-")


def why_no_verdicts(results: Results) -> str:
    """Why the run judges nothing, for a place that has said that it does not; "" where it judges."""
    if results.no_verdicts is NoVerdicts.PROFILE and results.profile.why:
        return results.profile.why
    return (results.no_verdicts and results.no_verdicts_because) or ""


def tied(text: str) -> str:
    """The text with its numbers tied to the per cent sign: no line begins with one."""
    return text.replace(" %", f"{THIN}%")


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop; the name of a program keeps its own."""
    text = text.strip()
    if not text:
        return text
    first = text[:1] if text.split(" ", 1)[0] in PROGRAMS else text[:1].upper()
    return first + text[1:] + ("" if text[-1] in ".!?" else ".")
