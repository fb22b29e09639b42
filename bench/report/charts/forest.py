"""The parts of one claim: ratios with intervals against the claim's own line."""

from math import isfinite

from bench.model.verdict import Label, Outcome, Part, Verdict
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.chart import Chart, Table, Words, chart
from bench.report.charts.dots import look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, ratio_scale, ratio_ticks
from bench.report.numbers import number, percent, ratio
from bench.report.view import View, absent
from bench.report.words import SIGNS


HEAD = 30.0
ROW = 44.0
STRIP = 20.0
FOOT = 40.0

TOKENS = {Outcome.SUPPORTED: "yes", Outcome.REFUTED: "no"}
LABELS = {
    Label.REVERSED: "the other leads",
    Label.TIE: "practically equal",
    Label.NOT_MATERIAL: "lead below the margin",
}


def forest_chart(view: View, palette: Palette, verdict: Verdict) -> Chart:
    """One row for each comparison that decides the claim."""
    claim = verdict.claim
    line = 1 + claim.margin
    metric = view.metric(claim.metric)

    def draw(width: float) -> Canvas:
        height = HEAD + ROW * len(verdict.parts) + FOOT
        canvas = Canvas(palette, width, height)
        scale = ratio_scale(_extent(verdict, line), 8, width - 8)
        _ground(canvas, scale, line)
        for position, part in enumerate(verdict.parts):
            _part(view, canvas, scale, HEAD + ROW * position, part)
        return canvas

    rows = tuple(_row(view, part, line) for part in verdict.parts)
    columns = ("comparison", "times better", "interval", "level", "rounds", "outcome")
    words = Words(
        finding=f"{metric.title}: how many times better",
        sub=f"The claim holds right of the line at {number(line, 2)}×",
        caption=(
            "Ratios of the same round, on a log axis; each whisker is the interval, "
            "dashed where it decides nothing. Left of 1× the other one leads."
        ),
    )
    name = f"forest-{claim.id}"
    sources = [part.comparison for part in verdict.parts]
    return chart(name, palette, words, Table(columns, rows), draw, sources)


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
    return f"{part.outcome.value}: {LABELS[part.label]}"


def _row(view: View, part: Part, line: float) -> tuple[str, ...]:
    estimate = part.comparison.advantage
    name = part_name(view, part)
    if estimate is None:
        because = absent(part.comparison.void or part.because)
        return name, because, "–", "–", "0", part_words(part)
    value, interval = ratio(estimate, line)
    level = percent(estimate.level)
    return name, value, interval, level, str(estimate.n), part_words(part)


def _extent(verdict: Verdict, line: float) -> list[float]:
    values = [line, line * 1.08, 1 / line]
    for part in verdict.parts:
        estimate = part.comparison.advantage
        if estimate is not None:
            values += [estimate.low, estimate.point, estimate.high]
    return [value for value in values if isfinite(value)]


def _ground(canvas: Canvas, scale: Scale, line: float) -> None:
    """Zones, the line of the claim, the line of no difference, ticks."""
    bottom = canvas.height - FOOT
    edge = scale.at(line)
    rows = range(round((canvas.height - HEAD - FOOT) / ROW))
    for top in (HEAD + ROW * row + 17 for row in rows):
        canvas.box((0, top), (edge, STRIP), "no-soft")
        canvas.box((edge, top), (canvas.width - edge, STRIP), "yes-soft")
        canvas.line((scale.at(1), top), (scale.at(1), top + STRIP), Pen("axis"))
        canvas.line((edge, top), (edge, top + STRIP), Pen("ink", 1.6))
    words = f"line at {number(line, 2)}×"
    half = text_width(words, 11.5) / 2
    x = min(max(edge, half), canvas.width - half)
    style = Type(size=11.5, align="center")
    canvas.text(x, HEAD - 16, words, style)
    if x - half > text_width("claim fails", 11.5) + 10:
        canvas.text(0, HEAD - 16, "claim fails", Type(size=11.5, token="no"))
    if canvas.width - x - half > text_width("claim holds", 11.5) + 10:
        holds = Type(size=11.5, token="yes", align="right")
        canvas.text(canvas.width, HEAD - 16, "claim holds", holds)
    for tick in ratio_ticks(scale, 38):
        at = scale.at(tick)
        canvas.line((at, bottom), (at, bottom + 4), Pen("axis"))
        small = Type(size=11.5, token="muted", align="center")
        canvas.text(at, bottom + 15, f"{tick:g}×", small)
    foot = Type(size=11.5, token="muted", align="right")
    canvas.text(canvas.width, bottom + 30, "times better (log scale)", foot)


def _part(view: View, canvas: Canvas, scale: Scale, top: float, part: Part) -> None:
    estimate = part.comparison.advantage
    said = SIGNS[part.outcome]
    if estimate is not None:
        said = f"{ratio(estimate)[0]} {said}"
    token = TOKENS.get(part.outcome, "open")
    room = canvas.width - text_width(said, 13, True) - 24
    name = fitted(part_name(view, part), room, 12.5)
    canvas.text(0, top + 12, name, Type(size=12.5))
    verdict = Type(size=13, bold=True, token=token, align="right")
    canvas.text(canvas.width, top + 12, said, verdict)
    y = top + 17 + STRIP / 2
    if estimate is None:
        because = absent(part.comparison.void or part.because)
        words = fitted(because, canvas.width - 12, 11.5)
        canvas.text(6, y + 4, words, Type(size=11.5, token="muted"))
        return
    open_ = part.outcome is Outcome.INCONCLUSIVE
    line, _, shape = look_tokens(view, part.comparison.subject)
    ends = (scale.at(estimate.low), scale.at(estimate.high))
    pen = Pen(line, 2.0, "dashed" if open_ else "solid")
    whisker(canvas, ends, y, pen)
    canvas.mark(scale.at(estimate.point), y, Mark(line, shape, 8.5, hollow=open_))
