"""What decides a claim: ratios with intervals against the claim's own line."""

from bench.model.estimate import Estimate
from bench.model.verdict import Evidence, Label, Outcome, Part, Verdict
from bench.report.charts.against_line import Against, LimitRow, against_line
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette
from bench.report.numbers import number, percent, ratio
from bench.report.view import View, absent
from bench.wording.experiments import words_of


LABELS = {
    Label.REVERSED: "the other leads",
    Label.TIE: "practically equal in this run",
    Label.NOT_MATERIAL: "no lead of the margin",
}
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
    draw = against_line(view, palette, drawn, Against(line, "times better"))
    name = f"forest-{verdict.claim.id}"
    sources = [part.comparison for part in verdict.parts]
    return chart(name, palette, words, ChartTable(columns, rows), draw, sources)


def findings_chart(view: View, palette: Palette, verdict: Verdict) -> Chart | None:
    """One row for each finding that decides; None where they share no line, or none has a number."""
    decide = [each for each in verdict.findings if each.outcome]
    axis = words_of(verdict.claim.rule).axis if verdict.claim.rule else None
    line = next((each.line for each in decide if each.line is not None), None)
    if axis is None or line is None or not any(each.estimate for each in decide):
        return None
    rows = tuple(_found(view, each, line) for each in decide)
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
    drawn = [_finding(view, each) for each in decide]
    draw = against_line(view, palette, drawn, Against(line, axis))
    name = f"forest-{verdict.claim.id}"
    return chart(name, palette, words, ChartTable(columns, rows), draw, decide)


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


def _drawn(view: View, part: Part) -> LimitRow:
    pair = part.comparison
    return LimitRow(
        subject=pair.subject,
        name=part_name(view, part),
        value=ratio(pair.advantage)[0] if pair.advantage else "",
        estimate=pair.advantage,
        missing=absent(pair.void or part.because),
        outcome=part.outcome,
    )


def _finding(view: View, finding: Evidence) -> LimitRow:
    # What was found stands in its own words: of a time they say how many times
    # as long it is, whichever way the ratio is drawn.
    name = finding_name(view, finding)
    return LimitRow(
        subject=finding.subject,
        name=f"{name}: {finding.value}" if finding.estimate else name,
        value="",
        estimate=finding.estimate,
        missing=absent(finding.because),
        outcome=finding.outcome or Outcome.NOT_TESTED,
    )
