"""Intervals of ratios against one line: the drawing that every forest is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from bench.model.estimate import Estimate
from bench.model.verdict import Outcome
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, fitted, text_width
from bench.report.charts.dots import look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, ratio_scale, ratio_ticks
from bench.report.numbers import number
from bench.report.view import View
from bench.report.words import SIGNS


HEAD = 30.0
STRIP = 20.0
BELOW = 7.0
FOOT = 40.0
NAME = 12.5
NAME_LINE = 15.0
MOST_LINES = 3

TOKENS = {Outcome.SUPPORTED: "yes", Outcome.REFUTED: "no"}


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One thing with its own outcome."""

    subject: str  # whose colour and mark it has
    name: str
    value: str  # as printed; "" where there is none
    estimate: Estimate | None
    missing: str  # why there is no estimate
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Against:
    """What the axis shows, and where the claim begins to hold."""

    line: float
    axis: str  # "times better"


def against_line(
    view: View, palette: Palette, rows: Sequence[LimitRow], against: Against
) -> Callable[[float], Canvas]:
    """The drawing of all rows on one axis, at any width."""

    def draw(width: float) -> Canvas:
        names = [_lines(row, width) for row in rows]
        # Every row is as high as the highest, or the eye loses the line.
        head = 2 + NAME_LINE * max(map(len, names), default=1)
        height = HEAD + (head + STRIP + BELOW) * len(rows) + FOOT
        canvas = Canvas(palette, width, height)
        scale = ratio_scale(_extent(rows, against.line), 8, width - 8)
        tops = [HEAD + (head + STRIP + BELOW) * n for n in range(len(rows))]
        _ground(canvas, scale, [top + head for top in tops], against)
        for top, row, name in zip(tops, rows, names, strict=True):
            _row(view, canvas, scale, (top, top + head), (row, name))
        return canvas

    return draw


def _said(row: LimitRow) -> str:
    return f"{row.value} {SIGNS[row.outcome]}".strip()


def _lines(row: LimitRow, width: float) -> list[str]:
    """The name, beneath the value too where it would lose its end."""
    room = width - text_width(_said(row), 13, True) - 24
    found: list[str] = []
    left = row.name[: int(MOST_LINES * width)]  # to measure a megabyte takes long
    while len(found) < MOST_LINES - 1 and text_width(left, NAME) > room:
        line, left = _broken(left, room)
        if not line:
            break
        found.append(line)
        room = width
    return [*found, fitted(left, room, NAME)]


def _broken(words: str, room: float) -> tuple[str, str]:
    """As many whole words as there is room for, and the others."""
    for at in reversed([n for n, letter in enumerate(words) if letter == " "]):
        if text_width(words[:at], NAME) <= room:
            return words[:at], words[at + 1 :]
    return "", words


def _extent(rows: Sequence[LimitRow], line: float) -> list[float]:
    values = [line, line * 1.08, 1 / line]
    for row in rows:
        if row.estimate is not None:
            values += [row.estimate.low, row.estimate.point, row.estimate.high]
    return [value for value in values if isfinite(value)]


def _ground(
    canvas: Canvas, scale: Scale, strips: Sequence[float], against: Against
) -> None:
    """Zones, the line of the claim, the line of no difference, ticks."""
    bottom = canvas.height - FOOT
    edge = scale.at(against.line)
    for top in strips:
        canvas.box((0, top), (edge, STRIP), "no-soft")
        canvas.box((edge, top), (canvas.width - edge, STRIP), "yes-soft")
        canvas.line((scale.at(1), top), (scale.at(1), top + STRIP), Pen("axis"))
        canvas.line((edge, top), (edge, top + STRIP), Pen("ink", 1.6))
    words = f"line at {number(against.line, 2)}×"
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
    canvas.text(canvas.width, bottom + 30, f"{against.axis} (log scale)", foot)


def _row(
    view: View,
    canvas: Canvas,
    scale: Scale,
    tops: tuple[float, float],
    row: tuple[LimitRow, list[str]],
) -> None:
    """Name and value from the first top, the strip from the second."""
    one, name = row
    for place, words in enumerate(name):
        canvas.text(0, tops[0] + 12 + NAME_LINE * place, words, Type(size=NAME))
    token = TOKENS.get(one.outcome, "open")
    verdict = Type(size=13, bold=True, token=token, align="right")
    canvas.text(canvas.width, tops[0] + 12, _said(one), verdict)
    y = tops[1] + STRIP / 2
    estimate = one.estimate
    if estimate is None:
        words = fitted(one.missing, canvas.width - 12, 11.5)
        canvas.text(6, y + 4, words, Type(size=11.5, token="muted"))
        return
    open_ = one.outcome is Outcome.INCONCLUSIVE
    line, _, shape = look_tokens(view, one.subject)
    ends = (scale.at(estimate.low), scale.at(estimate.high))
    pen = Pen(line, 2.0, "dashed" if open_ else "solid")
    whisker(canvas, ends, y, pen)
    canvas.mark(scale.at(estimate.point), y, Mark(line, shape, 8.5, hollow=open_))
