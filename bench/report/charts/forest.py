"""What decides a claim: ratios with intervals against the claim's own line."""

from collections.abc import Sequence

from bench.model.estimate import Estimate
from bench.model.verdict import Evidence, Label, Outcome, Part, Verdict
from bench.report.charts.canvas import Pen
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.rows import Dot, Panel, Row, Rows
from bench.report.charts.scale import Axis, Guide, Zone
from bench.report.numbers import number, percent, ratio
from bench.report.view import View, absent
from bench.report.words import SIGNS
from bench.wording.experiments import words_of


LABELS = {
    Label.REVERSED: "the other leads",
    Label.TIE: "practically equal in this run",
    Label.NOT_MATERIAL: "no lead of the margin",
}
TOKENS = {Outcome.SUPPORTED: "yes", Outcome.REFUTED: "no"}
BEHIND = "behind"
"""Where the whole interval lies below 1, whatever the margin."""


def forest_chart(view: View, palette: Palette, verdict: Verdict) -> Chart:
    """One row for each comparison that decides the claim."""
    line = 1 + verdict.claim.margin
    rows = tuple(_row(view, part, line) for part in verdict.parts)
    columns = ("comparison", "times better", "interval", "level", "rounds", "outcome")
    words = ChartText(
        finding=f"{view.metric(verdict.claim.metric).title}: how many times better",
        sub=_sub(line),
        caption=(
            "Ratios of the same round, on a log axis; each whisker is the interval, "
            "dashed where it decides nothing. Left of 1× the other one leads."
        ),
    )
    drawn = [_drawn(view, part) for part in verdict.parts]
    shape = _against_line(drawn, line, "times better")
    name = f"forest-{verdict.claim.id}"
    sources = [part.comparison for part in verdict.parts]
    return chart(name, palette, words, ChartTable(columns, rows), shape, sources)


def findings_chart(view: View, palette: Palette, verdict: Verdict) -> Chart | None:
    """One row for each finding that decides; None where they share no line, or none has a number."""
    decide = [finding for finding in verdict.findings if finding.outcome]
    axis = words_of(verdict.claim.rule).axis if verdict.claim.rule else None
    line = next((finding.line for finding in decide if finding.line is not None), None)
    if axis is None or line is None or not any(finding.estimate for finding in decide):
        return None
    rows = tuple(_found(view, finding, line) for finding in decide)
    columns = ("comparison", "found", axis, "interval", "level", "rounds", "outcome")
    words = ChartText(
        finding=f"What decides it: how many {axis}",
        sub=_sub(line),
        caption=(
            f"Ratios on a log axis, {axis} to the right; each whisker is the interval, "
            "dashed where it decides nothing. The words say what was found: of a "
            "time, how many times as long."
        ),
    )
    drawn = [_finding(view, finding) for finding in decide]
    shape = _against_line(drawn, line, axis)
    name = f"forest-{verdict.claim.id}"
    return chart(name, palette, words, ChartTable(columns, rows), shape, decide)


def _against_line(rows: Sequence[Row], line: float, axis: str) -> Rows:
    """All on one axis of ratios, which the line parts in two."""
    panel = Panel(
        tuple(rows),
        Axis(
            f"{axis} (log scale)",
            kind="ratio",
            holds=(line, line * 1.08, 1 / line),
            unit="×",
        ),
        guides=(
            Guide(1.0),
            Guide(line, Pen("ink", 1.6), f"line at {number(line, 2)}×"),
        ),
        zones=(
            Zone(None, line, "no-soft", "claim fails"),
            Zone(line, None, "yes-soft", "claim holds"),
        ),
    )
    return Rows((panel,), names="above")


def _sub(line: float) -> str:
    return f"The claim holds right of the line at {number(line, 2)}×"


def part_name(view: View, part: Part) -> str:
    """What a part compares: subject over baseline, and on what."""
    pair = part.comparison
    return (
        f"{view.label(pair.subject)} over {view.label(pair.baseline)}: "
        f"{view.workload(pair.workload)}"
    )


def part_words(part: Part) -> str:
    """The outcome of a part in words, with the kind of refutation."""
    if part.label is None:
        return part.outcome.value
    estimate = part.comparison.advantage
    behind = estimate is not None and estimate.high < 1
    said = BEHIND if behind and part.label is not Label.TIE else LABELS[part.label]
    return f"{part.outcome.value}: {said}"


def finding_name(view: View, finding: Evidence) -> str:
    """Of which set-up, and what was asked of it."""
    return f"{view.label(finding.subject)}: {finding.what}"


def _row(view: View, part: Part, line: float) -> tuple[str, ...]:
    estimate = part.comparison.advantage
    name = part_name(view, part)
    if estimate is None:
        because = absent(part.comparison.void or part.because)
        return name, because, "–", "–", "0", part_words(part)
    return name, *_numbers(estimate, line), part_words(part)


def _found(view: View, finding: Evidence, line: float) -> tuple[str, ...]:
    name = finding_name(view, finding)
    said = finding.outcome.value if finding.outcome else "–"
    if finding.estimate is None:
        return name, absent(finding.because), "–", "–", "–", "0", said
    return name, finding.value, *_numbers(finding.estimate, line), said


def _numbers(estimate: Estimate, line: float) -> tuple[str, ...]:
    value, interval = ratio(estimate, line)
    return value, interval, percent(estimate.level), str(estimate.n)


def _drawn(view: View, part: Part) -> Row:
    pair = part.comparison
    value = ratio(pair.advantage)[0] if pair.advantage else ""
    named = (pair.subject, part_name(view, part), value)
    missing = absent(pair.void or part.because)
    return _limit_row(view, named, pair.advantage, missing, part.outcome)


def _finding(view: View, finding: Evidence) -> Row:
    # What was found stands in its own words: of a time they say how many times
    # as long it is, whichever way the ratio is drawn.
    name = finding_name(view, finding)
    said = f"{name}: {finding.value}" if finding.estimate else name
    outcome = finding.outcome or Outcome.NOT_TESTED
    missing = absent(finding.because)
    named = (finding.subject, said, "")
    return _limit_row(view, named, finding.estimate, missing, outcome)


def _limit_row(
    view: View,
    named: tuple[str, str, str],
    estimate: Estimate | None,
    missing: str,
    outcome: Outcome,
) -> Row:
    """One thing with its own outcome; `named` are whose look it has, its name and its value."""
    subject, name, value = named
    undecided = outcome is Outcome.INCONCLUSIVE
    return Row(
        name,
        look_of(view, subject),
        dots=Dot.of(estimate, undecided, undecided),
        value=f"{value} {SIGNS[outcome]}".strip(),
        token=TOKENS.get(outcome, "open"),
        missing=missing,
    )
